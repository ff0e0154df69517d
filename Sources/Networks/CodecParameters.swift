public import EntropyCoding

/// What a quantized network needs beside its layers to write and read bitstreams: integer tables only.
public struct CodecParameters: Hashable, Sendable {
    /// 2 L tables for the latents: table l is that of level l for quantizer 0 (and for scalar quantizers), L + l for
    /// quantizer 1 of a trellis.
    public var latentTables: FrequencyTables
    /// With a hyperprior: L - 1 increasing thresholds in steps of 2^-scaleFractionBits; the level of a latent is how
    /// many its scale reaches. Without: empty, and the level is the channel.
    public var scaleThresholds: [Int32]
    /// The grid of the predicted scales, in fraction bits of a symbol step.
    public var scaleFractionBits: Int
    /// One table a channel of the hyper-latent, with a hyperprior.
    public var hyperLatentTables: FrequencyTables?
    /// States of the interleaved entropy coder.
    public var lanes: Int

    public init(
        latentTables: FrequencyTables, scaleThresholds: [Int32], scaleFractionBits: Int,
        hyperLatentTables: FrequencyTables?, lanes: Int = 4
    ) {
        self.latentTables = latentTables
        self.scaleThresholds = scaleThresholds
        self.scaleFractionBits = scaleFractionBits
        self.hyperLatentTables = hyperLatentTables
        self.lanes = lanes
    }

    /// L.
    public var levelCount: Int { latentTables.count / 2 }
    /// Bytes of all tables and thresholds.
    public var byteCount: Int {
        latentTables.byteCount + (hyperLatentTables?.byteCount ?? 0) + 2 * scaleThresholds.count
    }
}

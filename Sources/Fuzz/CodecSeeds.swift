import Codec
import Conformance
import Images
import MachineDescription
import Networks

/// The two networks that can encode, and pictures that they have encoded.
struct CodecSeeds {
    let networks: [QuantizedNetwork]
    let codecs: [PictureCodec]
    /// Of a picture of 20x12, by each network and quantizer.
    let streams: [[UInt8]]

    init() throws {
        networks = try [false, true].map(CodecSeed.quantized)
        codecs = try networks.map { try PictureCodec(ProvenNetwork($0), machine: .builtIn(named: "mid")!) }
        var streams: [[UInt8]] = []
        for codec in codecs {
            for kind in [QuantizerKind.round, .rdoq, .tcq4, .tcq8] {
                var codec = codec
                streams.append(
                    try codec.encode(
                        SmallCodecNetwork.picture(width: 20, height: 12), rate: 0,
                        quantizer: LatentQuantizer(kind, fractionBits: codec.fractionBits)
                    ).bytes)
            }
        }
        self.streams = streams
    }
}

public import MachineDescription
public import Networks
import Text

/// How a network without weights is taken to be stored. Nothing here is a measurement: quantizing the network may give
/// narrower tables.
public struct AssumedFormats: Hashable, Sendable {
    /// J of every tensor whose format does not follow from its place.
    public var codebooks: Int
    /// Fewer, of tensors about layers whose parameters fill the parameter memory.
    public var narrowed: [String: Int] = [:]
    public var widths: DatapathWidths
    public var normalization: NormalizationDescription.Method

    /// What is usual, as far as the machine has it.
    public init(codebooks: Int, on machine: MachineDescription? = nil) {
        self.codebooks = min(codebooks, machine?.codebookMux.codebooks ?? codebooks)
        let array = machine?.macArray
        widths = DatapathWidths(
            activationBits: min(12, array?.activationBits ?? 12), weightBits: min(12, array?.weightBits ?? 12),
            accumulatorBits: min(32, array?.accumulatorBits ?? 32))
        normalization = machine?.normalization.method ?? .exact
    }

    /// For people.
    ///
    /// - Parameter hasLatents: whether the network has tensors whose formats follow from their place.
    func sentence(hasLatents: Bool) -> String {
        let count = codebooks == 1 ? "one codebook" : codebooks.counted("codebook")
        let places =
            hasLatents ? " between layers (one for pictures and for latents of 8 bits), 16-bit latents and means" : ""
        let fewer =
            narrowed.isEmpty ? "" : " (fewer of \(narrowed.count.counted("tensor")), to fit the parameter memory)"
        return """
            no weights: 8-bit codes, \(count)\(fewer) for each tensor\(places); 8-bit weight codes of a memory-free \
            law; V \(widths.activationBits), W \(widths.weightBits), A \(widths.accumulatorBits)
            """
    }
}

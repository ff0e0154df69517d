package import MachineDescription
import Timing

/// What coded weights and skipped zeros would change: estimates beside the simulated cycles, of a layer or of all.
public struct WeightCodingReport: Codable, Equatable, Sendable {
    /// As `simulatedCycles`, with everything that the machine has.
    public var estimatedCycles = 0
    /// With zero skipping: as if every output channel gathered its own non-zero weights.
    public var estimatedCyclesBound: Int?
    public var weights = 0
    /// Of those, decoded to zero.
    public var zeroWeights = 0
    /// Brought to the weight buffer, as codes.
    public var weightReadBytes = 0
    /// With a weight decoder: the same as coded bytes, tables included.
    public var codedWeightReadBytes: Int?
    /// With a weight decoder: what the coded tiles take in external memory, each once.
    public var codedWeightBytes: Int?
    public var decoderTableBits: Int?
    public var steps = 0
    /// With zero skipping: steps that multiply by zeros only.
    public var zeroSteps: Int?

    /// Nothing yet; fields that a machine has no unit for stay nil.
    package init(_ machine: MachineDescription) {
        if machine.weightDecoder != nil { (codedWeightReadBytes, codedWeightBytes, decoderTableBits) = (0, 0, 0) }
        if machine.macArray.zeroSkipping { (estimatedCyclesBound, zeroSteps) = (0, 0) }
    }

    package init(_ estimate: WeightCodingEstimate, layer index: Int, _ machine: MachineDescription) {
        self.init(machine)
        let layer = estimate.layers[index]
        estimatedCycles = estimate.timeline.layers[index].simulatedCycles
        (weights, zeroWeights, weightReadBytes, steps) = (
            layer.weights, layer.zeroWeights, layer.weightReadBytes, layer.steps
        )
        if machine.weightDecoder != nil {
            (codedWeightReadBytes, codedWeightBytes, decoderTableBits) = (
                layer.codedWeightReadBytes, layer.codedWeightBytes, layer.tableBits
            )
        }
        if machine.macArray.zeroSkipping { zeroSteps = layer.zeroSteps }
        estimatedCyclesBound = estimate.boundTimeline?.layers[index].simulatedCycles
    }

    package static func + (a: WeightCodingReport, b: WeightCodingReport) -> WeightCodingReport {
        func sum(_ a: Int?, _ b: Int?) -> Int? { a.flatMap { a in b.map { a + $0 } } }
        var result = a
        result.estimatedCycles += b.estimatedCycles
        result.estimatedCyclesBound = sum(a.estimatedCyclesBound, b.estimatedCyclesBound)
        result.weights += b.weights
        result.zeroWeights += b.zeroWeights
        result.weightReadBytes += b.weightReadBytes
        result.codedWeightReadBytes = sum(a.codedWeightReadBytes, b.codedWeightReadBytes)
        result.codedWeightBytes = sum(a.codedWeightBytes, b.codedWeightBytes)
        result.decoderTableBits = sum(a.decoderTableBits, b.decoderTableBits)
        result.steps += b.steps
        result.zeroSteps = sum(a.zeroSteps, b.zeroSteps)
        return result
    }
}

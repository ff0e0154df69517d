import Diagnostics
import Networks
import Tensors

/// What the three accumulating operators share: expanded weights, bias, and what follows the sum.
struct AccumulationStage: Sendable {
    /// `[K][taps]`, the taps of one output channel one after the other.
    let weights: [Int32]
    let bias: [Int64]
    private let postProcessing: PostProcessingStage

    /// - Parameter taps: weights of one output channel.
    init(_ parameters: AccumulationParameters, taps: Int, target: LayerTarget) throws(Diagnostic) {
        let channels = target.shape.channels
        try target.require(
            parameters.weightCodes.count == channels * taps, "\(parameters.weightCodes.count) weights",
            expected: "\(channels * taps), \(taps) for each of \(channels) output channels")
        try target.require(
            parameters.bias.count == channels, "\(parameters.bias.count) biases",
            expected: "\(channels), one an output channel")
        for (channel, bias) in parameters.bias.enumerated() {
            try requireAccumulator(bias, bits: target.widths.accumulatorBits, layer: target.layer, channel: channel)
        }
        weights = try parameters.weightDecoder.expandedWeights(
            parameters.weightCodes, bits: target.widths.weightBits, layer: target.layer)
        bias = parameters.bias
        postProcessing = try PostProcessingStage(parameters.postProcessing, target: target)
    }

    func store(_ accumulator: Int64, channel: Int) throws(Diagnostic) -> StoredElement {
        try postProcessing.store(accumulator, channel: channel)
    }
}

/// `sum of a[aStart + i] b[bStart + i]` for i in 0..<count, exact: operands have at most 16 bits signed, so that a
/// product is at most 2^30 and 2^32 of them stay below 2^62. Hence the wrapping operators, which spare a check at each
/// step, never wrap.
func dotProduct(_ a: [Int32], from aStart: Int, _ b: [Int32], from bStart: Int, count: Int) -> Int64 {
    let a = a.span.extracting(aStart..<aStart + count)
    let b = b.span.extracting(bStart..<bStart + count)
    var sum: Int64 = 0
    for i in a.indices { sum &+= Int64(a[i]) &* Int64(b[i]) }
    return sum
}

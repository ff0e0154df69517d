public import Diagnostics
import FixedPoint
package import Graph
import Quantization

extension QuantizedNetwork {
    /// Proves before a run that no sum passes its width, whoever wrote the network and at whatever rate: the
    /// accumulator's A; 2^40 for normalization; the 32 bits of `gemmlowpDouble` after its shift. `ProvenNetwork` is its
    /// result as a type.
    ///
    /// - Throws: `networkSumTooWide`, `networkNormalizationTooWide`, `networkRequantizationTooWide`, with the first
    ///   layer and channel and the bits needed.
    package func requireProvenWidths() throws(Diagnostic) {
        for layer in graph.layers { try requireProvenWidths(of: layer) }
    }

    /// n < 2^40: so far the quotients of the normalization unit are exact.
    private static let normalizationBits = 40

    /// The same of one layer, whose operands have formats.
    package func requireProvenWidths(of layer: Layer) throws(Diagnostic) {
        let bounds = AccumulatorProof.bounds(of: layer, in: self)
        for (channel, bound) in bounds.enumerated() where bound.width > widths.accumulatorBits {
            throw Diagnostic(
                .networkSumTooWide, at: "layer \(layer.name), output channel \(channel)",
                found: "sums that need \(bound.width) bits",
                expected: "at most A = \(widths.accumulatorBits) bits",
                remedy: "quantize the network again, or declare accumulatorBits \(bound.width)")
        }
        switch parameters[layer.name] {
        case .accumulation(let accumulation):
            try requireDefinedAtAllRates(accumulation.postProcessing, layer, bounds.map { $0.low...$0.high })
        case .requantization(let post):
            let operands = layer.inputs.compactMap { formats[$0] }
            guard operands.count == layer.inputs.count else { return }
            let ranges = post.multipliers.indices.map { channel in
                operands.map { $0.valueRange(channel: channel).wide }.product
            }
            try requireDefinedAtAllRates(post, layer, ranges)
        case .normalization:
            for (channel, bound) in bounds.enumerated() where bound.high >= Int128(1) << Self.normalizationBits {
                throw Diagnostic(
                    .networkNormalizationTooWide, at: "layer \(layer.name), channel \(channel)",
                    found: "a norm of \(bound.width - 1) bits",
                    expected: "at most \(Self.normalizationBits)",
                    remedy: "quantize again with fewer weight or activation bits: --weight-bits, --activation-bits")
            }
        case .addition(let addition): try requireDefined(addition, layer)
        case .twoStageAddition(let addition): try requireDefined(addition, layer)
        case nil, .some(.none): break
        }
    }

    private func requireDefinedAtAllRates(
        _ post: PostProcessing, _ layer: Layer, _ accumulators: [ClosedRange<Int128>]
    ) throws(Diagnostic) {
        try requireDefined(post, layer, accumulators)
        for multipliers in rateMultipliers[layer.name] ?? [] where multipliers.count == post.multipliers.count {
            var atRate = post
            (atRate.multipliers, atRate.multipliersNegative) = (multipliers, multipliers)
            try requireDefined(atRate, layer, accumulators)
        }
    }

    private func requireDefined(
        _ post: PostProcessing, _ layer: Layer, _ accumulators: [ClosedRange<Int128>]
    ) throws(Diagnostic) {
        guard post.rounding == .gemmlowpDouble else { return }
        for (channel, range) in accumulators.enumerated() {
            func place() -> String { "layer \(layer.name), output channel \(channel)" }
            try requireShift(post.multipliers[channel], range.clamped(to: 0...Int128.max), place())
            try requireShift(post.multipliersNegative[channel], range.clamped(to: Int128.min...0), place())
        }
    }

    private func requireDefined(_ addition: AdditionParameters, _ layer: Layer) throws(Diagnostic) {
        guard addition.rounding == .gemmlowpDouble, let first = formats[layer.inputs[0]],
            let second = formats[layer.inputs[1]]
        else { return }
        guard case .codes(let set)? = formats[layer.name] else { return }
        for channel in 0..<set.channels {
            var bound = AccumulatorBound(bias: 0)
            for (mantissa, range) in [
                (addition.mantissaA, first.valueRange(channel: channel)),
                (addition.mantissaB, second.valueRange(channel: channel)),
            ] {
                let (low, high) = (
                    Int128(mantissa) * Int128(range.lowerBound), Int128(mantissa) * Int128(range.upperBound)
                )
                bound.low += min(low, high, 0)
                bound.high += max(low, high, 0)
            }
            try requireShift(
                QuantizedMultiplier(mantissa: 1 << 30, exponent: addition.exponent), bound.low...bound.high,
                "layer \(layer.name), channel \(channel)")
        }
    }

    /// A multiplier below 1 makes nothing larger, so that no sum is larger than the operands 2^L.
    private func requireDefined(_ addition: TwoStageAdditionParameters, _ layer: Layer) throws(Diagnostic) {
        guard case .twoStageAdd(let stage) = layer.operator else { return }
        let operands = layer.inputs.compactMap { formats[$0] }
        guard operands.count == 2 else { return }
        var sums: [ClosedRange<Int128>] = []
        for channel in addition.postProcessing.multipliers.indices {
            let largest = operands.map { $0.valueRange(channel: channel).wide.largestMagnitude << stage.leftShift }
            let sum = largest[0] + largest[1]
            guard sum < 1 << 31 else {
                throw Diagnostic(
                    .networkRequantizationTooWide, at: "layer \(layer.name), channel \(channel)",
                    found: "operands that reach \(sum) together behind a left shift of \(stage.leftShift)",
                    expected: "sums of 32 bits signed", remedy: "choose a smaller leftShift")
            }
            sums.append(-sum...sum)
        }
        try requireDefinedAtAllRates(addition.postProcessing, layer, sums)
    }

    private func requireShift(
        _ multiplier: QuantizedMultiplier, _ accumulators: ClosedRange<Int128>,
        _ place: @autoclosure () -> String
    ) throws(Diagnostic) {
        // Beyond 64 bits there is no accumulator: A is at most 62.
        let range = Int64(clamping: accumulators.lowerBound)...Int64(clamping: accumulators.upperBound)
        guard
            let refusal = RequantizationRefusal.reason(
                rule: .gemmlowpDouble, multiplier: multiplier, accumulators: range)
        else { return }
        throw Diagnostic(
            .networkRequantizationTooWide, at: place(), found: refusal.found, expected: refusal.expected,
            remedy: "choose another rounding rule or a smaller exponent")
    }
}

extension ClosedRange where Bound: BinaryInteger {
    fileprivate var wide: ClosedRange<Int128> { Int128(lowerBound)...Int128(upperBound) }
}

extension ClosedRange<Int128> {
    fileprivate var largestMagnitude: Int128 { Swift.max(lowerBound.magnitudeValue, upperBound.magnitudeValue) }
}

extension Int128 {
    fileprivate var magnitudeValue: Int128 { self < 0 ? -self : self }
}

extension [ClosedRange<Int128>] {
    /// Where the products of one value of each range lie.
    fileprivate var product: ClosedRange<Int128> {
        reduce(1...1) { range, other in
            let corners = [
                range.lowerBound * other.lowerBound, range.lowerBound * other.upperBound,
                range.upperBound * other.lowerBound, range.upperBound * other.upperBound,
            ]
            return corners.min()!...corners.max()!
        }
    }
}

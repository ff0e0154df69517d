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
            guard let input = formats[layer.inputs[0]] else { return }
            let ranges = post.multipliers.indices.map {
                Int128(input.valueRange(channel: $0).lowerBound)...Int128(input.valueRange(channel: $0).upperBound)
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
            let place = "layer \(layer.name), output channel \(channel)"
            try requireShift(post.multipliers[channel], range.clamped(to: 0...Int128.max), place)
            try requireShift(post.multipliersNegative[channel], range.clamped(to: Int128.min...0), place)
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

    private func requireShift(
        _ multiplier: QuantizedMultiplier, _ accumulators: ClosedRange<Int128>, _ place: String
    ) throws(Diagnostic) {
        // Beyond 64 bits there is no accumulator: A is at most 62.
        let range = Int64(clamping: accumulators.lowerBound)...Int64(clamping: accumulators.upperBound)
        guard
            let refusal = RequantizationRefusal.reason(
                rule: .gemmlowpDouble, multiplier: multiplier, accumulators: range)
        else { return }
        throw Diagnostic(
            .networkRequantizationTooWide, at: place, found: refusal.found, expected: refusal.expected,
            remedy: "choose another rounding rule or a smaller exponent")
    }
}

import FixedPoint
import Networks
import Quantization

/// The integers of `lapped8`: ranges chosen by hand, everything else rounded from the closed form with basic operations
/// of doubles, which are exact to the last bit on every computer.
extension LappedTransform {
    private static let activationBits = 12
    private static let weightBits = 12
    /// The largest coefficient that is kept; codebook j ends at this / 2^j.
    private static let largestCoefficient = 2.25
    private static let step = largestCoefficient / 2047
    private static let place = "network lapped8"

    static var quantized: QuantizedNetwork {
        let image = TensorFormat.codes(.uniform(.linearUnsigned, channels: 3, step: 1.0 / 255))
        let coefficients = TensorFormat.codes(coefficientSet)
        let latentFormat = TensorFormat.codes(.uniform(.linearSigned, channels: latents.count, step: 1))
        let zeros = Array(repeating: 0.0, count: channels)
        return QuantizedNetwork(
            graph: graph,
            formats: [
                "image": image, "analysis0": coefficients, "gdn0": coefficients, "analysis1": latentFormat,
                "synthesis0": coefficients, "igdn0": coefficients,
                "synthesis1": image,
            ],
            parameters: [
                "analysis0": accumulation(analysis0, bias: analysisBias, inputStep: 1.0 / 255, outputStep: step),
                "gdn0": normalization(isInverse: false),
                "analysis1": accumulation(
                    analysis1, bias: Array(repeating: 0, count: latents.count), inputStep: step, outputStep: 1),
                "synthesis0": accumulation(synthesis0, bias: zeros, inputStep: 1, outputStep: step),
                "igdn0": normalization(isInverse: true),
                "synthesis1": accumulation(synthesis1, bias: [0.5, 0.5, 0.5], inputStep: step, outputStep: 1.0 / 255),
            ],
            widths: DatapathWidths(activationBits: activationBits, weightBits: weightBits, accumulatorBits: 32))
    }

    /// Three codebooks on one grid; low frequencies select the widest.
    private static var coefficientSet: CodebookSet {
        let books = (0..<3).map {
            try! Codebook.signed(
                .power(numerator: 2, denominator: 1), range: 2047 >> $0, bits: activationBits, at: place)
        }
        let selects = (0..<channels).map { channel -> UInt8 in
            let frequency = channel % 16 / 4 + channel % 4
            return channel < 16
                ? (frequency <= 2 ? 0 : (frequency <= 4 ? 1 : 2)) : (frequency == 0 ? 0 : (frequency <= 2 ? 1 : 2))
        }
        return try! CodebookSet(
            codebooks: books, selects: selects, offsets: Array(repeating: 0, count: channels), step: step)
    }

    private static func accumulation(
        _ weights: [Double], bias: [Double], inputStep: Double, outputStep: Double
    ) -> LayerParameters {
        let decoder = try! WeightDecoder.weights(.power(numerator: 3, denominator: 2), bits: weightBits, at: place)
        let inner = weights.count / bias.count
        var codes: [UInt8] = []
        var integers: [Int64] = []
        var multipliers: [QuantizedMultiplier] = []
        for (output, bias) in bias.enumerated() {
            let row = weights[output * inner..<(output + 1) * inner]
            let magnitude = row.reduce(0) { max($0, abs($1)) }
            let scale = (magnitude > 0 ? magnitude : 1) / 2047
            codes += row.map { nearestCode(of: $0 / scale, decoder) }
            integers.append(Int64((bias / (inputStep * scale)).rounded()))
            multipliers.append(multiplier(inputStep * scale / outputStep))
        }
        return .accumulation(
            AccumulationParameters(
                weightCodes: codes, weightDecoder: decoder, bias: integers,
                postProcessing: PostProcessing(multipliers: multipliers, rounding: .single)))
    }

    /// Operands are `q_j = v_j^2 / 2^(S_j)`; one unit of n is `gammaScale` of the real norm.
    private static func normalization(isInverse: Bool) -> LayerParameters {
        let decoder = try! WeightDecoder.gammas(.power(numerator: 3, denominator: 2), bits: weightBits, at: place)
        let set = coefficientSet
        let shifts = (0..<channels).map { channel -> Int in
            let magnitude = -set.valueRange(channel: channel).lowerBound
            return max(0, Int.bitWidth - (magnitude * magnitude).leadingZeroBitCount - (activationBits - 1))
        }
        var codes: [UInt8] = []
        var beta: [Int64] = []
        var mantissas: [UInt32] = []
        var scaleShifts: [Int] = []
        for i in 0..<channels {
            let row = (0..<channels).map { gamma[i * channels + $0] * step * step * Double(1 << shifts[$0]) }
            let gammaScale = row.reduce(0) { max($0, $1) } / 2047
            codes += row.map { nearestCode(of: $0 / gammaScale, decoder) }
            beta.append(Int64((1 / gammaScale).rounded()))
            let factor = isInverse ? gammaScale.squareRoot() : 1 / gammaScale.squareRoot()
            let shift = 23 - Int(factor.exponent)
            mantissas.append(UInt32((factor * Double(sign: .plus, exponent: shift, significand: 1)).rounded(.down)))
            scaleShifts.append(shift)
        }
        return .normalization(
            NormalizationParameters(
                gammaCodes: codes, gammaDecoder: decoder, operandShifts: shifts, beta: beta, scaleMantissas: mantissas,
                scaleShifts: scaleShifts))
    }

    /// The code with the nearest entry; the lower of two equally near.
    private static func nearestCode(of value: Double, _ decoder: WeightDecoder) -> UInt8 {
        var (low, high) = (0, 255)
        while low < high {
            let middle = (low + high) / 2
            if value <= (Double(decoder.entries[middle]) + Double(decoder.entries[middle + 1])) / 2 {
                high = middle
            } else {
                low = middle + 1
            }
        }
        return UInt8(low)
    }

    private static func multiplier(_ ratio: Double) -> QuantizedMultiplier {
        let mantissa = (ratio.significand * 0x1p30).rounded()
        return mantissa < 0x1p31
            ? QuantizedMultiplier(mantissa: UInt32(mantissa), exponent: Int(ratio.exponent) + 1)
            : QuantizedMultiplier(mantissa: 1 << 30, exponent: Int(ratio.exponent) + 2)
    }
}

import Diagnostics
import ExactArithmetic
import FixedPoint
import Graph
import Networks
import Quantization

/// Integers of one normalization layer.
///
///     n_real = nu_i n,   gamma'_ij = gamma_ij x real value of one operand step = nu_i g_ij,   beta_i = nu_i b_i
///     GDN   M/2^S = stepIn / (sqrt(nu_i) stepOut)    IGDN   stepIn sqrt(nu_i) / stepOut
///     GDN1        = stepIn / (nu_i stepOut)          IGDN1  stepIn nu_i / stepOut
struct NormalizationQuantizer {
    let form: NormalizationForm
    let gamma: [Float]
    let beta: [Float]
    let input: CodebookSet
    let outputStep: Double
    let clips: [Float]?
    let options: QuantizationOptions
    let place: String

    /// The largest factor that a 24-bit mantissa with shift 0 can carry.
    private static let largestFactor = Double(1 << 24 - 1)

    func parameters(
        importance: [Double], gammaBits: Int
    ) throws(Diagnostic) -> (parameters: NormalizationParameters, scales: [Double]) {
        let channels = beta.count
        let shifts = (0..<channels).map { operandShift($0) }
        let operandSteps = shifts.map {
            form.isSquareRootForm
                ? input.step * input.step * Double(sign: .plus, exponent: $0, significand: 1) : input.step
        }
        let effective = (0..<gamma.count).map { Float(Double(gamma[$0]) * operandSteps[$0 % channels]) }
        if let index = effective.firstIndex(where: { !$0.isFinite }) {
            throw Diagnostic(
                .networkValueOutOfRange, at: "\(place), channel \(index / channels)",
                found: "gamma \(gamma[index]) for operands of step \(operandSteps[index % channels])",
                expected: "products within float32", remedy: "scale this layer's input down")
        }
        let decoder = try gammaDecoder(bits: gammaBits)
        // GDN1 divides by n: its factor grows as the scale shrinks, and has 24 bits.
        let smallestScale =
            switch form {
            case .gdn1: input.step / (Self.largestFactor * outputStep)
            case .gdn:
                (input.step / (Self.largestFactor * outputStep)) * (input.step / (Self.largestFactor * outputStep))
            case .igdn, .igdn1: 0.0
            }
        let quantizer = WeightQuantizer(decoder: decoder, grouping: .outputChannel, clipping: options.weights.clipping)
        let (codes, scales) = quantizer.quantize(
            effective, outputs: channels, importance: importance, smallestScale: max(smallestScale, betaLimit),
            clips: clips)
        var mantissas: [UInt32] = []
        var factorShifts: [Int] = []
        var integers: [Int64] = []
        for (channel, scale) in scales.enumerated() {
            let (mantissa, shift) = try Self.mantissa(of: factor(scale), at: "\(place), channel \(channel)")
            guard let integer = Int64(rounding: Double(beta[channel]) / scale) else {
                throw Diagnostic(
                    .networkValueOutOfRange, at: "\(place), channel \(channel)",
                    found: "beta \(beta[channel]) in steps of \(scale)", expected: "an integer of 64 bits",
                    remedy: "train or export the network again")
            }
            integers.append(max(1, integer))
            mantissas.append(mantissa)
            factorShifts.append(shift)
        }
        return (
            NormalizationParameters(
                gammaCodes: codes, gammaDecoder: decoder, operandShifts: shifts, beta: integers,
                scaleMantissas: mantissas, scaleShifts: factorShifts,
                table: options.arithmetic.normalizationTable.map { .derived(for: form, widths: $0) },
                resultBits: options.arithmetic.resultBits),
            scales
        )
    }

    /// A scale so small that beta would not fit half the accumulator is refused.
    private var betaLimit: Double {
        Double(beta.max() ?? 0) / Double(sign: .plus, exponent: options.arithmetic.accumulatorBits - 3, significand: 1)
    }

    private func gammaDecoder(bits: Int) throws(Diagnostic) -> WeightDecoder {
        try .gammas(options.weights.gammaLaw, bits: bits, at: place)
    }

    /// S_j = max(0, bitLength(max v_j^2) - (V - 1)).
    private func operandShift(_ channel: Int) -> Int {
        guard form.isSquareRootForm else { return 0 }
        let range = input.valueRange(channel: channel)
        let magnitude = max(abs(range.lowerBound), abs(range.upperBound))
        let bitLength = Int.bitWidth - (magnitude * magnitude).leadingZeroBitCount
        return max(0, bitLength - (options.activations.bits - 1))
    }

    private func factor(_ scale: Double) -> Double {
        switch form {
        case .gdn: input.step / (scale.squareRoot() * outputStep)
        case .igdn: input.step * scale.squareRoot() / outputStep
        case .gdn1: input.step / (scale * outputStep)
        case .igdn1: input.step * scale / outputStep
        }
    }

    /// The nearest `M / 2^S` with the largest S that M below 2^24 and S at most 62 allow.
    static func mantissa(of factor: Double, at place: String) throws(Diagnostic) -> (UInt32, Int) {
        guard factor.isNormal else { throw outOfRange(factor, at: place) }
        let shift = min(62, 23 - Int(factor.exponent))
        guard shift >= 0 else { throw outOfRange(factor, at: place) }
        let mantissa = (factor * Double(sign: .plus, exponent: shift, significand: 1)).rounded()
        if shift > 0, mantissa >= 0x1p24 { return (UInt32(mantissa / 2), shift - 1) }
        guard mantissa >= 1, mantissa < 0x1p24 else { throw outOfRange(factor, at: place) }
        return (UInt32(mantissa), shift)
    }

    private static func outOfRange(_ factor: Double, at place: String) -> Diagnostic {
        Diagnostic(
            .networkValueOutOfRange, at: place, found: "a normalization factor of \(factor)",
            expected: "a factor that 24 bits and a shift of 0...62 carry: 2^-62 to 2^24",
            remedy:
                """
                scale the layer before, or the betas and gammas of this channel, so that input and output are of like \
                magnitude
                """
        )
    }
}

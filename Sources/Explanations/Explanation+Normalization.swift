import ExactArithmetic
import Graph
import Networks
import Quantization
import Tensors

extension Explanation {

    mutating func explainNormalization(
        _ form: NormalizationForm, _ parameters: NormalizationParameters, _ name: String, _ input: Tensor<Int32>,
        _ format: TensorFormat, _ operandBits: Int,
        channel: Int, y: Int, x: Int
    ) -> Int64 {
        let channels = input.shape.channels
        say("norm: input code -> v, operand q of the magnitude, gamma code -> w, product, running sum")
        say(
            form.isSquareRootForm
                ? "q = v^2 / 2^S to nearest, ties up, at most \((1 << (operandBits - 1)) - 1); S of input channel "
                    + "\(channel) is \(parameters.operandShifts[channel])" : "q = |v|")
        productsAfter = lines.count
        var sum: Int64 = 0
        for j in 0..<channels {
            let code = Int(input[y, x, j])
            let value = format.value(of: code, channel: j)
            let magnitude =
                form.isSquareRootForm
                ? ExactNormalization.squaredMagnitude(
                    ExactInteger(value), operandBits: operandBits, shift: parameters.operandShifts[j])
                : ExactNormalization.absoluteMagnitude(ExactInteger(value))
            let operand = Int64(exactly: magnitude)!
            let gammaCode = Int(parameters.gammaCodes[channel * channels + j])
            let gamma = Int64(parameters.gammaDecoder.entries[gammaCode])
            sum += operand * gamma
            let position = Coordinate(y: y, x: x, c: j)
            products.append(
                Product(
                    position: position.description, code: code, value: Int(operand), weightCode: gammaCode,
                    weight: Int(gamma), product: Int(operand * gamma), sum: Int(sum),
                    line:
                        """
                          \(name) \(position) code \(code) -> \(value)  q \(operand)  gamma \(gammaCode) -> \(gamma)  \
                        product \(operand * gamma)  sum \(sum)
                        """))
        }
        let norm = sum + parameters.beta[channel]
        let (mantissa, shift) = (parameters.scaleMantissas[channel], parameters.scaleShifts[channel])
        let value = ExactInteger(format.value(of: Int(input[y, x, channel]), channel: channel))
        say(
            """
            n = sum + beta = \(sum) + \(parameters.beta[channel]) = \(norm); v = \(value), M = \(mantissa), S = \(shift)
            """
        )
        let (n, scale) = (ExactInteger(norm), ExactInteger(mantissa))
        if let table = parameters.table { return explainTable(form, table, value, norm: n, scale: scale, shift: shift) }
        let result =
            switch form {
            case .gdn: ExactNormalization.gdn(value, norm: n, scale: scale, shift: shift)
            case .igdn: ExactNormalization.igdn(value, norm: n, scale: scale, shift: shift)
            case .gdn1: ExactNormalization.gdn1(value, norm: n, scale: scale, shift: shift)
            case .igdn1: ExactNormalization.igdn1(value, norm: n, scale: scale, shift: shift)
            }
        say(
            """
            exact \(Self.formula(form)) = \(Self.decimal(form, value.magnitude * scale, n, shift)); correctly rounded, \
            sign of v: \(result)
            """
        )
        return Int64(nearest: result)
    }

    private mutating func explainTable(
        _ form: NormalizationForm, _ table: NormalizationTable, _ value: ExactInteger, norm: ExactInteger,
        scale: ExactInteger, shift: Int
    ) -> Int64 {
        let oracle = ExactTableNormalization(form, table)
        let factor = oracle.factor(norm: norm)
        say("n = 2^\(factor.exponent) x \((ExactRational(norm) * .powerOfTwo(-factor.exponent)).decimal(digits: 12))")
        if let place = factor.place {
            let (base, slope) = (table.bases[place.segment], table.slopes[place.segment])
            say(
                """
                segment \(place.segment) of \(table.bases.count), offset u = \(place.offset) of \
                \(1 << table.offsetBits); base \(base), slope \(slope), T = \(table.slopeShift)
                """
            )
            say("y = base + ((slope u) >> T) = \(factor.y)")
        } else {
            say("y = the first \(table.baseBits) bits of n = \(factor.y)")
        }
        let quotient = oracle.quotient(value, norm: norm, scale: scale, shift: shift)
        let result = oracle.normalized(value, norm: norm, scale: scale, shift: shift)
        say("exact |v| M y / 2^\(shift + factor.shift) = \(quotient.decimal(digits: 9)); half up, sign of v: \(result)")
        say("without a table: \(Self.formula(form)) = \(Self.decimal(form, value.magnitude * scale, norm, shift))")
        return Int64(nearest: result)
    }

    private static func formula(_ form: NormalizationForm) -> String {
        switch form {
        case .gdn: "|v| M / (2^S sqrt n)"
        case .igdn: "|v| M sqrt n / 2^S"
        case .gdn1: "|v| M / (2^S n)"
        case .igdn1: "|v| n M / 2^S"
        }
    }

    /// The exact real value, cut (not rounded) after nine digits: square roots from integer roots.
    private static func decimal(
        _ form: NormalizationForm, _ product: ExactInteger, _ n: ExactInteger, _ shift: Int
    ) -> String {
        let digits = 9
        let scale = ExactInteger(10).power(digits)
        let units: ExactInteger =
            switch form {
            case .gdn: ((product * scale).power(2).quotient(by: n << (2 * shift), rounding: .floor)).squareRootFloor
            case .igdn: ((product * scale).power(2) * n >> (2 * shift)).squareRootFloor
            case .gdn1: (product * scale).quotient(by: n << shift, rounding: .floor)
            case .igdn1: product * n * scale >> shift
            }
        return ExactRational(units, scale).decimal(digits: digits) + "..."
    }
}

extension ExactTableNormalization {
    fileprivate init(_ form: NormalizationForm, _ table: NormalizationTable) {
        let exact: Form =
            switch form {
            case .gdn: .gdn
            case .igdn: .igdn
            case .gdn1: .gdn1
            case .igdn1: .igdn1
            }
        self.init(
            exact, indexBits: table.indexBits, offsetBits: table.offsetBits, baseBits: table.baseBits,
            slopeShift: table.slopeShift, bases: table.bases.map { Int($0) },
            slopes: table.slopes.map { Int($0) })
    }
}

public import Diagnostics
import ExactArithmetic
import FixedPoint
public import Graph
public import Networks
import Quantization
public import Tensors

/// The whole derivation of one stored output element, in text: every product, the running sum, bias, multiplier, shift,
/// each rounding beside the exact rational value, the thresholds around the result, the code.
///
/// Computed here from the definitions with exact rationals; the caller holds the result against what the executors
/// stored.
public struct Explanation: Sendable {
    /// One product of a sum and the sum up to it.
    public struct Product: Encodable, Sendable {
        /// Kernel row and column; nil for those of a normalization.
        public var tapRow: Int?
        public var tapColumn: Int?
        /// `y=12,x=7,c=3` of the input element; nil where padding injects 0.
        public var position: String?
        public var code: Int?
        public var value: Int
        public var weightCode: Int
        public var weight: Int
        public var product: Int
        public var sum: Int
        /// The same in words.
        let line: String

        private enum CodingKeys: String, CodingKey {
            case tapRow, tapColumn, position, code, value, weightCode, weight, product, sum
        }
    }

    public private(set) var lines: [String] = []
    /// In the order of the sum's definition; empty for operators without a sum of products.
    public private(set) var products: [Product] = []
    /// Where the products stand among the lines.
    private var productsAfter = 0
    /// The stored element that the derivation ends in.
    public private(set) var stored = 0

    /// - Throws: `explainOutside` for a coordinate outside the layer's output, `explainOperator` for operators without
    ///   a derivation.
    public init(
        _ network: QuantizedNetwork, layer: Layer, operands: [Tensor<Int32>], outputShape: TensorShape,
        at coordinate: Coordinate
    ) throws(Diagnostic) {
        guard outputShape.contains(coordinate) else {
            throw Diagnostic(
                .explainOutside, at: "layer \(layer.name)", found: "element \(coordinate)",
                expected:
                    "y below \(outputShape.height), x below \(outputShape.width), c below \(outputShape.channels)",
                remedy: "choose an element of the output")
        }
        let (y, x, c) = (coordinate.y, coordinate.x, coordinate.c)
        say("\(layer.name) (\(layer.operator.name)), output element \(coordinate) of \(outputShape)")
        let output = network.formats[layer.name]!
        let inputFormat = network.formats[layer.inputs[0]]!
        switch network.parameters[layer.name] {
        case .accumulation(let parameters):
            let explained = ExplainedTerms(
                layer, weightCodes: parameters.weightCodes, weights: parameters.weightDecoder.entries,
                format: inputFormat, input: operands[0], c: c, y: y, x: x,
                outputChannels: outputShape.channels)
            let sum = explainSum(explained.terms, inputName: layer.inputs[0])
            let accumulator = sum + parameters.bias[c]
            say(
                """
                accumulator = sum + bias = \(sum) + \(parameters.bias[c]) = \(accumulator), \
                \(ExactInteger(accumulator).signedWidth) bits of \(network.widths.accumulatorBits)
                """
            )
            finish(
                postProcess(accumulator, parameters.postProcessing, channel: c), output, channel: c,
                codeMap: parameters.postProcessing.codeMap)
        case .requantization(let post) where layer.operator == .multiply:
            let (a, b) = explainOperands(layer, operands, network, coordinate)
            say("product = \(a) x \(b) = \(a * b)")
            finish(postProcess(Int64(a * b), post, channel: c), output, channel: c, codeMap: post.codeMap)
        case .requantization(let post):
            let value = explainOperand(layer.inputs[0], operands[0], inputFormat, y, x, c)
            finish(postProcess(Int64(value), post, channel: c), output, channel: c, codeMap: post.codeMap)
        case .normalization(let parameters):
            guard case .normalization(let form) = layer.operator else {
                preconditionFailure("\(layer.name) has normalization parameters")
            }
            let result = explainNormalization(
                form, parameters, layer.inputs[0], operands[0], inputFormat, network.widths.activationBits, channel: c,
                y: y, x: x)
            finish(
                limit(result, parameters.resultBits, parameters.clipLow, parameters.clipHigh), output, channel: c,
                codeMap: nil)
        case .addition(let parameters):
            let (a, b) = explainOperands(layer, operands, network, coordinate)
            let sum = Int64(a) * parameters.mantissaA + Int64(b) * parameters.mantissaB
            say("sum = \(a) x \(parameters.mantissaA) + \(b) x \(parameters.mantissaB) = \(sum)")
            let exact = ExactRational(ExactInteger(sum)) * .powerOfTwo(parameters.exponent - 31)
            let rounded = exact.rounded(parameters.rounding.ofExactQuotient)
            say(
                """
                exact quotient = sum / 2^\(31 - parameters.exponent) = \(exact.decimal(digits: 12)); \
                \(parameters.rounding.rawValue) gives \(rounded)
                """
            )
            finish(
                limit(Int64(nearest: rounded), parameters.resultBits, parameters.clipLow, parameters.clipHigh), output,
                channel: c, codeMap: nil)
        case .twoStageAddition(let parameters):
            guard case .twoStageAdd(let addition) = layer.operator else {
                preconditionFailure("\(layer.name) has the parameters of a two-stage addition")
            }
            let (a, b) = explainOperands(layer, operands, network, coordinate)
            let first = explainScaled("a", a, addition.leftShift, parameters.multiplierA)
            let second = explainScaled("b", b, addition.leftShift, parameters.multiplierB)
            let sum = addition.subtracts ? first - second : first + second
            say("sum = \(first) \(addition.subtracts ? "-" : "+") \(second) = \(sum)")
            let post = parameters.postProcessing
            finish(postProcess(sum, post, channel: c), output, channel: c, codeMap: post.codeMap)
        case .some(.none) where layer.operator.isMaxPooling:
            guard case .maxPooling(let pooling) = layer.operator else { preconditionFailure("a max pooling") }
            stored = explainLargest(pooling, layer.inputs[0], operands[0], coordinate)
        default:
            throw Diagnostic(
                .explainOperator, at: "layer \(layer.name)",
                found: "operator \(layer.operator.name) moves or shifts elements only",
                expected: "an operator that multiplies or compares", remedy: "explain the layer before or after it")
        }
    }

    /// Both operands of an element; the second may be one pixel for all.
    private mutating func explainOperands(
        _ layer: Layer, _ operands: [Tensor<Int32>], _ network: QuantizedNetwork, _ at: Coordinate
    ) -> (Int, Int) {
        let second = operands[1].shape
        let isPixel = second.height == 1 && second.width == 1
        let a = explainOperand(layer.inputs[0], operands[0], network.formats[layer.inputs[0]]!, at.y, at.x, at.c)
        let b = explainOperand(
            layer.inputs[1], operands[1], network.formats[layer.inputs[1]]!, isPixel ? 0 : at.y, isPixel ? 0 : at.x,
            at.c)
        return (a, b)
    }

    /// The elements of a window, and the largest of them.
    private mutating func explainLargest(
        _ pooling: Pooling, _ name: String, _ input: Tensor<Int32>, _ at: Coordinate
    ) -> Int {
        let (top, left) = (at.y * pooling.strideY - pooling.padding.top, at.x * pooling.strideX - pooling.padding.left)
        let rows = max(top, 0)..<min(top + pooling.kernelHeight, input.shape.height)
        let columns = max(left, 0)..<min(left + pooling.kernelWidth, input.shape.width)
        var largest = Int.min
        for row in rows {
            let elements = columns.map { Int(input[row, $0, at.c]) }
            say(
                "\(name) y=\(row),x=\(columns.lowerBound)...\(columns.upperBound - 1),c=\(at.c): "
                    + elements.map(String.init).joined(separator: ", "))
            largest = max(largest, elements.max()!)
        }
        say("largest = \(largest)")
        return largest
    }

    /// The first stage of a two-stage addition: half up to the grid of the high word, then half away from zero.
    private mutating func explainScaled(
        _ name: String, _ value: Int, _ leftShift: Int, _ multiplier: QuantizedMultiplier
    ) -> Int64 {
        let shifted = ExactRational(ExactInteger(value)) * .powerOfTwo(leftShift)
        let exact = shifted * ExactRational(ExactInteger(Int(multiplier.mantissa))) * .powerOfTwo(-31)
        let high = exact.rounded(.halfUp)
        let scaled = (ExactRational(high) * .powerOfTwo(multiplier.exponent)).rounded(.halfAway)
        say(
            """
            \(name) = \(value) x 2^\(leftShift) x \(multiplier.mantissa) / 2^31 = \(exact.decimal(digits: 12)), \
            half up \(high); over 2^\(-multiplier.exponent), half away from zero, \(scaled)
            """
        )
        return Int64(nearest: scaled)
    }

    private mutating func say(_ line: String) { lines.append(line) }

    /// The lines with the products among them.
    ///
    /// - Parameter all: every product; else the first three and the last.
    public func text(all: Bool) -> [String] {
        let shown = products.map(\.line)
        let cut =
            all || shown.count <= 6
            ? shown
            : Array(shown.prefix(3)) + ["  ... \(shown.count - 4) more: --all shows them"] + shown.suffix(1)
        return Array(lines.prefix(productsAfter)) + cut + lines.dropFirst(productsAfter)
    }

    private mutating func explainSum(_ terms: [ExplainedTerm], inputName: String) -> Int64 {
        say("products: input code -> v, weight code -> w, v x w, running sum")
        productsAfter = lines.count
        var sum: Int64 = 0
        for term in terms {
            let product = Int64(term.value) * Int64(term.weight)
            sum += product
            let operand =
                term.position.map { "\(inputName) y=\($0.y),x=\($0.x),c=\($0.c) code \(term.code!) -> \(term.value)" }
                ?? "padding -> 0"
            let position = term.position.map { Coordinate(y: $0.y, x: $0.x, c: $0.c).description }
            products.append(
                Product(
                    tapRow: term.tap.r, tapColumn: term.tap.s, position: position, code: term.code,
                    value: term.value, weightCode: term.weightCode, weight: term.weight, product: Int(product),
                    sum: Int(sum),
                    line:
                        """
                          tap (\(term.tap.r),\(term.tap.s))  \(operand)  weight \(term.weightCode) -> \(term.weight)  \
                        product \(product)  sum \(sum)
                        """))
        }
        say("sum of \(terms.count) products = \(sum)")
        return sum
    }

    private mutating func explainOperand(
        _ name: String, _ tensor: Tensor<Int32>, _ format: TensorFormat, _ y: Int, _ x: Int, _ c: Int
    ) -> Int {
        let stored = Int(tensor[y, x, c])
        let value = format.value(of: stored, channel: c)
        say("\(name) \(Coordinate(y: y, x: x, c: c)) stored \(stored) -> v = \(value)")
        return value
    }

    private mutating func postProcess(_ accumulator: Int64, _ post: PostProcessing, channel: Int) -> Int64 {
        let multiplier = accumulator < 0 ? post.multipliersNegative[channel] : post.multipliers[channel]
        say(
            """
            multiplier\(accumulator < 0 ? " of negative sums" : "") m = \(multiplier.mantissa), s = \
            \(multiplier.exponent): factor m / 2^31 x 2^s = \(ExactRequantize.value(of: multiplier).decimal(digits: 15))
            """
        )
        let exact = ExactRequantize.quotient(ExactInteger(accumulator), by: multiplier)
        let rounded = ExactRequantize.rounded(ExactInteger(accumulator), by: multiplier, rule: post.rounding)
        say("exact quotient = acc x m / 2^\(31 - multiplier.exponent) = \(exact) = \(exact.decimal(digits: 12))")
        say(
            "\(post.rounding.rawValue) gives \(rounded) (error \((ExactRational(rounded) - exact).decimal(digits: 12)))"
        )
        return limit(Int64(nearest: rounded), post.resultBits, post.clipLow, post.clipHigh)
    }

    private mutating func limit(_ result: Int64, _ bits: Int, _ low: Int32, _ high: Int32) -> Int64 {
        let bound: Int64 = 1 << (bits - 1)
        let saturated = min(max(result, -bound), bound - 1)
        let clipped = min(max(saturated, Int64(low)), Int64(high))
        say("saturated to \(bits) bits: \(saturated); clipped to [\(low), \(high)]: r = \(clipped)")
        return clipped
    }

    private mutating func finish(_ result: Int64, _ format: TensorFormat, channel: Int, codeMap: [UInt8]?) {
        guard case .codes(let set) = format else {
            stored = Int(min(max(result, Int64(Int16.min)), Int64(Int16.max)))
            return say("stored as 16 bits: \(stored)")
        }
        let select = Int(set.selects[channel])
        let codebook = set.codebooks[select]
        let centred = result - Int64(set.offsets[channel])
        say(
            """
            codebook select \(select) of \(set.codebooks.count), offset \(set.offsets[channel]): r - offset = \(centred)
            """
        )
        let code = codebook.thresholds.count { centred >= Int64($0) }
        for index in max(0, code - 2)...min(codebook.entries.count - 1, code + 2) {
            if index > 0 {
                let threshold = codebook.thresholds[index - 1]
                say("  threshold \(index): \(threshold)\(centred >= Int64(threshold) ? "  <= r - offset" : "")")
            }
            say("    entry \(index): \(codebook.entries[index])\(index == code ? "   <- code" : "")")
        }
        stored = code
        if let codeMap {
            stored = Int(codeMap[code])
            say("code map: \(code) -> \(stored)")
        }
        say(
            """
            code = \(stored), decoded value \(Int64(codebook.entries[code]) + Int64(set.offsets[channel])), real value \
            x step \(set.step)
            """
        )
    }

    private mutating func explainNormalization(
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

extension Int64 {
    /// An exact result, or the end of 64 bits that is nearest to it: it is saturated to 24 or 32 bits next.
    fileprivate init(nearest exact: ExactInteger) { self = Int64(exactly: exact) ?? (exact.signum < 0 ? .min : .max) }
}

extension RoundingRule {
    /// The rounding of an exact quotient, for the rules that the add operator admits.
    fileprivate var ofExactQuotient: IntegerRounding {
        switch self {
        case .single: .halfUp
        case .halfEven: .halfEven
        case .halfAway: .halfAway
        case .floor: .floor
        case .ceiling: .ceiling
        case .towardZero: .towardZero
        case .gemmlowpDouble, .halfUpDouble, .tosaDouble, .onnxFloat32:
            preconditionFailure("\(rawValue) is not admitted for add")
        }
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

extension Operator {
    fileprivate var isMaxPooling: Bool { if case .maxPooling = self { true } else { false } }

    /// Whether there is something to derive though the layer has no parameters.
    public var hasDerivation: Bool { isMaxPooling }
}

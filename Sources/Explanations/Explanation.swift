public import Diagnostics
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

    public internal(set) var lines: [String] = []
    /// In the order of the sum's definition; empty for operators without a sum of products.
    public internal(set) var products: [Product] = []
    /// Where the products stand among the lines.
    var productsAfter = 0
    /// The stored element that the derivation ends in.
    public internal(set) var stored = 0

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
            let terms = ExplainedTerms(
                layer, weightCodes: parameters.weightCodes, weights: parameters.weightDecoder.entries,
                format: inputFormat, input: operands[0], c: c, y: y, x: x,
                outputChannels: outputShape.channels
            ).terms
            let accumulator = explainAccumulator(
                terms, inputName: layer.inputs[0], bias: parameters.bias[c], bits: network.widths.accumulatorBits)
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
            finish(
                explainAddition(layer, parameters, operands, network, coordinate), output, channel: c, codeMap: nil)
        case .twoStageAddition(let parameters):
            guard case .twoStageAdd(let addition) = layer.operator else {
                preconditionFailure("\(layer.name) has the parameters of a two-stage addition")
            }
            let sum = explainTwoStages(layer, addition, parameters, operands, network, coordinate)
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

    mutating func say(_ line: String) { lines.append(line) }

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
}

extension Operator {
    fileprivate var isMaxPooling: Bool { if case .maxPooling = self { true } else { false } }

    /// Whether there is something to derive though the layer has no parameters.
    public var hasDerivation: Bool { isMaxPooling }
}

import Diagnostics
import FixedPoint
import Graph
import Networks
import Quantization
import ReferenceModel
import Tensors

/// A network of one layer named `layer` that reads `a` (and `b`, ...), to run an operator alone. All tensors are 16-bit
/// integers unless said otherwise.
struct SingleLayer {
    var `operator`: Operator
    var parameters: LayerParameters = .none
    var inputFormats: [TensorFormat] = [.integers16(step: 1)]
    var outputFormat: TensorFormat = .integers16(step: 1)
    var widths = DatapathWidths(activationBits: 16, weightBits: 16, accumulatorBits: 48)

    func run(_ operands: Tensor<Int32>...) throws(Diagnostic) -> LayerResult {
        let names = (0..<operands.count).map { String(UnicodeScalar(UInt8(97 + $0))) }
        let layer = Layer(name: "layer", operator: self.operator, inputs: names)
        var formats = ["layer": outputFormat]
        for (index, name) in names.enumerated() { formats[name] = inputFormats[min(index, inputFormats.count - 1)] }
        let graph = Graph(
            name: "single", inputs: zip(names, operands).map { GraphInput(name: $0, channels: $1.shape.channels) },
            layers: [layer], outputs: ["layer"])
        let network = QuantizedNetwork(
            graph: graph, formats: formats, parameters: ["layer": parameters], widths: widths)
        return try ReferenceModel(network).runLayer(layer, operands: operands)
    }
}

extension AccumulationParameters {
    /// Integer weights in -128...127, results stored as they are.
    static func exact(weights: [Int], bias: [Int64]) -> AccumulationParameters {
        AccumulationParameters(
            weightCodes: weights.map { UInt8($0 + 128) }, weightDecoder: .linear(), bias: bias,
            postProcessing: PostProcessing(multipliers: Array(repeating: .one, count: bias.count), rounding: .floor))
    }
}

/// Accumulators put through post-processing: a fully connected layer whose weights are 0 and whose biases are the
/// accumulators.
func postProcess(
    _ accumulators: [Int64], _ postProcessing: PostProcessing, outputFormat: TensorFormat = .integers16(step: 1),
    accumulatorBits: Int = 48
) throws(Diagnostic) -> LayerResult {
    let parameters = AccumulationParameters(
        weightCodes: Array(repeating: 128, count: accumulators.count), weightDecoder: .linear(), bias: accumulators,
        postProcessing: postProcessing)
    return try SingleLayer(
        operator: .fullyConnected(outputChannels: accumulators.count), parameters: .accumulation(parameters),
        outputFormat: outputFormat,
        widths: DatapathWidths(activationBits: 16, weightBits: 8, accumulatorBits: accumulatorBits)
    ).run(tensor(1, 1, 1, [0]))
}

func tensor(_ height: Int, _ width: Int, _ channels: Int, _ elements: [Int32]) -> Tensor<Int32> {
    Tensor(shape: TensorShape(height: height, width: width, channels: channels), elements: elements)
}

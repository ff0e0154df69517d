import Diagnostics
import Graph
import Networks
import ONNX
import Quantization
import TFLiteImport
import Tensors

/// The network that grows operator by operator, in the order of the file.
///
///     tensor of the file ──> value     (a graph input, a layer's result, or a layer that is not made yet)
///                       ╲──> constant  (in the file, or computed from constants and extents)
///                        ╲─> constant in 8 bits, dequantized
struct GraphBuilder {
    let model: ONNXModel
    /// Of the file in diagnostics.
    let file: String
    let names: ONNXNames
    /// Whether the network is one of codes.
    let isQuantized: Bool
    /// Whether only shapes are wanted.
    let forShapes: Bool
    /// Layers of functions, where only shapes are wanted.
    var codeMaps: Set<String> = []
    /// How often operators and outputs read a tensor.
    let uses: [String: Int]
    /// What somebody reads outside of the layers: outputs, and what the host goes on from.
    var seenOutside: Set<String>
    private(set) var memory: MemoryBudget
    var values: [String: ImportedValue] = [:]
    var constants: [String: ONNXTensor]
    var dequantized: [String: DequantizedConstant] = [:]
    /// Those that the host computes behind the network; `values` has what it computes them from.
    var hostTensors: Set<String> = []
    /// What the host has of tensors, of a network of codes.
    var hostResults: [String: HostValue] = [:]
    /// In their order of run.
    var host: [HostOperator] = []
    /// Float inputs of the file that the host quantizes, and views of them, under the name of the input: no values.
    var hostInputs: [String: ImportedValue] = [:]
    var inputs: [GraphInput] = []
    private(set) var layers: [Layer] = []
    private(set) var layerNames: Set<String> = []
    var inputShapes: [String: TensorShape] = [:]
    var formats: [String: TensorFormat] = [:]
    private(set) var floatParameters: [String: FloatParameters] = [:]
    private(set) var parameters: [String: LayerParameters] = [:]
    private(set) var usefulMACs = 0
    /// By index of the node: the layers that it became a part of.
    var layersOfNodes: [Int: [String]] = [:]
    /// Nodes that compute, not only change a layer.
    var computing: Set<Int> = []
    /// Nodes that become a part of the next layer.
    var foldedBefore: [Int] = []
    var roundings: [Int: String] = [:]
    var remarks: [String] = []
    var parameterCount = 0

    init(
        _ model: ONNXModel, named names: ONNXNames, _ cut: ONNXCut, forShapes: Bool, at file: String,
        memory: MemoryBudget
    ) {
        self.model = model
        self.forShapes = forShapes
        self.file = file
        self.memory = memory
        self.names = names
        constants = model.constants
        var uses: [String: Int] = [:]
        var isQuantized = false
        for node in model.nodes {
            for input in Set(node.inputs) { uses[input, default: 0] += 1 }
            let isOfConstants = node.inputs.allSatisfy { model.constants[$0] != nil }
            isQuantized =
                isQuantized || node.operatorType.hasPrefix("QLinear") || node.operatorType == "QGemm"
                || node.operatorType == "QuantizeLinear" && !isOfConstants
        }
        for output in cut.outputs { uses[output, default: 0] += 1 }
        self.uses = uses
        seenOutside = Set(cut.outputs)
        self.isQuantized = isQuantized
    }

    /// Asks for memory that stays allocated with the network.
    ///
    /// - Throws: `memoryBudgetExceeded`.
    mutating func reserve(_ bytes: Int, for purpose: String, at place: ONNXPlace) throws(Diagnostic) {
        try memory.require(bytes, for: purpose, at: place.text)
        memory = memory.beside(bytes)
    }

    /// Names what an operator makes.
    ///
    /// - Throws: `onnxShapeUnfit`.
    mutating func define(_ tensor: String, as value: ImportedValue, at place: ONNXPlace) throws(Diagnostic) {
        guard values.updateValue(value, forKey: tensor) == nil, constants[tensor] == nil else {
            throw place.unfit("a tensor \(tensor) that is made twice", expected: "one operator for each tensor")
        }
    }

    mutating func define(_ tensor: String, as constant: ONNXTensor, at place: ONNXPlace) throws(Diagnostic) {
        guard constants.updateValue(constant, forKey: tensor) == nil, values[tensor] == nil else {
            throw place.unfit("a tensor \(tensor) that is made twice", expected: "one operator for each tensor")
        }
    }

    /// The first output, which must be there; others must not be read.
    ///
    /// - Throws: `onnxShapeUnfit`, `onnxOperatorUnsupported`.
    func output(of place: ONNXPlace) throws(Diagnostic) -> String {
        guard let first = place.node.outputs.first, !first.isEmpty else {
            throw place.unfit("no output", expected: "one")
        }
        if let second = place.node.outputs.dropFirst().first(where: { uses[$0, default: 0] > 0 && !$0.isEmpty }) {
            throw unsupported(place, found: "a second output \(second) that is read", expected: "one")
        }
        return first
    }

    /// A result that is not made yet.
    ///
    /// - Throws: `graphShapeMismatch` and what else the graph has against the layer, said of the operator.
    mutating func pend(
        _ layerOperator: Operator, _ body: PendingLayer.Body, of operands: [ImportedValue], at place: ONNXPlace,
        isChannelsLast: Bool = false, extents: (TensorShape) -> [Int] = { [1, $0.channels, $0.height, $0.width] }
    ) throws(Diagnostic) {
        let tensor = try output(of: place)
        guard body.movesElements || operands.allSatisfy(\.isReal) else {
            throw unsupported(
                place, found: "8-bit elements as real numbers", expected: "DequantizeLinear before it")
        }
        let layer = Layer(
            name: names.name(of: tensor), operator: layerOperator, inputs: operands.map { $0.name ?? "" })
        let shape = try shape(of: layer, operands, at: place)
        let pending = PendingLayer(
            tensor: tensor, place: place, nodes: [place.node.index] + foldedBefore, operator: layerOperator,
            body: body, operands: operands)
        foldedBefore = []
        computing.insert(place.node.index)
        try define(
            tensor,
            as: ImportedValue(
                pending: pending, stored: shape, extents: extents(shape), isChannelsLast: isChannelsLast), at: place)
        // Of stored 8-bit elements, in a graph of QLinear operators: the result is stored as they are.
        if let first = operands.first, !first.isReal { try force(tensor) }
    }

    func shape(
        of layer: Layer, _ operands: [ImportedValue], at place: ONNXPlace
    ) throws(Diagnostic) -> TensorShape {
        do {
            return try layer.outputShape(of: operands.map(\.stored))
        } catch {
            throw Diagnostic(
                error.code, at: place.text, found: error.found, expected: error.expected, remedy: error.remedy)
        }
    }

    /// Adds a layer.
    ///
    /// - Throws: `memoryBudgetExceeded`, `graphTooLarge`, and what the graph has against the layer.
    mutating func append(
        _ layer: Layer, _ floatParameters: FloatParameters? = nil, _ parameters: LayerParameters? = nil,
        of operands: [ImportedValue], as quantization: ActivationQuantization?, for pending: PendingLayer
    ) throws(Diagnostic) -> TensorShape {
        guard layers.count < GraphLimits.layers else {
            throw Diagnostic(
                .graphTooLarge, at: pending.place.text, found: "more than \(GraphLimits.layers) layers",
                expected: "at most \(GraphLimits.layers)", remedy: "cut the graph with --outputs")
        }
        let shape = try shape(of: layer, operands, at: pending.place)
        try reserve(MemoryBudget.product(shape.channels, 64), for: "a layer's channels", at: pending.place)
        layers.append(layer)
        layerNames.insert(layer.name)
        self.floatParameters[layer.name] = floatParameters
        self.parameters[layer.name] = parameters
        formats[layer.name] = quantization?.format(channels: shape.channels)
        usefulMACs += layer.usefulMACs(input: operands[0].stored, output: shape)
        for node in pending.nodes { layersOfNodes[node, default: []].append(layer.name) }
        return shape
    }

    /// What is not carried over, and where to cut.
    func unsupported(_ place: ONNXPlace, found: String, expected: String) -> Diagnostic {
        var operands: [String] = []
        for input in place.node.inputs {
            guard let value = values[input] else { continue }
            let name = value.name ?? names.name(of: input)
            if (value.pending != nil || layerNames.contains(name)) && !operands.contains(name) { operands.append(name) }
        }
        let words = operands.map { "--outputs \($0)" }.joined(separator: " ")
        return Diagnostic(
            .onnxOperatorUnsupported, at: place.text, found: found, expected: expected,
            remedy: operands.isEmpty
                ? "export the model without this operator; no layer stands before it"
                : "cut the graph before it: intaglio import \(file) \(words) -o N.safetensors")
    }
}

/// An 8-bit or 32-bit constant behind DequantizeLinear.
struct DequantizedConstant {
    var tensor: ONNXTensor
    var scales: [Float]
    var zeroPoints: [Int]
    /// Of the scales, where there are several.
    var axis: Int
    /// The constant that has the scales.
    var scaleName: String

    /// - Throws: `onnxTensorUnsupported` with the first scale that is not a number above 0.
    func requireScales(at place: ONNXPlace) throws(Diagnostic) {
        guard let index = scales.firstIndex(where: { !($0 > 0 && $0.isFinite) }) else { return }
        throw Diagnostic(
            .onnxTensorUnsupported, at: "\(place.text), constant \(scaleName), element \(index)",
            found: "a scale of \(scales[index].namingNaN)", expected: "a finite number above 0",
            remedy: "quantize the model again")
    }

    /// The real elements.
    var real: ONNXTensor? {
        guard let integers = tensor.integers else { return nil }
        let inner = axis < tensor.extents.count ? tensor.extents[(axis + 1)...].reduce(1, *) : 1
        var floats: [Float] = []
        floats.reserveCapacity(integers.count)
        for (index, integer) in integers.enumerated() {
            let channel = scales.count == 1 ? 0 : index / inner % scales.count
            floats.append(Float(integer - zeroPoints[zeroPoints.count == 1 ? 0 : channel]) * scales[channel])
        }
        return ONNXTensor(.float32, tensor.extents, .floats(floats))
    }
}

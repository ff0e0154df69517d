import Diagnostics
import FixedPoint
import Graph
import Networks
import TFLite
import Tensors

/// The network that grows operator by operator, in the order of the file.
///
///     tensor of the file ──> activation (a graph input or a layer's result, perhaps under other extents)
///                       ╲──> integers   (shape arithmetic, known here)
///                        ╲─> constant   (weights, in the file)
struct NetworkBuilder {
    let model: TFLiteModel
    let subgraph: TFLiteSubgraph
    let runtime: TFLiteRuntime
    /// Of the file in diagnostics.
    let file: String
    let names: TensorNames
    private(set) var memory: MemoryBudget
    /// By index of tensor.
    var activations: [Int: ImportedTensor] = [:]
    var integers: [Int: IntegerTensor] = [:]
    /// Those that the host computes behind the network; `activations` has the layer's result that it begins with.
    var hostTensors: [Int: HostTensor] = [:]
    private(set) var host: [HostOperator] = []
    /// Those that lie in batches between SPACE_TO_BATCH_ND and a convolution.
    var dealt: [Int: DealtTensor] = [:]
    /// Those that would lie in batches between the convolution and BATCH_TO_SPACE_ND.
    var skipped: Set<Int> = []
    /// Those whose rows and columns TILE repeats, up to the RESHAPE that makes a picture of them.
    var repeated: [Int: RepeatedTensor] = [:]
    private(set) var inputs: [GraphInput] = []
    private(set) var layers: [Layer] = []
    private(set) var formats: [String: TensorFormat] = [:]
    private(set) var parameters: [String: LayerParameters] = [:]
    private(set) var usefulMACs = 0
    /// What became of the operator that is imported now.
    var outcome = OperatorOutcome()
    var remarks: [String] = []

    init(_ model: TFLiteModel, runtime: TFLiteRuntime, at file: String, memory: MemoryBudget) {
        self.model = model
        subgraph = model.subgraphs[0]
        self.runtime = runtime
        self.file = file
        self.memory = memory
        names = TensorNames(subgraph) { model.isConstant($0) }
    }

    /// Takes a tensor of the file as an input of the network.
    ///
    /// - Throws: `tfliteTensorUnsupported`, `tfliteShapeUnfit`.
    mutating func addInput(_ tensor: Int) throws(Diagnostic) {
        let described = subgraph.tensors[tensor]
        let place = "\(file), input \(described.name)"
        let quantization = try ActivationQuantization(described, at: file)
        let signature = described.shapeSignature.isEmpty ? described.shape : described.shapeSignature
        // A batch that is not fixed is 1.
        let extents = signature.enumerated().map { $0.offset == 0 && $0.element == -1 ? 1 : $0.element }
        guard let shape = TensorShape(extents: extents) else {
            throw Diagnostic(
                .tfliteShapeUnfit, at: place, found: "extents \(signature)",
                expected: "a batch of 1, and fixed extents from 1 to \(GraphLimits.extent)",
                remedy: "convert the model with a fixed input shape")
        }
        let name = names.name(of: tensor)
        inputs.append(GraphInput(name: name, channels: shape.channels))
        formats[name] = quantization.format(channels: shape.channels)
        activations[tensor] = ImportedTensor(
            name: name, stored: shape, extents: extents, quantization: quantization)
    }

    /// Adds a layer whose result has this format.
    ///
    /// - Throws: `memoryBudgetExceeded`, `graphTooLarge`, `tfliteOperatorUnsupported` for attributes that no layer has,
    ///   and what else the graph has against the layer.
    mutating func append(
        _ layer: Layer, _ layerParameters: LayerParameters, of operands: [ImportedTensor],
        as quantization: ActivationQuantization, at place: OperatorPlace
    ) throws(Diagnostic) -> TensorShape {
        guard layers.count < GraphLimits.layers else {
            throw Diagnostic(
                .graphTooLarge, at: place.text, found: "more than \(GraphLimits.layers) layers",
                expected: "at most \(GraphLimits.layers)", remedy: "cut the graph with --outputs")
        }
        let shape: TensorShape
        do {
            shape = try layer.outputShape(of: operands.map(\.stored))
        } catch  where error.code == .graphAttributeOutOfRange {
            throw unsupported(place, found: error.found, expected: error.expected)
        } catch {
            throw Diagnostic(
                error.code, at: place.text, found: error.found, expected: error.expected, remedy: error.remedy)
        }
        try reserve(MemoryBudget.product(shape.channels, 64), for: "a layer's channels", at: place)
        layers.append(layer)
        parameters[layer.name] = layerParameters
        formats[layer.name] = quantization.format(channels: shape.channels)
        usefulMACs += layer.usefulMACs(input: operands[0].stored, output: shape)
        outcome.layers.append(layer.name)
        return shape
    }

    /// Adds an operator of the host.
    ///
    /// - Throws: `tfliteOperatorUnsupported` where its kernel does not take such tensors.
    mutating func append(_ hostOperator: HostOperator, at place: OperatorPlace) throws(Diagnostic) {
        if let fault = hostOperator.contradiction {
            throw unsupported(place, found: fault.found, expected: fault.expected)
        }
        outcome.remark = "\(hostOperator.function.name) \(hostOperator.name)"
        host.append(hostOperator)
    }

    /// Asks for memory that stays allocated with the network.
    ///
    /// - Throws: `memoryBudgetExceeded`.
    mutating func reserve(_ bytes: Int, for purpose: String, at place: OperatorPlace) throws(Diagnostic) {
        try memory.require(bytes, for: purpose, at: place.text)
        memory = memory.beside(bytes)
    }

    /// Names the result of an operator; its extents in the file must be these.
    ///
    /// - Throws: `tfliteShapeUnfit`.
    mutating func define(
        _ tensor: Int, as name: String, stored: TensorShape, extents: [Int], _ quantization: ActivationQuantization,
        at place: OperatorPlace
    ) throws(Diagnostic) {
        try define(
            tensor,
            as: ImportedTensor(name: name, stored: stored, extents: extents, quantization: quantization), at: place)
    }

    mutating func define(
        _ tensor: Int, as imported: ImportedTensor, at place: OperatorPlace
    ) throws(Diagnostic) {
        let described = subgraph.tensors[tensor]
        let isKnown = !described.isDynamic && !(described.shape.isEmpty && !described.hasRank)
        guard !isKnown || described.shape == imported.extents else {
            throw place.unfit(
                "an output of extents \(described.shape)", expected: "\(imported.extents), which its operands give")
        }
        guard activations.updateValue(imported, forKey: tensor) == nil, integers[tensor] == nil else {
            throw place.unfit("a tensor \(described.name) that is made twice", expected: "one operator for each tensor")
        }
    }
}

/// What became of an operator.
struct OperatorOutcome {
    var layers: [String] = []
    var rounding: RoundingRule?
    /// Of FULLY_CONNECTED and the like: what is told apart from the other operators of its name.
    var remark: String?
}

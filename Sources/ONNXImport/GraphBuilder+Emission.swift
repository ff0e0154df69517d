import Diagnostics
import Graph
import Networks
import ONNX
import Tensors

// Layers that were pending are made.
extension GraphBuilder {
    /// The value of a tensor, its layer made.
    ///
    /// - Throws: `onnxOperatorUnsupported` where a result in a graph of codes is not quantized, and what adding a layer
    ///   throws.
    @discardableResult
    mutating func force(_ tensor: String) throws(Diagnostic) -> ImportedValue {
        guard let value = values[tensor] else { preconditionFailure("\(tensor) has no value") }
        let isTurned = !isQuantized && !forShapes && seenOutside.contains(tensor) && value.isOutOfOrder
        guard var pending = value.pending else { return isTurned ? try inOrder(tensor) : value }
        if isTurned { pending.suffix = ".map" }
        let made: ImportedValue
        if !isQuantized {
            made = try float(pending)
        } else if pending.body.movesElements, let quantization = pending.operands.first?.quantization,
            pending.operands.allSatisfy({ $0.quantization == quantization }), pending.limits.isNone
        {
            // Copies need no scale of their own. What the host makes real numbers of has the tensor's name there.
            if value.isReal, !isRaw(pending), seenOutside.contains(tensor) { pending.suffix = ".codes" }
            made = try quantized(pending, as: quantization)
        } else {
            throw unsupported(
                pending.place, found: "a result \(pending.tensor) that no QuantizeLinear reads",
                expected: "QuantizeLinear behind it, in a graph of 8-bit operators")
        }
        values[tensor] = made.viewed(as: value, isReal: value.isReal && !isRaw(pending))
        return isTurned ? try inOrder(tensor) : values[tensor]!
    }

    /// Elements `[H][W][C]` as one vector in the file's order, `[C][H][W]`: a convolution with a group for each channel
    /// and a kernel as large as the map, whose outputs are single elements.
    ///
    /// - Throws: `onnxOperatorUnsupported` for more than 2^24 weights, and what adding a layer throws.
    private mutating func inOrder(_ tensor: String) throws(Diagnostic) -> ImportedValue {
        guard let value = values[tensor], let node = model.nodes.first(where: { $0.outputs.contains(tensor) }) else {
            preconditionFailure("nothing makes \(tensor)")
        }
        let place = ONNXPlace(node: node, file: file)
        let shape = value.stored
        let area = shape.height * shape.width
        let count = MemoryBudget.product(area, shape.count)
        guard max(shape.height, shape.width) <= 255, count <= 1 << 24 else {
            throw unsupported(
                place, found: "\(value.extents) of \(shape) at the end, in another order than it is stored",
                expected: "at most 255 rows and columns, and (rows x columns)^2 x channels at most 2^24")
        }
        try reserve(MemoryBudget.product(4, count), for: "weights of a copy", at: place)
        var weights = [Float](repeating: 0, count: count)
        for output in 0..<shape.count { weights[output * area + output % area] = 1 }
        let own = names.name(of: tensor)
        let layer = Layer(
            name: layerNames.contains(own) ? String(own.prefix(110)) + ".order" : own,
            operator: .convolution(
                Convolution(
                    outputChannels: shape.count, kernelHeight: shape.height, kernelWidth: shape.width,
                    groups: shape.channels)), inputs: [value.name!])
        let pending = PendingLayer(
            tensor: tensor, place: place, nodes: [node.index], operator: layer.operator, body: .copy(fill: 0),
            operands: [value])
        computing.insert(node.index)
        let made = try append(
            layer, .accumulation(weights: weights, bias: Array(repeating: 0, count: shape.count)), of: [value], as: nil,
            for: pending)
        values[tensor] = ImportedValue(name: layer.name, stored: made, extents: value.extents)
        return values[tensor]!
    }

    private func isRaw(_ pending: PendingLayer) -> Bool { pending.operands.contains { !$0.isReal } }

    /// In real numbers.
    private mutating func float(_ pending: PendingLayer) throws(Diagnostic) -> ImportedValue {
        let name = String(names.name(of: pending.tensor).prefix(112)) + pending.suffix
        let inputs = pending.operands.map { $0.name! }
        var layerOperator = pending.operator
        var parameters: FloatParameters?
        var takesActivation = true
        switch pending.body {
        case .weights(let weights):
            parameters = .accumulation(weights: weights.weights, bias: weights.bias)
        case .average(let count):
            guard case .convolution(let convolution) = layerOperator else { preconditionFailure("no convolution") }
            let taps = MemoryBudget.product(
                convolution.outputChannels, convolution.kernelHeight, convolution.kernelWidth)
            try reserve(MemoryBudget.product(4, taps), for: "weights of 1 / \(count)", at: pending.place)
            parameters = .accumulation(
                weights: Array(repeating: 1 / Float(count), count: taps),
                bias: Array(repeating: 0, count: convolution.outputChannels))
        case .sum(let subtracts):
            if subtracts { layerOperator = .twoStageAdd(TwoStageAddition(subtracts: true)) }
        case .product: break
        case .copy(let fill):
            guard fill == 0 else {
                throw unsupported(pending.place, found: "padding with \(fill)", expected: "padding with 0")
            }
            takesActivation = false
        case .selection(let channels):
            let inputs = pending.operands[0].stored.channels
            let count = MemoryBudget.product(channels.count, inputs)
            try reserve(MemoryBudget.product(4, count), for: "weights of a copy", at: pending.place)
            parameters = .accumulation(
                weights: PendingLayer.ones(at: channels, of: inputs, zero: 0, one: 1),
                bias: Array(repeating: 0, count: channels.count))
        case .identity:
            if pending.limits.isNone { return pending.operands[0] }
        case .function: takesActivation = false
        case .codes: preconditionFailure("codes in a float network")
        }
        let activation = pending.limits.activation
        if pending.limits.isSigmoid { codeMaps.insert(name) }
        if case .function = pending.body {
            codeMaps.insert(pending.limits.isNone ? name : String(name.prefix(110)) + ".whole")
        }
        let folds = takesActivation && activation != nil
        let inner = folds || pending.limits.isNone ? name : String(name.prefix(110)) + ".whole"
        let layer = Layer(
            name: inner, operator: layerOperator, inputs: inputs, activation: folds ? activation! : .none)
        var shape = try append(layer, parameters, of: pending.operands, as: nil, for: pending)
        if inner != name {
            // A function that the layer cannot have: one or two layers of their own.
            var operand = ImportedValue(name: inner, stored: shape, extents: shape.extents)
            var steps: [(String, ActivationFunction)] = []
            if let activation {
                steps = [(name, activation)]
            } else {
                steps = [
                    (String(name.prefix(110)) + ".slope", .leakyRelu(slope: Double(pending.limits.slope))),
                    (name, .clip(low: Double(pending.limits.low), high: Double(pending.limits.high))),
                ]
            }
            for (name, function) in steps {
                shape = try append(
                    Layer(name: name, operator: .requantize, inputs: [operand.name!], activation: function),
                    of: [operand], as: nil, for: pending)
                operand.name = name
            }
        }
        return ImportedValue(name: name, stored: shape, extents: shape.extents)
    }
}

extension ImportedValue {
    /// The same elements under the extents of another value.
    func viewed(as other: ImportedValue, isReal: Bool) -> ImportedValue {
        var value = self
        (value.extents, value.isChannelsLast) = (other.extents, other.isChannelsLast)
        value.isReal = isReal
        return value
    }
}

extension TensorShape {
    /// As the file has them.
    var extents: [Int] { [1, channels, height, width] }
}

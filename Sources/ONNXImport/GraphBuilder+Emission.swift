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
        guard let pending = value.pending else { return value }
        let made: ImportedValue
        if !isQuantized {
            made = try float(pending)
        } else if pending.body.movesElements, let quantization = pending.operands.first?.quantization,
            pending.operands.allSatisfy({ $0.quantization == quantization }), pending.limits.isNone
        {
            // Copies need no scale of their own.
            made = try quantized(pending, as: quantization)
        } else {
            throw unsupported(
                pending.place, found: "a result \(pending.tensor) that no QuantizeLinear reads",
                expected: "QuantizeLinear behind it, in a graph of 8-bit operators")
        }
        values[tensor] = made.viewed(as: value, isReal: value.isReal && !isRaw(pending))
        return values[tensor]!
    }

    private func isRaw(_ pending: PendingLayer) -> Bool { pending.operands.contains { !$0.isReal } }

    /// In real numbers.
    private mutating func float(_ pending: PendingLayer) throws(Diagnostic) -> ImportedValue {
        let name = names.name(of: pending.tensor)
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

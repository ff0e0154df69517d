import Diagnostics
import Graph
import ONNX
import Tensors

// What operators read.
extension GraphBuilder {
    /// - Throws: `onnxShapeUnfit` where it is left out.
    func name(_ index: Int, of place: ONNXPlace) throws(Diagnostic) -> String {
        guard let name = place.input(index) else { throw place.unfit("no input \(index)", expected: "one") }
        return name
    }

    /// The activations of an input, perhaps not made yet.
    ///
    /// - Throws: `onnxOperatorUnsupported` for constants and what the host computes, `onnxShapeUnfit` where nothing
    ///   before makes it.
    func value(_ index: Int, of place: ONNXPlace) throws(Diagnostic) -> ImportedValue {
        let name = try name(index, of: place)
        if hostTensors.contains(name) || hostInputs[name] != nil {
            throw unsupported(
                place, found: "operand \(name), which the host computes",
                expected: "results of the host at the end only, and quantized inputs")
        }
        if let value = values[name] { return value }
        if constants[name] != nil || dequantized[name] != nil {
            throw unsupported(
                place, found: "constant \(name) as an operand", expected: "activations made from the inputs")
        }
        throw place.unfit("operand \(name), which nothing before it makes", expected: "operators in their order of run")
    }

    /// The activations of an input, which a layer or a graph input stores.
    ///
    /// - Throws: the same, and what making a layer throws.
    mutating func operand(_ index: Int, of place: ONNXPlace) throws(Diagnostic) -> ImportedValue {
        _ = try value(index, of: place)
        return try force(try name(index, of: place))
    }

    /// The same as rows, columns and channels.
    mutating func picture(_ index: Int, of place: ONNXPlace) throws(Diagnostic) -> ImportedValue {
        try requirePicture(try operand(index, of: place), at: place)
    }

    func requirePicture(_ value: ImportedValue, at place: ONNXPlace) throws(Diagnostic) -> ImportedValue {
        guard value.isPicture else {
            if let input = inputs.first(where: { $0.name == value.name }) {
                let file = names.foreignName(of: input.name)
                let own = values[file]?.extents ?? value.extents
                let of = own == value.extents ? "" : " of extents \(own)"
                throw Diagnostic(
                    .onnxOperatorUnsupported, at: place.text,
                    found: "input \(file)\(of), stored as \(value.stored), as extents \(value.extents)",
                    expected: "its rows, columns and channels where they are: no layer moves them",
                    remedy: """
                        export the model with an input of these extents, \
                        \(value.extents.map(String.init).joined(separator: "x")): the elements are the same
                        """)
            }
            throw unsupported(
                place, found: "an operand of extents \(value.extents), stored as \(value.stored)",
                expected: "a batch of 1, channels, rows, columns as they were made")
        }
        return value
    }

    /// A result that is not made yet and that nothing else reads: it may be changed. Nil for another.
    func pendingOperand(_ index: Int, of place: ONNXPlace) throws(Diagnostic) -> ImportedValue? {
        let name = try name(index, of: place)
        guard let value = values[name], value.pending != nil, uses[name] == 1 else { return nil }
        return value
    }

    /// Gives the layer that an input waits for another end: the operator becomes a part of it.
    mutating func fold(
        _ place: ONNXPlace, into value: ImportedValue, extents: [Int]? = nil,
        _ change: (inout PendingLayer) -> Void
    ) throws(Diagnostic) {
        var changed = value
        let tensor = try output(of: place)
        changed.pending!.tensor = tensor
        changed.pending!.nodes.append(place.node.index)
        change(&changed.pending!)
        changed.extents = extents ?? value.extents
        try define(tensor, as: changed, at: place)
    }

    /// The same elements under other extents.
    mutating func view(_ value: ImportedValue, as extents: [Int], at place: ONNXPlace) throws(Diagnostic) {
        guard extents.count <= ONNXModel.mostExtents, extents.allSatisfy({ $0 >= 1 }),
            extents.reduce(1.0, { $0 * Double($1) }) == Double(value.stored.count)
        else {
            throw place.unfit(
                "extents \(extents.prefix(8)) for \(value.extents)",
                expected: "as many elements: \(value.stored.count)")
        }
        let tensor = try output(of: place)
        var viewed = value
        let operand = try name(0, of: place)
        // What another operator reads, too, is made before.
        if value.pending != nil, uses[operand] != 1 { viewed = try force(operand) }
        (viewed.extents, viewed.isChannelsLast) = (extents, value.isChannelsLast)
        if hostInputs[operand] != nil {
            guard hostInputs.updateValue(viewed, forKey: tensor) == nil, values[tensor] == nil else {
                throw place.unfit("a tensor \(tensor) that is made twice", expected: "one operator for each tensor")
            }
            return
        }
        if viewed.pending != nil { viewed.pending!.tensor = tensor }
        try define(tensor, as: viewed, at: place)
    }

    /// The elements of a constant input as float32, dequantized where they are 8-bit ones. Nil where it is none.
    ///
    /// - Throws: `memoryBudgetExceeded`, `networkNotFinite`.
    mutating func floats(_ index: Int, of place: ONNXPlace) throws(Diagnostic) -> ONNXTensor? {
        guard let tensor = try constantFloats(index, of: place) else { return nil }
        try requireFinite(tensor, named: try name(index, of: place), at: place)
        return tensor
    }

    /// - Throws: `networkNotFinite` with the first element that is NaN or infinite.
    func requireFinite(_ tensor: ONNXTensor, named name: String, at place: ONNXPlace) throws(Diagnostic) {
        guard let elements = tensor.floats else { return }
        let refusal = Diagnostic.notFinite(elements, shape: tensor.extents, at: "\(place.text), constant \(name)")
        if let refusal { throw refusal }
    }

    /// The same, infinities and what is no number among them: limits may be infinite.
    ///
    /// - Throws: `memoryBudgetExceeded`.
    private mutating func constantFloats(_ index: Int, of place: ONNXPlace) throws(Diagnostic) -> ONNXTensor? {
        guard let name = place.input(index) else { return nil }
        if let constant = constants[name], constant.floats != nil { return constant }
        guard let constant = dequantized[name] else { return nil }
        try reserve(MemoryBudget.product(4, constant.tensor.count), for: "a constant", at: place)
        return constant.real
    }

    /// Constant integers. Nil where the input is left out.
    ///
    /// - Throws: `onnxOperatorUnsupported` where they are computed from activations.
    func integers(_ index: Int, of place: ONNXPlace) throws(Diagnostic) -> ONNXTensor? {
        guard let name = place.input(index) else { return nil }
        guard let constant = constants[name], constant.integers != nil else {
            throw unsupported(
                place, found: "\(name), which is no list of integers that are known",
                expected: "integers that are known without running")
        }
        return constant
    }

    /// One constant number of a float input, perhaps infinite; nil where it is left out.
    ///
    /// - Throws: `onnxOperatorUnsupported`, `networkNotFinite` for NaN, `memoryBudgetExceeded`.
    mutating func number(_ index: Int, of place: ONNXPlace) throws(Diagnostic) -> Float? {
        guard let name = place.input(index) else { return nil }
        guard let constant = try constantFloats(index, of: place), let elements = constant.floats,
            elements.count == 1
        else {
            throw unsupported(
                place, found: "\(name), which is not one number that is known",
                expected: "one number that is known without running")
        }
        guard !elements[0].isNaN else {
            throw Diagnostic(
                .networkNotFinite,
                at: "\(place.text), constant \(name), element \(ElementPlace.text(0, in: constant.extents))",
                found: "NaN", expected: "a number", remedy: "train or export the network again")
        }
        return elements[0]
    }

    /// A list of integers: an attribute in older models, a constant input in newer ones.
    ///
    /// - Throws: `onnxShapeUnfit`, `onnxOperatorUnsupported`.
    func list(_ attribute: String, or index: Int, of place: ONNXPlace) throws(Diagnostic) -> [Int]? {
        if let listed = try place.integers(attribute) { return listed }
        return try integers(index, of: place)?.integers
    }

    /// A number: a constant input in newer models, an attribute in older ones.
    ///
    /// - Throws: the same.
    mutating func number(
        _ attribute: String, or index: Int, default standard: Float, of place: ONNXPlace
    ) throws(Diagnostic) -> Float {
        if let number = try number(index, of: place) { return number }
        return try place.float(attribute, default: standard, mayBeInfinite: true)
    }
}

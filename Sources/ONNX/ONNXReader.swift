import Diagnostics
import Foundation
import SwiftProtobuf

/// Decodes a model message by message, each after a look at how many there are.
struct ONNXReader {
    /// The file.
    let place: String
    private var memory: MemoryBudget
    private let assumesMissing: Bool
    /// Of constants that were taken as 0.
    private var missing: [String] = []

    init(place: String, memory: MemoryBudget, assumesMissing: Bool) {
        self.place = place
        self.memory = memory
        self.assumesMissing = assumesMissing
    }

    /// Whether a constant's elements are taken as 0, because their file is not there.
    mutating func assumes(_ tensor: ProtoTensor, isMissing: Bool) -> Bool {
        guard isMissing, assumesMissing else { return false }
        missing.append(tensor.name)
        return true
    }

    /// Asks for memory that stays allocated with the model.
    ///
    /// - Throws: `memoryBudgetExceeded`.
    mutating func reserve(_ bytes: Int, for purpose: String, at location: String) throws(Diagnostic) {
        try memory.require(bytes, for: purpose, at: location)
        memory = memory.beside(bytes)
    }

    mutating func model(_ bytes: [UInt8]) throws(Diagnostic) -> ONNXModel {
        // The bytes, the graph's and a message's; or an entry of 16 bytes for each two of the file.
        try memory.require(MemoryBudget.product(10, bytes.count), for: "a model", at: place)
        let model: ProtoModel
        do {
            model = try ProtoModel(serializedBytes: bytes, options: Self.options)
        } catch { throw notOne("bytes that are no message of this format: \(error)") }
        guard model.hasGraph else { throw notOne("a message without a graph") }
        try requireCount(model.opsetImport.count, "operator sets", at: place)
        var operatorSet: Int?
        for (index, set) in model.opsetImport.enumerated() {
            let set: ProtoOperatorSet = try message(set, at: "\(place), operator set \(index)")
            if set.domain.isEmpty || set.domain == "ai.onnx" { operatorSet = Int(set.version) }
        }
        guard let operatorSet, operatorSet > 0 else {
            throw malformed(place, found: "no version of the operator set", expected: "one above 0")
        }
        let graph: ProtoGraph = try message(model.graph, at: "\(place), graph")
        return try self.graph(graph, producer: model.producerName, operatorSet: operatorSet)
    }

    private mutating func graph(
        _ graph: ProtoGraph, producer: String, operatorSet: Int
    ) throws(Diagnostic) -> ONNXModel {
        try requireCount(graph.node.count, "nodes", at: place)
        try requireCount(graph.initializer.count, "constants", at: place)
        try requireCount(graph.input.count, "inputs", at: place)
        try requireCount(graph.output.count, "outputs", at: place)
        guard graph.sparseInitializer.isEmpty else {
            throw Diagnostic(
                .onnxConstantUnfit, at: place, found: "\(graph.sparseInitializer.count) sparse constants",
                expected: "dense ones", remedy: "export the model with dense constants")
        }
        var nodes: [ONNXNode] = []
        for (index, bytes) in graph.node.enumerated() { nodes.append(try node(bytes, index: index)) }
        let outputs = try types(graph.output, "output")
        let read = Set(nodes.flatMap(\.inputs) + outputs.map(\.name))
        var names: Set<String> = []
        var constants: [String: ONNXTensor] = [:]
        for (index, bytes) in graph.initializer.enumerated() {
            let tensor: ProtoTensor = try message(bytes, at: "\(place), constant \(index)")
            let location = "\(place), constant \(tensor.name)"
            guard !tensor.name.isEmpty, names.insert(tensor.name).inserted else {
                throw malformed(location, found: "no name, or one that another has", expected: "a name of its own")
            }
            // Labels of a classifier, say, may be of any type: nothing reads them.
            guard read.contains(tensor.name) else { continue }
            constants[tensor.name] = try self.tensor(tensor, at: location)
        }
        return ONNXModel(
            producer: producer, operatorSet: operatorSet, nodes: nodes, constants: constants,
            inputs: try types(graph.input, "input").filter { !names.contains($0.name) }, outputs: outputs,
            missing: missing)
    }

    private mutating func node(_ bytes: Data, index: Int) throws(Diagnostic) -> ONNXNode {
        let node: ProtoNode = try message(bytes, at: "\(place), operator \(index)")
        let location = "\(place), operator \(index) \(node.opType)"
        try requireCount(node.attribute.count, "attributes", at: location)
        try requireCount(node.input.count + node.output.count, "tensors", at: location)
        var attributes: [String: ONNXAttribute] = [:]
        for bytes in node.attribute {
            let attribute: ProtoAttribute = try message(bytes, at: location)
            let place = "\(location), attribute \(attribute.name)"
            guard attributes.updateValue(try value(attribute, at: place), forKey: attribute.name) == nil else {
                throw malformed(place, found: "a second one of this name", expected: "one")
            }
        }
        return ONNXNode(
            index: index, name: node.name, operatorType: node.opType,
            domain: node.domain == "ai.onnx" ? "" : node.domain, inputs: node.input, outputs: node.output,
            attributes: attributes)
    }

    private mutating func value(
        _ attribute: ProtoAttribute, at location: String
    ) throws(Diagnostic) -> ONNXAttribute {
        switch attribute.type {
        case 1: return .float(attribute.f)
        case 2: return .integer(Int(attribute.i))
        case 3: return .string(String(decoding: attribute.s, as: UTF8.self))
        case 4:
            let tensor: ProtoTensor = try message(attribute.t, at: location)
            return .tensor(try self.tensor(tensor, at: location))
        case 6: return .floats(attribute.floats)
        case 7: return .integers(attribute.ints.map { Int($0) })
        default: return .other(Int(attribute.type))
        }
    }

    private func types(_ all: [Data], _ word: String) throws(Diagnostic) -> [ONNXTensorType] {
        var types: [ONNXTensorType] = []
        for (index, bytes) in all.enumerated() {
            let location = "\(place), \(word) \(index)"
            let value: ProtoValueInfo = try message(bytes, at: location)
            let type: ProtoValueType = try message(value.type, at: location)
            guard type.hasTensorType else {
                types.append(ONNXTensorType(name: value.name))
                continue
            }
            let tensor: ProtoTensorType = try message(type.tensorType, at: location)
            var extents: [ONNXTensorType.Extent]?
            if tensor.hasShape {
                let shape: ProtoShape = try message(tensor.shape, at: location)
                guard shape.dim.count <= ONNXModel.mostExtents else {
                    throw malformed(
                        location, found: "\(shape.dim.count) extents", expected: "at most \(ONNXModel.mostExtents)")
                }
                var listed: [ONNXTensorType.Extent] = []
                for bytes in shape.dim {
                    let one: ProtoDimension = try message(bytes, at: location)
                    // Exporters write unknown extents as 0 or -1, too.
                    listed.append(
                        one.hasDimValue && one.dimValue > 0 ? .known(Int(one.dimValue)) : .named(one.dimParam))
                }
                extents = listed
            }
            types.append(
                ONNXTensorType(
                    name: value.name, elementType: ONNXElementType(rawValue: Int(tensor.elemType)), extents: extents))
        }
        return types
    }

    /// Unknown fields are left out; none of the messages has another of its kind inside.
    private static let options: BinaryDecodingOptions = {
        var options = BinaryDecodingOptions()
        options.discardUnknownFields = true
        options.messageDepthLimit = 4
        return options
    }()

    func message<Kind: SwiftProtobuf.Message>(_ bytes: Data, at location: String) throws(Diagnostic) -> Kind {
        do {
            return try Kind(serializedBytes: bytes, options: Self.options)
        } catch {
            throw malformed(
                location, found: "bytes that are no message of this format: \(error)", expected: "one that ends here")
        }
    }

    private func requireCount(_ count: Int, _ what: String, at location: String) throws(Diagnostic) {
        guard count <= ONNXModel.most else {
            throw Diagnostic(
                .onnxTooLarge, at: location, found: "\(count) \(what)", expected: "at most \(ONNXModel.most)",
                remedy: "split the model")
        }
    }

    func malformed(_ location: String, found: String, expected: String) -> Diagnostic {
        Diagnostic(
            .onnxMalformed, at: location, found: found, expected: expected,
            remedy: "export the model again, or copy the whole file again")
    }

    private func notOne(_ found: String) -> Diagnostic {
        Diagnostic(
            .onnxNotOne, at: place, found: found, expected: "an ONNX model",
            remedy: "name an .onnx file, or copy the whole file again")
    }
}

import Foundation
import SwiftProtobuf

extension ONNXModel {
    /// The model as a file: small ones for tests. Elements lie inside, in raw form; attributes that are not read are
    /// left out.
    ///
    /// - Precondition: element types are those of 32 and 64 bits, int8, uint8 or bool.
    public var bytes: [UInt8] {
        var graph = ProtoGraph()
        graph.name = "graph"
        graph.node = nodes.map { Self.message(Self.node($0)) }
        graph.initializer = constants.sorted { $0.key < $1.key }.map { name, tensor in
            var message = Self.tensor(tensor)
            message.name = name
            return Self.message(message)
        }
        graph.input = inputs.map { Self.message(Self.type($0)) }
        graph.output = outputs.map { Self.message(Self.type($0)) }
        var set = ProtoOperatorSet()
        set.version = Int64(operatorSet)
        var model = ProtoModel()
        model.irVersion = 8
        model.producerName = producer
        model.graph = Self.message(graph)
        model.opsetImport = [Self.message(set)]
        return [UInt8](Self.message(model))
    }

    private static func message(_ message: some SwiftProtobuf.Message) -> Data {
        // Proto2 messages without required fields have bytes.
        try! message.serializedData()
    }

    private static func node(_ node: ONNXNode) -> ProtoNode {
        var message = ProtoNode()
        message.name = node.name
        message.opType = node.operatorType
        message.domain = node.domain
        message.input = node.inputs
        message.output = node.outputs
        message.attribute = node.attributes.sorted { $0.key < $1.key }.map { name, value in
            var attribute = ProtoAttribute()
            attribute.name = name
            switch value {
            case .float(let value): (attribute.type, attribute.f) = (1, value)
            case .integer(let value): (attribute.type, attribute.i) = (2, Int64(value))
            case .string(let value): (attribute.type, attribute.s) = (3, Data(value.utf8))
            case .tensor(let value): (attribute.type, attribute.t) = (4, Self.message(tensor(value)))
            case .floats(let values): (attribute.type, attribute.floats) = (6, values)
            case .integers(let values): (attribute.type, attribute.ints) = (7, values.map { Int64($0) })
            case .other(let type): attribute.type = Int32(type)
            }
            return Self.message(attribute)
        }
        return message
    }

    private static func tensor(_ tensor: ONNXTensor) -> ProtoTensor {
        var message = ProtoTensor()
        message.dims = tensor.extents.map { Int64($0) }
        message.dataType = Int32(tensor.elementType.rawValue)
        var bytes = Data()
        func append(_ word: some FixedWidthInteger) {
            withUnsafeBytes(of: word.littleEndian) { bytes.append(contentsOf: $0) }
        }
        switch tensor.elements {
        case .floats(let elements): for element in elements { append(element.bitPattern) }
        case .integers(let elements):
            for element in elements {
                switch tensor.elementType.byteCount {
                case 1: append(UInt8(truncatingIfNeeded: element))
                case 4: append(UInt32(truncatingIfNeeded: element))
                default: append(Int64(element))
                }
            }
        }
        message.rawData = bytes
        return message
    }

    private static func type(_ type: ONNXTensorType) -> ProtoValueInfo {
        var shape = ProtoShape()
        shape.dim = (type.extents ?? []).map { extent in
            var dimension = ProtoDimension()
            switch extent {
            case .known(let number): dimension.dimValue = Int64(number)
            case .named(let name): dimension.dimParam = name
            }
            return Self.message(dimension)
        }
        var tensor = ProtoTensorType()
        tensor.elemType = Int32(type.elementType?.rawValue ?? 0)
        if type.extents != nil { tensor.shape = Self.message(shape) }
        var value = ProtoValueType()
        value.tensorType = Self.message(tensor)
        var message = ProtoValueInfo()
        message.name = type.name
        message.type = Self.message(value)
        return message
    }
}

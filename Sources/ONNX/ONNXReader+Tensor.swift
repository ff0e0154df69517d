import Diagnostics
import Foundation
import Text

extension ONNXReader {
    /// A tensor whose elements are as many as its shape says.
    mutating func tensor(_ tensor: ProtoTensor, at location: String) throws(Diagnostic) -> ONNXTensor {
        guard let type = ONNXElementType(rawValue: Int(tensor.dataType)) else {
            throw unfit(
                location, found: "elements of type \(tensor.dataType) of the format",
                expected: "integers of 8 to 64 bits, Booleans, or floats of 16 to 64 bits")
        }
        guard tensor.dims.count <= ONNXModel.mostExtents, tensor.dims.allSatisfy({ (0...1 << 40).contains($0) }) else {
            throw unfit(
                location, found: "extents \(tensor.dims.prefix(ONNXModel.mostExtents))",
                expected: "at most \(ONNXModel.mostExtents) of them, each in 0...2^40")
        }
        let extents = tensor.dims.map { Int($0) }
        let count = extents.contains(0) ? 0 : extents.reduce(1) { MemoryBudget.product($0, $1) }
        try reserve(
            MemoryBudget.product(count, type.isFloat ? 4 : 8), for: "a constant of extents \(extents)", at: location)
        let elements: ONNXTensor.Elements
        if tensor.dataLocation == 1 {
            let file = try externalFile(tensor, byteCount: count * type.byteCount, at: location)
            elements =
                assumes(tensor, isMissing: type.isFloat && !file.isThere)
                ? .floats(Array(repeating: 0, count: count)) : raw(try external(file, at: location), type)
        } else if tensor.hasRawData {
            let bytes = tensor.rawData
            guard bytes.count == MemoryBudget.product(count, type.byteCount) else {
                throw unfit(
                    location, found: bytes.count.counted("byte"),
                    expected: "\(count.counted("element")) of \(type), for extents \(extents)")
            }
            elements = raw([UInt8](bytes), type)
        } else {
            elements = typed(tensor, type)
        }
        let constant = ONNXTensor(type, extents, elements)
        guard constant.count == count else {
            throw unfit(
                location, found: constant.count.counted("element"), expected: "\(count), for extents \(extents)")
        }
        return constant
    }

    private func typed(_ tensor: ProtoTensor, _ type: ONNXElementType) -> ONNXTensor.Elements {
        switch type {
        case .float32: .floats(tensor.floatData)
        case .float64: .floats(tensor.doubleData.map { Float($0) })
        case .float16: .floats(tensor.int32Data.map { Float(Float16(bitPattern: UInt16(truncatingIfNeeded: $0))) })
        case .int64: .integers(tensor.int64Data.map { Int($0) })
        case .uint32, .uint64: .integers(tensor.uint64Data.map { Int(clamping: $0) })
        // An element that its type does not have is cut to it, as elements in raw form are.
        case .int8: .integers(tensor.int32Data.map { Int(Int8(truncatingIfNeeded: $0)) })
        case .uint8: .integers(tensor.int32Data.map { Int(UInt8(truncatingIfNeeded: $0)) })
        case .int16: .integers(tensor.int32Data.map { Int(Int16(truncatingIfNeeded: $0)) })
        case .uint16: .integers(tensor.int32Data.map { Int(UInt16(truncatingIfNeeded: $0)) })
        case .int32: .integers(tensor.int32Data.map { Int($0) })
        case .bool: .integers(tensor.int32Data.map { $0 == 0 ? 0 : 1 })
        }
    }

    private func raw(_ bytes: [UInt8], _ type: ONNXElementType) -> ONNXTensor.Elements {
        func words<Word: FixedWidthInteger>(_: Word.Type) -> [Word] {
            bytes.withUnsafeBytes { buffer in
                (0..<buffer.count / MemoryLayout<Word>.size).map {
                    Word(
                        littleEndian: buffer.loadUnaligned(fromByteOffset: $0 * MemoryLayout<Word>.size, as: Word.self))
                }
            }
        }
        return switch type {
        case .float32: .floats(words(UInt32.self).map { Float(bitPattern: $0) })
        case .float64: .floats(words(UInt64.self).map { Float(Double(bitPattern: $0)) })
        case .float16: .floats(words(UInt16.self).map { Float(Float16(bitPattern: $0)) })
        case .uint8: .integers(bytes.map { Int($0) })
        case .bool: .integers(bytes.map { $0 == 0 ? 0 : 1 })
        case .int8: .integers(bytes.map { Int(Int8(bitPattern: $0)) })
        case .int16: .integers(words(Int16.self).map { Int($0) })
        case .uint16: .integers(words(UInt16.self).map { Int($0) })
        case .int32: .integers(words(Int32.self).map { Int($0) })
        case .uint32: .integers(words(UInt32.self).map { Int($0) })
        case .int64: .integers(words(Int64.self).map { Int($0) })
        case .uint64: .integers(words(UInt64.self).map { Int(clamping: $0) })
        }
    }

    func unfit(_ location: String, found: String, expected: String) -> Diagnostic {
        Diagnostic(
            .onnxConstantUnfit, at: location, found: found, expected: expected,
            remedy: "export the model again, its constants dense")
    }
}

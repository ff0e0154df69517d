public import Diagnostics
import Text

extension TFLiteModel {
    /// Whether a tensor of this model holds elements in the file.
    public func isConstant(_ tensor: TFLiteTensor) -> Bool { tensor.isExternal || !buffers[tensor.buffer].isEmpty }

    /// The elements of a constant tensor of this model; nil where it is none. A tensor without elements is an empty
    /// constant.
    ///
    /// They are copied: as many bytes as the shape asks for, which the file has.
    ///
    /// - Throws: `tfliteConstantUnfit` where bytes and shape do not agree, where the elements are sparse or lie in
    ///   another file, and for types without a case in `TFLiteConstant`.
    public func constant(_ tensor: TFLiteTensor) throws(Diagnostic) -> TFLiteConstant? {
        let range = buffers[tensor.buffer]
        guard isConstant(tensor) || tensor.elementCount == 0 else { return nil }
        guard !tensor.isSparse, !tensor.isExternal else {
            throw unfit(
                tensor, found: tensor.isSparse ? "sparse elements" : "elements in another file",
                expected: "all elements in this file")
        }
        guard let bitWidth = tensor.elementType.bitWidth else {
            throw unfit(tensor, found: "elements of type \(tensor.elementType.name)", expected: "numbers")
        }
        let (bits, overflow) = tensor.elementCount.multipliedReportingOverflow(by: bitWidth)
        guard !overflow, bits / 8 + (bits % 8 == 0 ? 0 : 1) == range.count else {
            throw unfit(
                tensor, found: range.count.counted("byte"),
                expected:
                    "\(tensor.elementCount.counted("element")) of \(tensor.elementType.name), for shape \(tensor.shape)"
            )
        }
        return try elements(of: tensor, in: range)
    }

    /// `range` has the bytes of the tensor's elements.
    private func elements(of tensor: TFLiteTensor, in range: Range<Int>) throws(Diagnostic) -> TFLiteConstant {
        switch tensor.elementType {
        case .bool: .bool(bytes[range].map { $0 != 0 })
        case .int4: .int4(halves(range, count: tensor.elementCount))
        case .int8: .int8(bytes.littleEndian(range, as: Int8.self))
        case .uint8: .uint8(Array(bytes[range]))
        case .int16: .int16(bytes.littleEndian(range, as: Int16.self))
        case .uint16: .uint16(bytes.littleEndian(range, as: UInt16.self))
        case .int32: .int32(bytes.littleEndian(range, as: Int32.self))
        case .uint32: .uint32(bytes.littleEndian(range, as: UInt32.self))
        case .int64: .int64(bytes.littleEndian(range, as: Int64.self))
        case .uint64: .uint64(bytes.littleEndian(range, as: UInt64.self))
        case .float16: .float16(bytes.littleEndian(range, as: UInt16.self))
        case .float32: .float32(bytes.littleEndian(range, as: UInt32.self).map { Float(bitPattern: $0) })
        case .float64: .float64(bytes.littleEndian(range, as: UInt64.self).map { Double(bitPattern: $0) })
        case .bfloat16, .complex64, .complex128, .int2, .uint4, .float8E4M3, .float8E5M2, .string, .resource, .variant:
            throw unfit(
                tensor, found: "elements of type \(tensor.elementType.name)",
                expected: "integers of 4 to 64 bits, Booleans, or floats of 16 to 64 bits")
        }
    }

    private func halves(_ range: Range<Int>, count: Int) -> [Int8] {
        (0..<count).map { index in
            let byte = Int8(bitPattern: bytes[range.lowerBound + index / 2])
            return index % 2 == 0 ? (byte << 4) >> 4 : byte >> 4
        }
    }

    private func unfit(_ tensor: TFLiteTensor, found: String, expected: String) -> Diagnostic {
        Diagnostic(
            .tfliteConstantUnfit, at: "\(place), tensor \(tensor.name)", found: found, expected: expected,
            remedy: "convert the model again, its constants dense and inside")
    }
}

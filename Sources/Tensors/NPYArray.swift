/// The elements of a `.npy` file: integers of 8, 16 or 32 bits, or float32, in C order.
public struct NPYArray: Equatable, Sendable {
    /// Extents, the last varying fastest; empty for a single element.
    public let shape: [Int]
    public let type: ElementType
    public let elements: Elements

    public enum ElementType: String, CaseIterable, Sendable {
        case uint8 = "u1"
        case int8 = "i1"
        case int16 = "i2"
        case int32 = "i4"
        case float32 = "f4"

        public var byteCount: Int {
            switch self {
            case .uint8, .int8: 1
            case .int16: 2
            case .int32, .float32: 4
            }
        }

        /// As NumPy calls it.
        public var name: String {
            switch self {
            case .uint8: "uint8"
            case .int8: "int8"
            case .int16: "int16"
            case .int32: "int32"
            case .float32: "float32"
            }
        }
    }

    public enum Elements: Equatable, Sendable {
        case integers([Int32])
        case floats([Float])
    }

    /// What is wrong with a file: found, and what was expected.
    public struct Refusal: Error, Equatable, Sendable {
        public let found: String
        public let expected: String
    }

    /// Reads versions 1.0 to 3.0.
    public init(_ bytes: [UInt8]) throws(Refusal) {
        guard bytes.starts(with: [0x93] + Array("NUMPY".utf8)), bytes.count >= 10 else {
            throw Refusal(found: "no NumPy file", expected: "a .npy file, which begins with \\x93NUMPY")
        }
        guard (1...3).contains(bytes[6]), bytes[7] == 0 else {
            throw Refusal(found: "version \(bytes[6]).\(bytes[7])", expected: "version 1.0, 2.0 or 3.0")
        }
        let lengthBytes = bytes[6] == 1 ? 2 : 4
        guard bytes.count >= 8 + lengthBytes else {
            throw Refusal(found: "\(bytes.count) bytes", expected: "a header")
        }
        let length = (0..<lengthBytes).reduce(0) { $0 | Int(bytes[8 + $1]) << (8 * $1) }
        let start = 8 + lengthBytes + length
        guard start <= bytes.count, length <= Self.longestHeader else {
            throw Refusal(found: "a header of \(length) bytes in a file of \(bytes.count)", expected: "a whole header")
        }
        let header = try NPYHeader(String(decoding: bytes[(8 + lengthBytes)..<start], as: UTF8.self))
        var count = 1
        for extent in header.shape {
            let (product, overflow) = count.multipliedReportingOverflow(by: extent)
            guard !overflow, product <= Self.mostElements else {
                throw Refusal(
                    found: "shape \(NPYArray.text(header.shape))", expected: "at most \(Self.mostElements) elements")
            }
            count = product
        }
        guard bytes.count - start == count * header.type.byteCount else {
            throw Refusal(
                found: "\(bytes.count - start) bytes of elements",
                expected:
                    """
                    \(count * header.type.byteCount): \(count) of \(header.type.name), shape \
                    \(NPYArray.text(header.shape))
                    """
            )
        }
        shape = header.shape
        type = header.type
        elements = NPYArray.elements(bytes[start...], type: header.type, isBigEndian: header.isBigEndian, count: count)
    }

    private static let longestHeader = 1 << 16
    private static let mostElements = 1 << 32

    /// `(1, 8, 8, 3)`.
    public static func text(_ shape: [Int]) -> String {
        "(" + shape.map(String.init).joined(separator: ", ") + (shape.count == 1 ? ",)" : ")")
    }

    private static func elements(
        _ payload: ArraySlice<UInt8>, type: ElementType, isBigEndian: Bool, count: Int
    ) -> Elements {
        func integers<Value: FixedWidthInteger>(_: Value.Type) -> [Value] {
            payload.withUnsafeBytes { raw in
                (0..<count).map { index in
                    let value = raw.loadUnaligned(fromByteOffset: index * MemoryLayout<Value>.size, as: Value.self)
                    return isBigEndian ? Value(bigEndian: value) : Value(littleEndian: value)
                }
            }
        }
        switch type {
        case .uint8: return .integers(payload.map { Int32($0) })
        case .int8: return .integers(payload.map { Int32(Int8(bitPattern: $0)) })
        case .int16: return .integers(integers(Int16.self).map { Int32($0) })
        case .int32: return .integers(integers(Int32.self))
        case .float32: return .floats(integers(UInt32.self).map { Float(bitPattern: $0) })
        }
    }
}

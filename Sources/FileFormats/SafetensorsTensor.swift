import Text

/// One tensor of a safetensors file: element type, shape and little-endian bytes, the last extent varying fastest.
public struct SafetensorsTensor: Hashable, Sendable {
    public var elementType: ElementType
    public var shape: [Int]
    /// `shape.product * elementType.byteCount` bytes.
    public var bytes: [UInt8]

    /// The element types that are read and written. Raw values are the words of the format.
    public enum ElementType: String, CaseIterable, Hashable, Sendable {
        case unsigned8 = "U8"
        case signed8 = "I8"
        case unsigned16 = "U16"
        case signed16 = "I16"
        case unsigned32 = "U32"
        case signed32 = "I32"
        case unsigned64 = "U64"
        case signed64 = "I64"
        case float16 = "F16"
        case bfloat16 = "BF16"
        case float32 = "F32"
        case float64 = "F64"

        public var byteCount: Int {
            switch self {
            case .unsigned8, .signed8: 1
            case .unsigned16, .signed16, .float16, .bfloat16: 2
            case .unsigned32, .signed32, .float32: 4
            case .unsigned64, .signed64, .float64: 8
            }
        }
    }

    /// Number of elements.
    public var count: Int { shape.reduce(1, *) }

    public init(_ elements: [UInt8], shape: [Int]) { self.init(.unsigned8, shape: shape, elements: elements) }
    public init(_ elements: [Int8], shape: [Int]) { self.init(.signed8, shape: shape, elements: elements) }
    public init(_ elements: [UInt16], shape: [Int]) { self.init(.unsigned16, shape: shape, elements: elements) }
    public init(_ elements: [Int16], shape: [Int]) { self.init(.signed16, shape: shape, elements: elements) }
    public init(_ elements: [Int32], shape: [Int]) { self.init(.signed32, shape: shape, elements: elements) }
    public init(_ elements: [UInt32], shape: [Int]) { self.init(.unsigned32, shape: shape, elements: elements) }
    public init(_ elements: [Int64], shape: [Int]) { self.init(.signed64, shape: shape, elements: elements) }
    public init(_ elements: [Float], shape: [Int]) {
        self.init(.float32, shape: shape, elements: elements.map(\.bitPattern))
    }

    /// `F16` where that holds every element exactly, `F32` otherwise: half the bytes for a network whose weights were
    /// rounded to half precision.
    public init(narrowest elements: [Float], shape: [Int]) {
        let halves = elements.map { Float16($0) }
        if zip(halves, elements).allSatisfy({ Float($0).bitPattern == $1.bitPattern }) {
            self.init(.float16, shape: shape, elements: halves.map(\.bitPattern))
        } else {
            self.init(elements, shape: shape)
        }
    }

    public init(elementType: ElementType, shape: [Int], bytes: [UInt8]) {
        precondition(
            bytes.count == shape.reduce(1, *) * elementType.byteCount,
            "\(bytes.count.counted("byte")) for shape \(shape) of \(elementType.rawValue)")
        self.elementType = elementType
        self.shape = shape
        self.bytes = bytes
    }

    private init<Element: FixedWidthInteger>(_ elementType: ElementType, shape: [Int], elements: [Element]) {
        precondition(elements.count == shape.reduce(1, *), "\(elements.count) elements for shape \(shape)")
        let bytes = elements.map(\.littleEndian).withUnsafeBytes { Array($0) }
        self.init(elementType: elementType, shape: shape, bytes: bytes)
    }

    /// The elements as integers of the tensor's own type, which the caller has checked.
    public func integers<Element: FixedWidthInteger>(as type: Element.Type) -> [Element] {
        precondition(
            MemoryLayout<Element>.size == elementType.byteCount, "\(Element.self) is not \(elementType.rawValue)")
        return [Element](unsafeUninitializedCapacity: count) { elements, initialized in
            UnsafeMutableRawBufferPointer(elements).copyBytes(from: bytes)
            for index in elements.indices { elements[index] = Element(littleEndian: elements[index]) }
            initialized = count
        }
    }

    /// The elements of an `F32`, `F16` or `BF16` tensor, exactly.
    public var floats: [Float] {
        switch elementType {
        case .float16: return integers(as: UInt16.self).map { Float(Float16(bitPattern: $0)) }
        // The upper half of a float32.
        case .bfloat16: return integers(as: UInt16.self).map { Float(bitPattern: UInt32($0) << 16) }
        case .float32: return integers(as: UInt32.self).map { Float(bitPattern: $0) }
        default: preconditionFailure("\(elementType.rawValue) is neither F32 nor F16 nor BF16")
        }
    }
}

/// The elements of a constant tensor, the last axis varying fastest.
public enum TFLiteConstant: Equatable, Sendable {
    case bool([Bool])
    /// In -8...7, two to a byte in the file, the first in the lower half.
    case int4([Int8])
    case int8([Int8])
    case uint8([UInt8])
    case int16([Int16])
    case uint16([UInt16])
    case int32([Int32])
    case uint32([UInt32])
    case int64([Int64])
    case uint64([UInt64])
    /// Bit patterns of half-precision numbers.
    case float16([UInt16])
    case float32([Float])
    case float64([Double])

    /// Number of elements.
    public var count: Int {
        switch self {
        case .bool(let elements): elements.count
        case .int4(let elements), .int8(let elements): elements.count
        case .uint8(let elements): elements.count
        case .int16(let elements): elements.count
        case .uint16(let elements), .float16(let elements): elements.count
        case .int32(let elements): elements.count
        case .uint32(let elements): elements.count
        case .int64(let elements): elements.count
        case .uint64(let elements): elements.count
        case .float32(let elements): elements.count
        case .float64(let elements): elements.count
        }
    }

    /// The elements of an integer type; nil for floats, Booleans, and where one does not fit.
    public var integers: [Int]? {
        switch self {
        case .int4(let elements), .int8(let elements): elements.map { Int($0) }
        case .uint8(let elements): elements.map { Int($0) }
        case .int16(let elements): elements.map { Int($0) }
        case .uint16(let elements): elements.map { Int($0) }
        case .int32(let elements): elements.map { Int($0) }
        case .uint32(let elements): elements.map { Int($0) }
        case .int64(let elements): elements.map { Int($0) }
        case .uint64(let elements): Self.exactly(elements)
        case .bool, .float16, .float32, .float64: nil
        }
    }

    private static func exactly(_ elements: [UInt64]) -> [Int]? {
        let integers = elements.compactMap { Int(exactly: $0) }
        return integers.count == elements.count ? integers : nil
    }
}

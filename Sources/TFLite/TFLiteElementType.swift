/// What the elements of a tensor are. Raw values are the numbers of the format.
public enum TFLiteElementType: Int, CaseIterable, Sendable {
    case float32 = 0
    case float16 = 1
    case int32 = 2
    case uint8 = 3
    case int64 = 4
    case string = 5
    case bool = 6
    case int16 = 7
    case complex64 = 8
    case int8 = 9
    case float64 = 10
    case complex128 = 11
    case uint64 = 12
    case resource = 13
    case variant = 14
    case uint32 = 15
    case uint16 = 16
    case int4 = 17
    case bfloat16 = 18
    case int2 = 19
    case uint4 = 20
    case float8E4M3 = 21
    case float8E5M2 = 22

    /// For people: `int8`, `float32`.
    public var name: String { "\(self)" }

    /// The bits of an element; nil where elements have no fixed width.
    public var bitWidth: Int? {
        switch self {
        case .int2: 2
        case .int4, .uint4: 4
        case .int8, .uint8, .bool, .float8E4M3, .float8E5M2: 8
        case .int16, .uint16, .float16, .bfloat16: 16
        case .int32, .uint32, .float32: 32
        case .int64, .uint64, .float64, .complex64: 64
        case .complex128: 128
        case .string, .resource, .variant: nil
        }
    }
}

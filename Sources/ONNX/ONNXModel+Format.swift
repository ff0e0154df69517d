extension ONNXModel {
    /// Whether bytes may be a model: the fields of the outermost message are those of the format, the first is the
    /// version of the format, and there is a graph.
    ///
    /// - Parameters:
    ///   - byteCount: of the whole file.
    ///   - read: the bytes of a range within it; nil where they cannot be read.
    public static func isOne(byteCount: Int, reading read: (Range<Int>) -> [UInt8]?) -> Bool {
        var (position, hasGraph, fields) = (0, false, 0)
        func varint() -> Int? {
            guard position < byteCount, let bytes = read(position..<min(position + 10, byteCount)) else { return nil }
            var value: UInt64 = 0
            for (index, byte) in bytes.enumerated() {
                value |= UInt64(byte & 127) << UInt64(7 * index)
                guard byte & 128 == 0 else { continue }
                position += index + 1
                return Int(exactly: value)
            }
            return nil
        }
        while position < byteCount {
            guard fields < 1000, let key = varint() else { return false }
            let (number, wireType) = (key >> 3, key & 7)
            if fields == 0, key != 8 { return false }
            fields += 1
            switch wireType {
            case 0:
                guard [1, 5].contains(number), varint() != nil else { return false }
            case 2:
                guard [2, 3, 4, 6, 7, 8, 14, 20, 25, 26].contains(number), let length = varint(),
                    length <= byteCount - position
                else { return false }
                position += length
                hasGraph = hasGraph || number == 7
            default: return false
            }
        }
        return hasGraph
    }
}

/// Lines of hexadecimal digits for `$readmemh`.
package enum HexText {
    private static let digits = Array("0123456789abcdef".utf8)

    static func bytes(_ bytes: [UInt8]) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(3 * bytes.count)
        for byte in bytes { text += [digits[Int(byte >> 4)], digits[Int(byte & 15)], 10] }
        return text
    }

    static func words(_ words: [UInt32]) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(9 * words.count)
        for word in words {
            for nibble in stride(from: 28, through: 0, by: -4) { text.append(digits[Int(word >> UInt32(nibble) & 15)]) }
            text.append(10)
        }
        return text
    }

    /// The bytes of a `$writememh` file, nil where a bit is unknown (x or z); comments and addresses are passed over.
    package static func parse(_ text: [UInt8]) -> [UInt8?] {
        var bytes: [UInt8?] = []
        for line in text.split(separator: 10) where line.first != UInt8(ascii: "/") && line.first != UInt8(ascii: "@") {
            for word in line.split(separator: 32) {
                bytes.append(UInt8(String(decoding: word, as: UTF8.self), radix: 16))
            }
        }
        return bytes
    }
}

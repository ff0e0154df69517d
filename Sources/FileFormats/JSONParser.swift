package import Diagnostics

/// Reads one JSON document from UTF-8 bytes. Nesting is limited to 64 levels, and a name may stand only once in an
/// object.
package struct JSONParser {
    private let bytes: [UInt8]
    private var position = 0
    private let place: String
    private let code: DiagnosticCode

    /// A byte order mark in front is dropped.
    ///
    /// - Parameter code: of what is thrown for a text that is no JSON document; it names the byte.
    package static func parse(
        _ bytes: [UInt8], at place: String, code: DiagnosticCode = .networkHeaderMalformed
    ) throws(Diagnostic) -> JSONValue {
        var parser = JSONParser(bytes: bytes, place: place, code: code)
        if bytes.starts(with: TextFile.byteOrderMark) { parser.position = TextFile.byteOrderMark.count }
        let value = try parser.value(depth: 0)
        parser.skipSpace()
        guard parser.position == bytes.count else {
            throw parser.malformed("text after the document", expected: "one JSON document")
        }
        return value
    }

    private init(bytes: [UInt8], place: String, code: DiagnosticCode) {
        self.bytes = bytes
        self.place = place
        self.code = code
    }

    private func malformed(_ found: String, expected: String) -> Diagnostic {
        Diagnostic(
            code, at: "\(place), byte \(position)", found: found, expected: expected,
            remedy: "correct the text there, or write the file again from its source")
    }

    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D { position += 1 }
    }

    private mutating func take(_ character: Unicode.Scalar) throws(Diagnostic) {
        guard next == UInt8(ascii: character) else { throw malformed(describeNext, expected: "'\(character)'") }
        position += 1
    }

    private var describeNext: String {
        guard let byte = next else { return "the end of the text" }
        return (0x21...0x7E).contains(byte) ? "'\(Unicode.Scalar(byte))'" : "byte \(byte)"
    }

    private mutating func value(depth: Int) throws(Diagnostic) -> JSONValue {
        guard depth <= 64 else { throw malformed("more than 64 levels of nesting", expected: "at most 64") }
        skipSpace()
        switch next {
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try array(depth: depth)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .boolean(true))
        case UInt8(ascii: "f"): return try word("false", .boolean(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: return try number()
        }
    }

    private mutating func word(_ word: String, _ value: JSONValue) throws(Diagnostic) -> JSONValue {
        for scalar in word.unicodeScalars { try take(scalar) }
        return value
    }

    private mutating func object(depth: Int) throws(Diagnostic) -> JSONValue {
        try take("{")
        var members: [JSONValue.Member] = []
        var names: Set<String> = []
        skipSpace()
        if next == UInt8(ascii: "}") {
            position += 1
            return .object([])
        }
        while true {
            skipSpace()
            let name = try string()
            guard names.insert(name).inserted else {
                throw malformed("'\(name)' twice in one object", expected: "each name once")
            }
            skipSpace()
            try take(":")
            members.append(.init(name, try value(depth: depth + 1)))
            skipSpace()
            if next == UInt8(ascii: ",") {
                position += 1
                continue
            }
            try take("}")
            return .object(members)
        }
    }

    private mutating func array(depth: Int) throws(Diagnostic) -> JSONValue {
        try take("[")
        var elements: [JSONValue] = []
        skipSpace()
        if next == UInt8(ascii: "]") {
            position += 1
            return .array([])
        }
        while true {
            elements.append(try value(depth: depth + 1))
            skipSpace()
            if next == UInt8(ascii: ",") {
                position += 1
                continue
            }
            try take("]")
            return .array(elements)
        }
    }

    private mutating func string() throws(Diagnostic) -> String {
        try take("\"")
        var units: [UInt8] = []
        while let byte = next, byte != UInt8(ascii: "\"") {
            guard byte >= 0x20 else { throw malformed("a control character in a string", expected: "an escape") }
            position += 1
            if byte == UInt8(ascii: "\\") {
                units += Array(try escape().utf8)
            } else {
                units.append(byte)
            }
        }
        try take("\"")
        guard let string = String(validating: units, as: UTF8.self) else {
            throw malformed("a string that is not UTF-8", expected: "UTF-8")
        }
        return string
    }

    private mutating func escape() throws(Diagnostic) -> String {
        guard let byte = next else { throw malformed("the end of the text", expected: "an escape") }
        position += 1
        switch byte {
        case UInt8(ascii: "\""): return "\""
        case UInt8(ascii: "\\"): return "\\"
        case UInt8(ascii: "/"): return "/"
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{c}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"):
            var units = [try hexadecimalUnit()]
            if units[0] & 0xFC00 == 0xD800 {
                try take("\\")
                try take("u")
                units.append(try hexadecimalUnit())
            }
            guard let string = String(validating: units, as: UTF16.self) else {
                throw malformed("half a surrogate pair", expected: "a whole character")
            }
            return string
        default: throw malformed("escape '\\\(Unicode.Scalar(byte))'", expected: "one of JSON's escapes")
        }
    }

    private mutating func hexadecimalUnit() throws(Diagnostic) -> UInt16 {
        guard position + 4 <= bytes.count, bytes[position..<position + 4].allSatisfy({ Self.isHexadecimal($0) }) else {
            throw malformed("a short \\u escape", expected: "four hexadecimal digits")
        }
        let digits = String(decoding: bytes[position..<position + 4], as: UTF8.self)
        position += 4
        return UInt16(digits, radix: 16)!
    }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x46).contains(byte) || (0x61...0x66).contains(byte)
    }

    /// An integer where there is neither point nor exponent and it fits 64 bits; otherwise a finite double.
    private mutating func number() throws(Diagnostic) -> JSONValue {
        let start = position
        while let byte = next, Self.isNumberByte(byte) { position += 1 }
        if let integer = shortInteger(start..<position) { return .integer(integer) }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        if let number = DecimalNumber(text) {
            if let integer = Int(text) { return .integer(integer) }
            if let real = number.real { return .real(real) }
        }
        position = start
        throw malformed(text.isEmpty ? describeNext : "'\(text.prefix(80))'", expected: "a JSON value")
    }

    /// Most numbers: an optional sign and at most 18 digits without a leading zero.
    private func shortInteger(_ range: Range<Int>) -> Int? {
        guard let first = range.first else { return nil }
        let isNegative = bytes[first] == UInt8(ascii: "-")
        let digits = range.dropFirst(isNegative ? 1 : 0)
        guard (1...18).contains(digits.count), digits.count == 1 || bytes[digits.lowerBound] != UInt8(ascii: "0") else {
            return nil
        }
        var value = 0
        for index in digits {
            guard (0x30...0x39).contains(bytes[index]) else { return nil }
            value = 10 * value + Int(bytes[index] - 0x30)
        }
        return isNegative ? -value : value
    }

    private static func isNumberByte(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || byte == 0x2B || byte == 0x2D || byte == 0x2E || byte == 0x45 || byte == 0x65
    }
}

/// A number as JSON and YAML write it: digits with an optional sign in front, point and exponent. No separators, no
/// hexadecimal digits, no leading zeros, which some readers take for octal numbers, no infinities.
struct DecimalNumber {
    private let isNegative: Bool
    /// Without leading zeros; empty for 0. The value is `digits x 10^exponent`.
    private let digits: [UInt8]
    private let exponent: Int
    private let text: String

    /// Nil where the text is no such number.
    init?(_ text: String) {
        var rest = Substring(text).utf8
        func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
        let isNegative = rest.first == UInt8(ascii: "-")
        if isNegative { rest.removeFirst() }
        let whole = Array(rest.prefix(while: isDigit))
        rest = rest.dropFirst(whole.count)
        guard !whole.isEmpty, whole.count == 1 || whole[0] != 0x30 else { return nil }
        var fraction: [UInt8] = []
        if rest.first == UInt8(ascii: ".") {
            rest.removeFirst()
            fraction = Array(rest.prefix(while: isDigit))
            guard !fraction.isEmpty else { return nil }
            rest = rest.dropFirst(fraction.count)
        }
        var exponent = 0
        if let letter = rest.first, letter == UInt8(ascii: "e") || letter == UInt8(ascii: "E") {
            rest.removeFirst()
            let sign = rest.first
            if sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") { rest.removeFirst() }
            guard !rest.isEmpty, rest.allSatisfy(isDigit) else { return nil }
            // An exponent beyond six digits is as good as none that fits.
            exponent =
                (Int(String(decoding: rest.drop { $0 == 0x30 }.prefix(7), as: UTF8.self)) ?? 0)
                * (sign == UInt8(ascii: "-") ? -1 : 1)
            rest = rest.dropFirst(rest.count)
        }
        guard rest.isEmpty else { return nil }
        self.text = text
        self.isNegative = isNegative
        var digits = Array((whole + fraction).drop { $0 == 0x30 })
        var power = exponent - fraction.count
        while digits.last == 0x30 {
            digits.removeLast()
            power += 1
        }
        self.digits = digits
        self.exponent = digits.isEmpty ? 0 : power
    }

    /// Whether the value is whole, however it is written: `4`, `4.0`, `4e3`.
    var isWhole: Bool { exponent >= 0 }

    /// The value where it is whole and fits 64 bits.
    var integer: Int? {
        guard isWhole, digits.count + exponent <= 19 else { return nil }
        return Int(
            (isNegative && !digits.isEmpty ? "-" : "") + String(decoding: digits, as: UTF8.self)
                + String(repeating: "0", count: exponent))
            ?? (digits.isEmpty ? 0 : nil)
    }

    /// The nearest double, where that is finite.
    var real: Double? { Double(text).flatMap { $0.isFinite ? $0 : nil } }

    /// The nearest double to the value times a power of ten, where that is finite.
    func real(timesTenToThe power: Int) -> Double? {
        let text = (isNegative ? "-" : "") + (digits.isEmpty ? "0" : String(decoding: digits, as: UTF8.self))
        return Double("\(text)e\(exponent + power)").flatMap { $0.isFinite ? $0 : nil }
    }

    /// The value times a whole number, against a range of what is asked for.
    enum Product: Equatable {
        case whole(Int)
        case fraction, outside
    }

    /// - Parameter factor: 1...2^30.
    func product(with factor: Int, in range: ClosedRange<Int>) -> Product {
        // Near enough: what a whole product misses the range by is at least 1.
        let near = (real ?? .infinity) * Double(factor)
        guard near > Double(range.lowerBound) - 1, near < Double(range.upperBound) + 1 else { return .outside }
        guard let whole = Int128(String(decoding: digits, as: UTF8.self)), digits.count <= 18 else {
            return digits.isEmpty ? (range.contains(0) ? .whole(0) : .outside) : .fraction
        }
        guard exponent >= -18 else { return .fraction }
        let power = (0..<abs(exponent)).reduce(Int128(1)) { power, _ in power * 10 }
        let product = whole * Int128(factor)
        guard exponent >= 0 || product % power == 0 else { return .fraction }
        let value = Int(exponent >= 0 ? product * power : product / power) * (isNegative ? -1 : 1)
        return range.contains(value) ? .whole(value) : .outside
    }
}

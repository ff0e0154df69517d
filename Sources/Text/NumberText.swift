extension BinaryInteger {
    /// With what is counted, in the singular where it is one: `1 layer`, `1200 layers`.
    public func counted(_ noun: String) -> String { "\(self) \(noun)\(self == 1 ? "" : "s")" }
}

extension Int {
    /// The same with the digits grouped: `1,200 layers`.
    public func groupedCount(_ noun: String) -> String { "\(grouped) \(noun)\(self == 1 ? "" : "s")" }

    /// With a comma between groups of three digits: `18,432`.
    public var grouped: String {
        let digits = String(magnitude)
        var text = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { text.append(",") }
            text.append(digit)
        }
        return (self < 0 ? "-" : "") + text
    }
}

extension Double {
    /// With a fixed number of digits after the point; as they are where 64 bits do not hold those digits, and for
    /// infinities and, without a sign, NaN.
    public func fixed(_ digits: Int) -> String {
        var scale = 1.0
        for _ in 0..<digits { scale *= 10 }
        let scaled = (self * scale).rounded(.toNearestOrEven)
        guard !isNaN else { return "NaN" }
        guard let whole = Int(exactly: scaled.magnitude) else { return "\(self)" }
        let fraction =
            digits == 0
            ? ""
            : "." + String(repeating: "0", count: digits - String(whole % Int(scale)).count)
                + String(whole % Int(scale))
        return (scaled < 0 ? "-" : "") + "\(whole / Int(scale))" + fraction
    }
}

extension Double {
    /// Without a fraction where it is whole: `30`, `29.97`.
    public var shortest: String { Int(exactly: self).map(String.init) ?? "\(self)" }
}

extension Double {
    /// A number as options take it: decimal digits with sign, point and exponent, nothing hexadecimal; nil for other
    /// texts, and where it is infinite.
    public init?(decimal text: String) {
        guard text.utf8.allSatisfy({ Array("0123456789.+-eE".utf8).contains($0) }), let value = Double(text),
            value.isFinite
        else { return nil }
        self = value
    }
}

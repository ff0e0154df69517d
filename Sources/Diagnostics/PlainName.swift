/// The names that files from elsewhere may give to layers, tensors, networks and machines: they become file names,
/// columns and words on a terminal.
public enum PlainName {
    /// In words, for messages.
    public static let rule = "1 to 128 letters, digits, '.', '_' and '-', the first no '.'"

    /// Whether a name is of `[A-Za-z0-9._-]{1,128}` and does not begin with a dot.
    public static func accepts(_ name: String) -> Bool {
        (1...128).contains(name.utf8.count) && name.utf8.first != UInt8(ascii: ".") && name.utf8.allSatisfy(isPlain)
    }

    /// The plain name nearest to another: every other character an underscore, at most 128 of them.
    public static func mapped(_ name: String) -> String {
        let plain = name.unicodeScalars.map { $0.isASCII && isPlain(UInt8($0.value)) ? Character($0) : "_" }.prefix(128)
        guard let first = plain.first else { return "_" }
        return String(first == "." ? ["_"] + plain.dropFirst() : Array(plain))
    }

    /// A name that is not taken, made of one that is: its second to ninth by a number, others by the index of what they
    /// name, so that many of one name take no time.
    public static func free(_ name: String, index: Int, isTaken: (String) -> Bool) -> String {
        for number in 2...9 where !isTaken("\(name).\(number)") { return "\(name).\(number)" }
        return "\(name).t\(index)"
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        case UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"): true
        default: false
        }
    }
}

extension String {
    /// The text as a terminal may show it: control characters, which could move the cursor or hide text, and characters
    /// that turn the direction of writing are written out as `\u{1B}`. Line breaks and tabs stay.
    public var printable: String { printable { "\\u{\(String($0, radix: 16, uppercase: true))}" } }

    /// The same, written out as JSON does it, `\u001B`: a JSON document means the same afterwards.
    public var printableDocument: String {
        printable { value in
            let digits = String(value, radix: 16, uppercase: true)
            return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        }
    }

    /// A part of a line or of a table: line breaks and tabs are written out too.
    public var printableWord: String {
        printable.replacing("\n", with: "\\n").replacing("\t", with: "\\t")
    }

    private func printable(written: (UInt32) -> String) -> String {
        guard unicodeScalars.contains(where: \.isUnprintable) else { return self }
        var text = ""
        for scalar in unicodeScalars {
            if scalar.isUnprintable {
                text += written(scalar.value)
            } else {
                text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}

extension Unicode.Scalar {
    fileprivate var isUnprintable: Bool {
        switch value {
        case 0x09, 0x0A: false
        // C0, DEL and C1; line and paragraph separators and marks of direction; the byte order mark.
        case 0...0x1F, 0x7F...0x9F, 0x061C, 0x200E...0x200F, 0x2028...0x202E, 0x2066...0x2069, 0xFEFF: true
        default: false
        }
    }
}

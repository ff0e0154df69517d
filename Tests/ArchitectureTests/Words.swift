/// Words of a text, by their signs.
enum Words {
    /// The ASCII names in a text: letters, digits and underscores that do not begin with a digit.
    static func names(in text: String) -> [String] {
        pieces(of: text) { isNameByte($0) }.filter { !isDigit($0.utf8.first!) }
    }

    /// The options in a text: `--` and a word, not behind another word.
    static func options(in text: String) -> [String] {
        pieces(of: text) { isNameByte($0) || $0 == UInt8(ascii: "-") }.compactMap { piece in
            guard piece.hasPrefix("--"), let first = piece.utf8.dropFirst(2).first, isLowercase(first)
            else { return nil }
            let option = piece.utf8.prefix { isLowercase($0) || isDigit($0) || $0 == UInt8(ascii: "-") }
            return String(decoding: option, as: UTF8.self)
        }
    }

    /// The longest pieces of wanted bytes.
    static func pieces(of text: String, where isWanted: (UInt8) -> Bool) -> [String] {
        text.utf8.split { !isWanted($0) }.map { String(decoding: $0, as: UTF8.self) }
    }

    /// A name and nothing else.
    static func isName(_ text: String) -> Bool {
        guard let first = text.utf8.first, !isDigit(first) else { return false }
        return text.utf8.allSatisfy(isNameByte)
    }

    /// A word of capitals stands for what the reader puts there: `FILE`, `LAYER`.
    static func isPlaceholder(_ word: String) -> Bool {
        guard let first = word.utf8.first, isUppercase(first) else { return false }
        return word.utf8.allSatisfy { isUppercase($0) || isDigit($0) }
    }

    /// A name that no prose has: with an underscore or a capital inside.
    static func isCompound(_ word: String) -> Bool {
        guard !word.hasSuffix("_") else { return false }
        let bytes = Array(word.utf8)
        return zip(bytes, bytes.dropFirst()).contains { first, second in
            guard first != UInt8(ascii: "_") else { return false }
            return second == UInt8(ascii: "_") || (!isUppercase(first) && isUppercase(second))
        }
    }

    /// `codebooksPerOctave` -> `codebooks-per-octave`.
    static func option(of property: String) -> String {
        var option = ""
        for character in property {
            if character.isUppercase { option.append("-") }
            option += character.lowercased()
        }
        return option
    }

    /// An error code: three capitals or more, a hyphen, three digits.
    static func isDiagnosticCode(_ word: String) -> Bool {
        let parts = word.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2 else { return false }
        let (area, number) = (parts[0].utf8, parts[1].utf8)
        return area.count >= 3 && area.allSatisfy(isUppercase) && number.count == 3 && number.allSatisfy(isDigit)
    }

    /// The error codes in a text, where nothing else stands at their ends.
    static func codes(in text: String) -> [String] {
        pieces(of: text) { isNameByte($0) || $0 == UInt8(ascii: "-") }.filter(isDiagnosticCode)
    }

    static func isNameByte(_ byte: UInt8) -> Bool {
        isUppercase(byte) || isLowercase(byte) || isDigit(byte) || byte == UInt8(ascii: "_")
    }

    static func isUppercase(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") }
    static func isLowercase(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "z") }
    static func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }
}

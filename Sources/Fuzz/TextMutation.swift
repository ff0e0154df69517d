import Random

/// Changes a text of JSON or YAML at a few places: numbers become extremes, words other words, strings hostile names;
/// members are dropped, doubled and renamed.
enum TextMutation {
    /// A piece of the text. Strings keep their quotes.
    private struct Token {
        enum Kind { case number, word, string, mark, space }
        var kind: Kind
        var bytes: [UInt8]
    }

    private static let extremes = [
        "0", "-1", "1", "2", "3", "7", "8", "15", "16", "17", "24", "31", "32", "33", "62", "63", "64", "127", "128",
        "255", "256", "257", "1023", "1024", "4095", "4096", "4097",
        "65535", "65536", "1048575", "1048576", "1048577", "2147483647", "2147483648", "-2147483648", "-2147483649",
        "4294967295", "4294967296", "1099511627776",
        "9007199254740993", "9223372036854775807", "-9223372036854775808", "9223372036854775808",
        "18446744073709551616", "1e3", "1e9", "1e19", "1e308", "1e309", "-1e309",
        "-0", "-0.0", "0.5", "1e-20", "1e-320", "-1e300", "3.4028235e38", "NaN", ".inf", "-.inf", "0x10", "0o17",
        "1_000", "007", "+1", "null", "true", "false", "~", "[]", "{}", "\"\"",
    ]

    private static let hostileStrings = [
        #""../outside""#, #""/etc/passwd""#, #""a/b""#, #"".""#, #""..""#, #"".hidden""#, #""""#, #""a\u0000b""#,
        #""\u001b[31mred""#, #""\ud800""#, #""a b""#, #""a\nb""#, #""é""#,
        #""input""#, #""image""#, #""layer""#, #""__metadata__""#, #""%s%n""#, #""<<""#,
        "\"" + String(repeating: "n", count: 129) + "\"", "\"" + String(repeating: "n", count: 5000) + "\"",
    ]

    private static let snippets = [
        "&a ", "*a", "<<: *a", "? [x]\n: 1\n", "!!int ", "---\n", "...\n", "\t", "\r\n", "\u{FEFF}", "#", "'", "\"",
        "{", "}", "[", "]", ",", ":", "- ", "|\n", ">\n", "null", "\\u0000", "\0",
        "%YAML 9.9\n", "@", "`", "{\"a\": 1}", "\u{1B}[2J", "\u{202E}",
    ]

    static func mutated(_ text: [UInt8], using random: inout SeededGenerator) -> [UInt8] {
        // Now and then as it is: what follows a file that is read is tried too.
        guard !random.once(in: 8) else { return text }
        var tokens = tokens(of: text)
        for _ in 0..<random.element(of: [1, 1, 1, 2, 2, 3, 5]) { mutate(&tokens, using: &random) }
        return tokens.flatMap(\.bytes)
    }

    private static func mutate(_ tokens: inout [Token], using random: inout SeededGenerator) {
        guard !tokens.isEmpty else {
            tokens = [Token(kind: .mark, bytes: Array(random.element(of: snippets).utf8))]
            return
        }
        switch random.integer(0...15) {
        case 0...5: replaceNumber(&tokens, using: &random)
        case 6: replace(.string, in: &tokens, by: random.element(of: hostileStrings), using: &random)
        case 7: replace(random.once(in: 2) ? .string : .word, in: &tokens, by: nil, using: &random)
        case 8: tokens.remove(at: random.integer(0...tokens.count - 1))
        case 9:
            tokens.insert(
                Token(kind: .mark, bytes: Array(random.element(of: snippets).utf8)),
                at: random.integer(0...tokens.count))
        case 10...11: changeMember(&tokens, using: &random)
        case 12: changeLine(&tokens, using: &random)
        case 13:
            if random.once(in: 4) {
                tokens.removeLast(random.integer(1...tokens.count))
            } else {
                replaceNumber(&tokens, using: &random)
            }
        case 14:
            let index = random.integer(0...tokens.count - 1)
            tokens.insert(tokens[index], at: index)
        default:
            if random.once(in: 8) {
                nest(&tokens, using: &random)
            } else {
                replace(.word, in: &tokens, by: random.element(of: extremes), using: &random)
            }
        }
    }

    private static func replaceNumber(_ tokens: inout [Token], using random: inout SeededGenerator) {
        let places = tokens.indices.filter { tokens[$0].kind == .number }
        guard !places.isEmpty else {
            return replace(.word, in: &tokens, by: random.element(of: extremes), using: &random)
        }
        let place = random.element(of: places)
        var text = random.element(of: extremes)
        if let number = Int(String(decoding: tokens[place].bytes, as: UTF8.self)), random.once(in: 2) {
            text = random.element(of: [
                "\(number &+ 1)", "\(number &- 1)", "\(number &* 2)", "\(number / 2)", "\(0 &- number)", "\(number).0",
                "\"\(number)\"", "\(number)e0", "0\(number)",
            ])
        }
        tokens[place].bytes = Array(text.utf8)
    }

    /// By a text, or by another token of the same kind.
    private static func replace(
        _ kind: Token.Kind, in tokens: inout [Token], by text: String?, using random: inout SeededGenerator
    ) {
        let places = tokens.indices.filter { tokens[$0].kind == kind }
        guard !places.isEmpty else { return }
        tokens[random.element(of: places)].bytes =
            text.map { Array($0.utf8) } ?? tokens[random.element(of: places)].bytes
    }

    /// Drops, doubles, renames a member `name: value`, or exchanges its value.
    private static func changeMember(_ tokens: inout [Token], using random: inout SeededGenerator) {
        let names = tokens.indices.filter {
            [.string, .word].contains(tokens[$0].kind) && $0 + 1 < tokens.count
                && tokens[$0 + 1].bytes == [UInt8(ascii: ":")]
        }
        guard !names.isEmpty else { return }
        let name = random.element(of: names)
        let end = endOfValue(tokens, from: name + 2)
        switch random.integer(0...5) {
        case 0: tokens.removeSubrange(name..<min(end + 1, tokens.count))
        case 1:
            tokens.insert(contentsOf: tokens[name..<end] + [Token(kind: .mark, bytes: [UInt8(ascii: ",")])], at: name)
        case 2: tokens[name].bytes = tokens[random.element(of: names)].bytes
        case 3: tokens[name].bytes.insert(UInt8(ascii: "x"), at: min(1, tokens[name].bytes.count))
        case 4:
            let value = Token(kind: .mark, bytes: Array(random.element(of: extremes).utf8))
            tokens.replaceSubrange(min(name + 2, end)..<end, with: [Token(kind: .space, bytes: [32]), value])
        default:
            let other = random.element(of: names)
            let otherEnd = endOfValue(tokens, from: other + 2)
            tokens.replaceSubrange(min(name + 2, end)..<end, with: Array(tokens[min(other + 2, otherEnd)..<otherEnd]))
        }
    }

    /// The comma, bracket or line end after the value that begins at a token.
    private static func endOfValue(_ tokens: [Token], from start: Int) -> Int {
        var depth = 0
        var index = start
        while index < tokens.count {
            switch tokens[index].bytes.first {
            case UInt8(ascii: "{") where tokens[index].kind == .mark,
                UInt8(ascii: "[") where tokens[index].kind == .mark:
                depth += 1
            case UInt8(ascii: "}") where tokens[index].kind == .mark,
                UInt8(ascii: "]") where tokens[index].kind == .mark:
                depth -= 1
                if depth < 0 { return index }
            case UInt8(ascii: ",") where depth == 0, 10 where depth == 0: return index
            default: break
            }
            index += 1
        }
        return tokens.count
    }

    private static func changeLine(_ tokens: inout [Token], using random: inout SeededGenerator) {
        let ends = tokens.indices.filter { tokens[$0].bytes == [10] }
        guard ends.count >= 2 else { return }
        let index = random.integer(0...ends.count - 2)
        let line = Array(tokens[ends[index] + 1...ends[index + 1]])
        switch random.integer(0...3) {
        case 0: tokens.removeSubrange(ends[index] + 1...ends[index + 1])
        case 1: tokens.insert(contentsOf: line, at: ends[index] + 1)
        case 2: tokens.insert(contentsOf: line, at: random.element(of: ends) + 1)
        default:
            tokens.insert(
                Token(kind: .space, bytes: Array(repeating: 32, count: random.integer(1...3))), at: ends[index] + 1)
        }
    }

    private static func nest(_ tokens: inout [Token], using random: inout SeededGenerator) {
        let depth = random.element(of: [63, 64, 65, 300, 20_000])
        let mark = random.element(of: [("[", "]"), ("{\"a\":", "}")])
        let place = random.integer(0...tokens.count)
        let text =
            String(repeating: mark.0, count: depth) + "1"
            + (random.once(in: 2) ? String(repeating: mark.1, count: depth) : "")
        tokens.insert(Token(kind: .mark, bytes: Array(text.utf8)), at: place)
    }

    private static func tokens(of text: [UInt8]) -> [Token] {
        var tokens: [Token] = []
        var index = 0
        while index < text.count {
            let start = index
            let first = text[index]
            index += 1
            let kind: Token.Kind
            switch first {
            case UInt8(ascii: "\""):
                kind = .string
                while index < text.count, text[index] != first { index += text[index] == UInt8(ascii: "\\") ? 2 : 1 }
                index = min(index + 1, text.count)
            case UInt8(ascii: "-") where index < text.count && isDigit(text[index]),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                kind = .number
                while index < text.count, isDigit(text[index]) || "+-.eE".utf8.contains(text[index]) { index += 1 }
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"):
                kind = .word
                while index < text.count, isDigit(text[index]) || isLetter(text[index]) { index += 1 }
            case 32:
                kind = .space
                while index < text.count, text[index] == 32 { index += 1 }
            default: kind = .mark
            }
            tokens.append(Token(kind: kind, bytes: Array(text[start..<index])))
        }
        return tokens
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
            || byte == UInt8(ascii: "_")
    }
}

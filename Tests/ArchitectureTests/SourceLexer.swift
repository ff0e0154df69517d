/// Cuts Swift, C, SystemVerilog and Python into tokens and comments, byte by byte.
///
/// Interpolated code counts as code. A literal that should end on its line does, whatever stands there, so that one
/// that is read wrongly spoils one line.
struct SourceLexer {
    private let bytes: [UInt8]
    private let language: SourceLanguage
    private var place = 0
    private var line = 1
    private var tokens: [Token] = []
    private var comments: [ProseLine] = []

    static func cut(_ text: String, _ language: SourceLanguage) -> (tokens: [Token], comments: [ProseLine]) {
        var lexer = SourceLexer(text, language)
        lexer.code(interpolatedIn: nil)
        return (lexer.tokens, lexer.comments)
    }

    private init(_ text: String, _ language: SourceLanguage) {
        bytes = Array(text.utf8)
        self.language = language
    }

    private func byte(at index: Int) -> UInt8 { bytes.indices.contains(index) ? bytes[index] : 0 }
    private func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

    /// - Parameter literal: the kind of literal whose interpolation this is, up to its closing parenthesis.
    private mutating func code(interpolatedIn literal: Token.Kind?) {
        var depth = 0
        while place < bytes.count {
            let byte = bytes[place]
            let next = self.byte(at: place + 1)
            if byte == UInt8(ascii: "\n") {
                if literal == .literal { return }
                line += 1
                place += 1
            } else if Words.isNameByte(byte) {
                nameOrNumber()
            } else if language == .python && byte == UInt8(ascii: "#") {
                lineComment()
            } else if language != .python && byte == UInt8(ascii: "/") && next == UInt8(ascii: "/") {
                lineComment()
            } else if language != .python && byte == UInt8(ascii: "/") && next == UInt8(ascii: "*") {
                blockComment()
            } else if opensLiteral {
                literalText()
            } else if language == .c && byte == UInt8(ascii: "'") {
                characterLiteral()
            } else if let end = endOfRegex {
                place = end
            } else {
                if literal != nil && byte == UInt8(ascii: ")") && depth == 0 {
                    place += 1
                    return
                }
                if byte == UInt8(ascii: "(") { depth += 1 }
                if byte == UInt8(ascii: ")") { depth -= 1 }
                // Backticks around a Swift name and before a directive are no part of either.
                if byte > UInt8(ascii: " ") && byte < 127 && byte != UInt8(ascii: "`") {
                    tokens.append(Token(kind: .sign, text: text(place..<place + 1), line: line))
                }
                place += 1
            }
        }
    }

    private mutating func nameOrNumber() {
        let start = place
        while Words.isNameByte(byte(at: place)) { place += 1 }
        let isNumber = Words.isDigit(bytes[start])
        tokens.append(Token(kind: isNumber ? .sign : .name, text: isNumber ? "0" : text(start..<place), line: line))
    }

    private mutating func lineComment() {
        let mark = bytes[place]
        while byte(at: place) == mark { place += 1 }
        let start = place
        while place < bytes.count && bytes[place] != UInt8(ascii: "\n") { place += 1 }
        comments.append(ProseLine(line: line, text: text(start..<place)))
    }

    private mutating func blockComment() {
        let start = place + 2
        var depth = 0
        repeat {
            let pair = (byte(at: place), byte(at: place + 1))
            if pair == (UInt8(ascii: "/"), UInt8(ascii: "*")) && (language == .swift || depth == 0) {
                depth += 1
                place += 2
            } else if pair == (UInt8(ascii: "*"), UInt8(ascii: "/")) {
                depth -= 1
                place += 2
            } else {
                place += 1
            }
        } while depth > 0 && place < bytes.count
        place = min(place, bytes.count)
        let lines = SourceText.lines(text(min(start, place)..<place), from: line)
        comments += lines
        line += lines.count - 1
    }

    private mutating func characterLiteral() {
        place += 1
        while place < bytes.count && bytes[place] != UInt8(ascii: "'") && bytes[place] != UInt8(ascii: "\n") {
            place += bytes[place] == UInt8(ascii: "\\") ? 2 : 1
        }
        if byte(at: place) == UInt8(ascii: "'") { place += 1 }
    }

    /// Behind a Swift regular expression's closing slash, where one begins here.
    private var endOfRegex: Int? {
        guard language == .swift, bytes[place] == UInt8(ascii: "/"), byte(at: place + 1) > UInt8(ascii: " "),
            let previous = tokens.last, previous.kind == .sign, ["(", ",", "=", ":", "[", "{"].contains(previous.text)
        else { return nil }
        var index = place + 1
        while index < bytes.count && bytes[index] != UInt8(ascii: "\n") {
            if bytes[index] == UInt8(ascii: "/") { return index + 1 }
            index += bytes[index] == UInt8(ascii: "\\") ? 2 : 1
        }
        return nil
    }
}

extension SourceLexer {
    private var opensLiteral: Bool {
        switch bytes[place] {
        case UInt8(ascii: "\""): return true
        case UInt8(ascii: "'"): return language == .python
        case UInt8(ascii: "#") where language == .swift:
            var index = place
            while byte(at: index) == UInt8(ascii: "#") { index += 1 }
            return byte(at: index) == UInt8(ascii: "\"")
        default: return false
        }
    }

    private mutating func literalText() {
        let standsAlone = isFirstOnItsLine
        var hashes = 0
        while bytes[place] == UInt8(ascii: "#") {
            hashes += 1
            place += 1
        }
        let quote = bytes[place]
        let isBlock = opensBlock(quote)
        place += isBlock ? 3 : 1
        let firstLine = line
        var contents: [UInt8] = []
        while place < bytes.count && !closes(quote, isBlock: isBlock, hashes: hashes) {
            let byte = bytes[place]
            if byte == UInt8(ascii: "\n") {
                if !isBlock { break }
                line += 1
            } else if byte == UInt8(ascii: "\\") && hasHashes(hashes, at: place + 1) {
                if language == .swift && self.byte(at: place + 1 + hashes) == UInt8(ascii: "(") {
                    place += 2 + hashes
                    code(interpolatedIn: isBlock ? .block : .literal)
                    contents.append(0)
                    continue
                }
                if hashes == 0 {
                    if self.byte(at: place + 1) == UInt8(ascii: "\n") { line += 1 }
                    contents.append(UInt8(ascii: " "))
                    place += 2
                    continue
                }
            }
            contents.append(byte)
            place += 1
        }
        if closes(quote, isBlock: isBlock, hashes: hashes) { place += (isBlock ? 3 : 1) + hashes }
        place = min(place, bytes.count)
        let text = String(decoding: contents, as: UTF8.self)
        if language == .python && isBlock && standsAlone {
            comments += SourceText.lines(text, from: firstLine)
        } else {
            let kept = language == .python ? Self.withHoles(text) : text
            tokens.append(Token(kind: isBlock ? .block : .literal, text: kept, line: firstLine))
        }
    }

    /// Three quotes open a block; in Swift only where the line ends behind them: `#"""#` is one quote.
    private func opensBlock(_ quote: UInt8) -> Bool {
        guard language == .swift || language == .python, byte(at: place + 1) == quote, byte(at: place + 2) == quote
        else { return false }
        guard language == .swift else { return true }
        var index = place + 3
        while byte(at: index) == UInt8(ascii: " ") { index += 1 }
        return byte(at: index) == UInt8(ascii: "\n")
    }

    private func closes(_ quote: UInt8, isBlock: Bool, hashes: Int) -> Bool {
        let quotes = isBlock ? 3 : 1
        return (0..<quotes).allSatisfy { byte(at: place + $0) == quote } && hasHashes(hashes, at: place + quotes)
    }

    private func hasHashes(_ count: Int, at index: Int) -> Bool {
        (0..<count).allSatisfy { byte(at: index + $0) == UInt8(ascii: "#") }
    }

    /// Only spaces before it: a Python string in a statement's place is documentation.
    private var isFirstOnItsLine: Bool {
        var index = place - 1
        while byte(at: index) == UInt8(ascii: " ") { index -= 1 }
        return index < 0 || bytes[index] == UInt8(ascii: "\n")
    }

    /// What stands in braces of a Python string is taken for an interpolation.
    private static func withHoles(_ text: String) -> String {
        var kept = ""
        var depth = 0
        for character in text {
            if character == "{" {
                if depth == 0 { kept.append(Token.hole) }
                depth += 1
            } else if character == "}" {
                depth = max(depth - 1, 0)
            } else if depth == 0 {
                kept.append(character)
            }
        }
        return kept
    }
}

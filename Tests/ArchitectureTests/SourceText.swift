/// A file of the repository, or one that a test makes up.
struct SourceFile {
    let path: String
    let text: String
}

/// How a file is cut into code and comments.
enum SourceLanguage {
    case swift, c, systemVerilog, python
    /// A number sign begins a comment: shell, YAML, TOML.
    case lines
    case json
    case markdown

    /// Nothing for files that hold neither code nor prose.
    init?(path: String) {
        let name = path.split(separator: "/").last ?? ""
        switch name.split(separator: ".").last ?? "" {
        case "swift": self = .swift
        case "c", "h": self = .c
        case "sv": self = .systemVerilog
        case "py": self = .python
        case "bash", "yaml", "toml", "intaglio", "test": self = .lines
        case "json": self = .json
        case "md": self = .markdown
        default: return nil
        }
    }
}

/// A piece of code: a name, the contents of a literal, or one sign.
struct Token: Equatable {
    enum Kind: Equatable { case name, literal, block, sign }

    let kind: Kind
    /// Of a literal: what stands between its quotes; an interpolation is one character, `Token.hole`.
    let text: String
    let line: Int

    static let hole: Character = "\0"

    func isSign(_ sign: String) -> Bool { kind == .sign && text == sign }
    func isName(_ name: String) -> Bool { kind == .name && text == name }
    var isText: Bool { kind == .literal || kind == .block }
}

/// A line of prose: of a comment without its marks, or of a page.
struct ProseLine: Equatable {
    let line: Int
    let text: String
}

/// A source, cut up.
struct SourceText {
    var tokens: [Token] = []
    var prose: [ProseLine] = []

    init(_ file: SourceFile) {
        switch SourceLanguage(path: file.path) {
        case nil: break
        case .markdown: prose = Self.lines(file.text, from: 1)
        case .json: tokens = Self.names(in: file.text, line: 1)
        case .lines: cutLines(file.text)
        case .some(let language): (tokens, prose) = SourceLexer.cut(file.text, language)
        }
    }

    static func lines(_ text: String, from first: Int) -> [ProseLine] {
        text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().map { offset, line in
            ProseLine(line: first + offset, text: String(line))
        }
    }

    /// Code and comments of a language without literals that matter: every word between spaces is a literal too.
    private mutating func cutLines(_ text: String) {
        for line in Self.lines(text, from: 1) {
            var code = line.text[...]
            if let comment = Self.comment(in: line.text) {
                code = line.text[..<comment]
                prose.append(ProseLine(line: line.line, text: String(line.text[comment...].drop { $0 == "#" })))
            }
            tokens += Self.names(in: String(code), line: line.line)
            let words = code.split { !($0.isLetter || $0.isNumber || "_.+-".contains($0)) }
            tokens += words.map { Token(kind: .literal, text: String($0), line: line.line) }
        }
    }

    /// Where the comment of a line begins: at a number sign behind a space and outside quotes.
    private static func comment(in line: String) -> String.Index? {
        var previous: Character = " "
        var quotes = 0
        for index in line.indices {
            let character = line[index]
            if character == "#" && (previous == " " || previous == "\t") && quotes % 2 == 0 { return index }
            if character == "\"" || character == "'" { quotes += 1 }
            previous = character
        }
        return nil
    }

    private static func names(in text: String, line: Int) -> [Token] {
        Words.names(in: text).map { Token(kind: .name, text: $0, line: line) }
    }
}

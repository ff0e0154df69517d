/// Finds the modules that a Swift file imports: `import A`, `public import A`, `@testable import A`,
/// `@preconcurrency public import struct A.B`, ...
enum ImportScanner {
    static func imports(in source: String) -> [String] {
        statements(SourceText(SourceFile(path: "source.swift", text: source)).tokens).compactMap { statement in
            var tokens = statement
            while let token = tokens.first, token.isSign("@") || modifiers.contains(token.text) {
                tokens = token.isSign("@") ? behindAttribute(tokens) : tokens.dropFirst()
            }
            guard let keyword = tokens.popFirst(), keyword.isName("import") else { return nil }
            if let kind = tokens.first, kinds.contains(kind.text) { tokens.removeFirst() }
            return tokens.first?.text
        }
    }

    private static let modifiers: Set<String> = ["public", "package", "internal", "fileprivate", "private"]
    private static let kinds: Set<String> = ["struct", "class", "enum", "protocol", "typealias", "func", "var", "let"]

    /// What stands on one line, up to a semicolon.
    private static func statements(_ tokens: [Token]) -> [ArraySlice<Token>] {
        var statements: [ArraySlice<Token>] = []
        var start = tokens.startIndex
        for index in tokens.indices {
            if tokens[index].isSign(";") {
                statements.append(tokens[start..<index])
                start = index + 1
            } else if index > start && tokens[index].line != tokens[index - 1].line {
                statements.append(tokens[start..<index])
                start = index
            }
        }
        return statements + [tokens[start...]]
    }

    /// Without the attribute that `tokens` begin with and its parentheses.
    private static func behindAttribute(_ tokens: ArraySlice<Token>) -> ArraySlice<Token> {
        let rest = tokens.dropFirst(2)
        guard let open = rest.first, open.isSign("(") else { return rest }
        return rest.drop { !$0.isSign(")") }.dropFirst()
    }
}

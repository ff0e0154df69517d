/// Finds the modules that a Swift file imports: `import A`, `public import A`, `@testable import A`,
/// `@preconcurrency public import struct A.B`, ...
enum ImportScanner {
    static func imports(in source: String) -> [String] {
        withoutComments(source).split(whereSeparator: { $0.isNewline || $0 == ";" }).compactMap { line in
            var words = line.split(whereSeparator: { $0 == " " || $0 == "\t" })[...]
            while let word = words.first, word.hasPrefix("@") || modifiers.contains(String(word)) {
                words.removeFirst()
            }
            guard words.first == "import" else { return nil }
            words.removeFirst()
            if let kind = words.first, kinds.contains(String(kind)) { words.removeFirst() }
            return words.first.map { String($0.prefix { $0 != "." }) }
        }
    }

    private static let modifiers: Set<String> = ["public", "package", "internal", "fileprivate", "private"]
    private static let kinds: Set<String> = ["struct", "class", "enum", "protocol", "typealias", "func", "var", "let"]

    /// The source with comments blanked; nested block comments too.
    private static func withoutComments(_ source: String) -> String {
        var kept = ""
        var depth = 0
        var characters = source[...]
        while let character = characters.first {
            if characters.hasPrefix("/*") {
                depth += 1
                characters = characters.dropFirst(2)
            } else if depth > 0 && characters.hasPrefix("*/") {
                depth -= 1
                kept += " "
                characters = characters.dropFirst(2)
            } else if depth == 0 && characters.hasPrefix("//") {
                characters = characters.drop { !$0.isNewline }
            } else {
                if depth == 0 || character.isNewline { kept.append(character) }
                characters = characters.dropFirst()
            }
        }
        return kept
    }
}

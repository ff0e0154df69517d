/// A page's lines, headings and commands.
struct MarkdownPage {
    let path: String
    let lines: [ProseLine]
    /// Headings without marks.
    private(set) var headings: Set<String> = []
    /// What links behind a number sign may name.
    private(set) var anchors: Set<String> = []

    init(_ file: SourceFile) {
        path = file.path
        lines = SourceText(file).prose
        var isInFence = false
        for line in lines {
            if line.text.drop(while: { $0 == " " }).hasPrefix("```") { isInFence.toggle() }
            guard !isInFence, line.text.hasPrefix("#") else { continue }
            let heading = Self.withoutMarks(String(line.text.drop { $0 == "#" || $0 == " " }))
            headings.insert(heading)
            var anchor = Self.anchor(of: heading)
            var copies = 0
            while !anchors.insert(anchor).inserted {
                copies += 1
                anchor = Self.anchor(of: heading) + "-\(copies)"
            }
        }
    }

    /// The lines that a reader is told: of a changelog, only those under its newest heading.
    var current: [ProseLine] {
        guard path.hasSuffix("CHANGELOG.md") else { return lines }
        let headings = lines.indices.filter { lines[$0].text.hasPrefix("## ") }
        return headings.count > 1 ? Array(lines[..<headings[1]]) : lines
    }

    /// Lower case, hyphens for spaces, no other signs but underscores.
    static func anchor(of heading: String) -> String {
        String(
            heading.lowercased().compactMap { character -> Character? in
                if character == " " { return "-" }
                return character.isLetter || character.isNumber || "-_".contains(character) ? character : nil
            })
    }

    /// `[text](target)` as its text, and no backticks.
    static func withoutMarks(_ heading: String) -> String {
        heading.replacing(/\[([^\]]*)\]\([^\)]*\)/) { String($0.output.1) }.filter { $0 != "`" }
    }
}

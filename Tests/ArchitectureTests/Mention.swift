/// What prose says of something that must exist.
struct Mention: Equatable {
    enum Kind: Equatable {
        /// Between backticks.
        case span
        /// A path from the root without backticks, such as `docs/PAGE.md` has with them.
        case path
        /// An error code without backticks.
        case code
        /// A heading in quotation marks behind the name of its page.
        case section(page: String)
        /// The target of a link.
        case link
        /// A line that a reader types.
        case command
        /// The name in `- Parameter name:`.
        case parameter
    }

    let kind: Kind
    let text: String
    let line: Int

    /// The mentions of one comment or page; lines that do not follow each other are comments apart.
    ///
    /// In a fence only commands are read: what else stands there is an example.
    static func mentions(in lines: [ProseLine], ofPage isPage: Bool) -> [Mention] {
        var mentions: [Mention] = []
        var isInFence = false
        var listsParameters = false
        var previous = 0
        for (index, line) in lines.enumerated() {
            if line.line != previous + 1 { (isInFence, listsParameters) = (false, false) }
            previous = line.line
            let text = line.text.drop { $0 == " " }
            if text.hasPrefix("```") {
                isInFence.toggle()
                continue
            }
            if isInFence || line.text.hasPrefix("    ") {
                let command = joined(lines, at: index)
                let parts = CommandLines.commands(in: command)
                mentions += parts.map { Mention(kind: .command, text: $0, line: line.line) }
            }
            guard !isInFence else { continue }
            mentions += inline(line, ofPage: isPage)
            guard !isPage else { continue }
            listsParameters = text.hasPrefix("- Parameters:") || (listsParameters && line.text.hasPrefix("  "))
            if let name = parameter(String(text), inList: listsParameters) {
                mentions.append(Mention(kind: .parameter, text: name, line: line.line))
            }
        }
        return mentions
    }

    private static func inline(_ line: ProseLine, ofPage isPage: Bool) -> [Mention] {
        let cut = Backticks.cut(line.text)
        var found: [(text: String, kind: Kind)] = cut.spans.map { ($0, .span) }
        for piece in Words.pieces(of: cut.rest, where: { Words.isNameByte($0) || "./+*-$~".utf8.contains($0) }) {
            let folder = piece.prefix { $0 != "/" }
            guard folder.count < piece.count, Repository.folders.contains(String(folder)) else { continue }
            // A full stop ends the sentence.
            found.append((piece.hasSuffix(".") ? String(piece.dropLast()) : piece, .path))
        }
        for code in Words.codes(in: cut.rest) { found.append((code, .code)) }
        if line.text.contains(".md") {
            for match in line.text.matches(of: /([\w\/]+\.md)[`\)\]]*,? \(?"([^"]+)"/) {
                found.append((String(match.output.2), .section(page: String(match.output.1))))
            }
        }
        if isPage && cut.rest.contains("](") {
            for match in cut.rest.matches(of: /\]\(([^\)\s]+)\)/) { found.append((String(match.output.1), .link)) }
        }
        return found.map { Mention(kind: $0.kind, text: $0.text, line: line.line) }
    }

    /// A line and those that a backslash at its end joins to it.
    private static func joined(_ lines: [ProseLine], at index: Int) -> String {
        var text = lines[index].text
        var next = index + 1
        while text.hasSuffix("\\"), next < lines.count {
            text = String(text.dropLast()) + lines[next].text
            next += 1
        }
        return text
    }

    /// The name in `- Parameter name: ...`, or in `- name: ...` of a list of parameters.
    private static func parameter(_ text: String, inList: Bool) -> String? {
        let mark = "- Parameter "
        guard text.hasPrefix(mark) || (inList && text.hasPrefix("- ") && !text.hasPrefix("- Parameters:"))
        else { return nil }
        let name = text.dropFirst(text.hasPrefix(mark) ? mark.count : 2).prefix { $0 != ":" }
        return Words.isName(String(name)) ? String(name) : nil
    }
}

/// Spans between backticks.
enum Backticks {
    /// The spans of a line, and the line without them. A span ends at as many backticks as began it.
    static func cut(_ line: String) -> (spans: [String], rest: String) {
        var spans: [String] = []
        var rest = ""
        var text = line[...]
        while let start = text.firstIndex(of: "`") {
            let mark = text[start...].prefix { $0 == "`" }
            let inside = text[mark.endIndex...]
            guard let end = inside.firstRange(of: mark) else { break }
            rest += text[..<start]
            rest += " "
            spans.append(String(inside[..<end.lowerBound]).replacing("\\|", with: "|"))
            text = inside[end.upperBound...]
        }
        return (spans, rest + String(text))
    }
}

/// Commands in a line that a shell would run.
enum CommandLines {
    /// The parts between the shell's signs, without prompts.
    static func commands(in line: String) -> [String] {
        line.split { "|;&<>()#".contains($0) }.map { part in
            part.split(separator: " ").drop { $0 == "$" }.joined(separator: " ")
        }
    }
}

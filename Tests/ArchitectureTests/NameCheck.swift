/// Spans between backticks, against the names that code has.
///
/// What is neither a name nor a path nor a command is a formula or an example: in it only compound words are names,
/// `strideY` or `is_integer16`, for mathematics writes single letters and plain words.
struct NameCheck {
    private let index: NameIndex
    private let commands: CommandCheck

    init(_ index: NameIndex) {
        self.index = index
        commands = CommandCheck(index)
    }

    /// What compilers add to types.
    private static let synthesized: Set<String> = ["allCases", "rawValue", "hashValue", "description", "self"]
    private static let extensions: Set<String> = [
        "swift", "md", "py", "sv", "svh", "c", "h", "cpp", "yaml", "json", "csv", "svg", "png", "npy", "hex", "txt",
        "bash",
        "sh", "safetensors", "bin", "pt", "so", "toml", "log",
    ]

    /// The dead name in a span, if any.
    func fault(in span: String, of path: String) -> String? {
        let text = String(span.drop { $0 == " " })
        if Words.isDiagnosticCode(text) { return faultInCode(text) }
        if ForeignWords.reasons[text] != nil { return nil }
        if text.hasPrefix("intaglio ") || text.hasPrefix("./intaglio ") { return faultInLine(text, of: path) }
        switch commands.verdict(text, isTyped: false, in: path) {
        case .dead(let name): return name
        case .alive: return nil
        case .noCommand: break
        }
        if text.isEmpty || index.hasLiteral(text) { return nil }
        if let (name, labels) = Self.function(text) { return faultInFunction(name, labels: labels, of: path) }
        if Self.isPath(text) {
            return index.paths.has(text) || index.writes(Self.fileName(text), for: path) ? nil : text
        }
        if text.split(separator: ".").allSatisfy({ Words.isName(String($0)) }) { return faultInMembers(text, of: path) }
        return faultInFormula(text, of: path)
    }

    func faultInCode(_ code: String) -> String? {
        index.codes.contains(code) || ForeignWords.reasons[code] != nil ? nil : code
    }

    /// What a reader types, part by part.
    func faultInLine(_ line: String, of path: String) -> String? {
        for part in CommandLines.commands(in: line) {
            if case .dead(let name) = commands.verdict(part, isTyped: true, in: path) { return name }
        }
        return nil
    }

    private func isKnown(_ word: String, in path: String) -> Bool {
        let bytes = Array(word.utf8)
        if bytes.count == 1 || Words.isPlaceholder(word) || index.has(word, for: path) { return true }
        if ForeignWords.reasons[word] != nil { return true }
        // Width x height is written WxH.
        let isExtent = bytes.count == 3 && bytes[1] == UInt8(ascii: "x")
        if isExtent && Words.isUppercase(bytes[0]) && Words.isUppercase(bytes[2]) { return true }
        // Mathematics has indices, `n_i`.
        let parts = word.split(separator: "_", omittingEmptySubsequences: false).map(String.init)
        if parts.count == 2 && ["i", "j", "k", "ij"].contains(parts[1]) { return isKnown(parts[0], in: path) }
        // A capital at the end of a name stands for a number, `codebookJ`.
        guard bytes.count > 2, Words.isUppercase(bytes[bytes.count - 1]), Words.isLowercase(bytes[bytes.count - 2])
        else { return false }
        return isKnown(String(word.dropLast()), in: path)
    }

    /// Names with points between them: behind a type its member.
    private func faultInMembers(_ text: String, of path: String) -> String? {
        let names = text.split(separator: ".").map(String.init)
        if let dead = names.first(where: { !Self.synthesized.contains($0) && !isKnown($0, in: path) }) { return dead }
        for (type, member) in zip(names, names.dropFirst()) where index.declarations.types.contains(type) {
            if Words.isPlaceholder(member) || Self.synthesized.contains(member) { continue }
            guard index.declarations.has(member, in: type) else { return "\(type).\(member)" }
        }
        return nil
    }

    /// A function with these very labels, of a type's members where the type is named; without labels also one of
    /// another language.
    private func faultInFunction(_ name: String, labels: String, of path: String) -> String? {
        let names = name.split(separator: ".").map(String.init)
        let last = names[names.count - 1]
        let form = "\(last)(\(labels))"
        if names.count > 1, index.declarations.types.contains(names[names.count - 2]) {
            return index.declarations.has(form, in: names[names.count - 2]) ? nil : "\(name)(\(labels))"
        }
        if index.declarations.signatures.contains(form) { return nil }
        return labels.isEmpty && !index.declarations.functions.contains(last) && isKnown(last, in: path) ? nil : form
    }

    private func faultInFormula(_ text: String, of path: String) -> String? {
        let words = Words.pieces(of: text) { Words.isNameByte($0) || "$\\".utf8.contains($0) }
        let names = words.filter { Words.isName($0) && Words.isCompound($0) }
        if let dead = names.first(where: { !isKnown($0, in: path) }) { return dead }
        return Words.options(in: text).first { !commands.isKnown($0) }
    }

    /// The name, and the labels with their colons, of a function as documentation writes it.
    private static func function(_ text: String) -> (name: String, labels: String)? {
        guard text.hasSuffix(")"), let open = text.firstIndex(of: "(") else { return nil }
        let name = String(text[..<open])
        let labels = String(text[open...].dropFirst().dropLast())
        let names = name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard names.allSatisfy(Words.isName), labels.isEmpty || labels.hasSuffix(":"),
            labels.utf8.allSatisfy({ Words.isNameByte($0) || $0 == UInt8(ascii: ":") })
        else { return nil }
        return (name, labels)
    }

    /// Names with slashes, with the extension of a file, or behind a plus sign: no number, no range, no absolute path.
    private static func isPath(_ text: String) -> Bool {
        guard text.utf8.allSatisfy({ Words.isNameByte($0) || "./+*-".utf8.contains($0) }), !text.hasPrefix("/"),
            text.contains(where: \.isLetter)
        else { return false }
        if text.contains("/") || text.hasPrefix("+") { return true }
        return text.contains(".") && extensions.contains(text.split(separator: ".").last.map(String.init) ?? "")
    }

    private static func fileName(_ path: String) -> String { path.split(separator: "/").last.map(String.init) ?? path }
}

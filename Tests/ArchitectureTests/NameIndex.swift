/// Every name that code has, from one pass over all sources.
struct NameIndex {
    private(set) var declarations = SwiftDeclarations()
    private(set) var commands = CommandTable()
    let paths: PathIndex
    /// The tokens of each source, by its path.
    private var tokens: [String: [Token]] = [:]
    private var namesOfFile: [String: Set<String>] = [:]
    /// Names inside literals that are no sentences, and all names of C, SystemVerilog, shell, YAML and JSON.
    private var written: Set<String> = []
    /// The same and all names of Training.
    private var training: Set<String> = []
    private var literals: Set<String> = []
    /// Literals that name a file with an interpolated part.
    private var fileLiterals: Set<String> = []
    /// Of the tools in Training, Scripts and Sources; not what tests try.
    private(set) var options: Set<String> = []
    private(set) var trainingCommands: Set<String> = []
    /// The codes of docs/diagnostics.md.
    private(set) var codes: Set<String> = []
    private(set) var pages: [String: MarkdownPage] = [:]
    /// The lines of each source's comments.
    private(set) var comments: [String: [ProseLine]] = [:]

    init(_ files: [SourceFile], paths: [String]) {
        self.paths = PathIndex(paths)
        for file in files {
            if SourceLanguage(path: file.path) == .markdown {
                pages[file.path] = MarkdownPage(file)
            } else {
                let source = SourceText(file)
                comments[file.path] = source.prose
                add(source.tokens, of: file.path)
            }
        }
        for line in pages["docs/diagnostics.md"]?.lines ?? [] where line.text.hasPrefix("|") {
            codes.formUnion(Words.codes(in: String(line.text.dropFirst().prefix { $0 != "|" })))
        }
    }

    private mutating func add(_ tokens: [Token], of path: String) {
        self.tokens[path] = tokens
        if path.hasSuffix(".swift") {
            let scopes = SwiftScope.scopes(of: tokens)
            declarations.add(tokens, scopes)
            commands.add(tokens, scopes)
        }
        var names: Set<String> = []
        for token in tokens {
            if token.kind == .name { names.insert(token.text) }
            if token.isText { addLiteral(token, of: path) }
        }
        namesOfFile[path] = names
        if path.hasPrefix("Training/") {
            training.formUnion(names)
            for index in tokens.indices.dropLast(2) where tokens[index].isName("add_parser") {
                trainingCommands.insert(tokens[index + 2].text)
            }
        } else if !path.hasSuffix(".swift") {
            written.formUnion(names)
        }
    }

    private mutating func addLiteral(_ token: Token, of path: String) {
        if !path.hasPrefix("Tests/") && token.text.contains("--") { options.formUnion(Words.options(in: token.text)) }
        // These tests plant dead names in literals.
        guard !path.hasPrefix("Tests/ArchitectureTests/") else { return }
        let isSentence = token.kind == .literal && token.text.contains(" ")
        if !isSentence {
            let names = Words.names(in: token.text)
            if path.hasPrefix("Training/") { training.formUnion(names) } else { written.formUnion(names) }
        }
        guard token.kind == .literal else { return }
        literals.insert(token.text)
        if !isSentence, token.text.contains("."), token.text.contains(Token.hole) {
            fileLiterals.insert(String(token.text.map { $0 == Token.hole ? "*" : $0 }))
        }
    }
}

extension NameIndex {
    /// Whether code has the name: the file itself, a declaration anywhere, or a word that is written somewhere.
    func has(_ name: String, for path: String) -> Bool {
        if namesOfFile[path]?.contains(name) ?? false { return true }
        if declarations.names.contains(name) || written.contains(name) || paths.stems.contains(name) { return true }
        let mayNameTraining = ["Training/", "Scripts/"].contains { path.hasPrefix($0) } || path.hasSuffix(".md")
        return mayNameTraining && training.contains(name)
    }

    /// Whether a literal of code is exactly this.
    func hasLiteral(_ text: String) -> Bool { literals.contains(text) }

    /// Whether a name stands in the code of the lines.
    func has(_ name: String, inLines lines: ClosedRange<Int>, of path: String) -> Bool {
        tokens[path, default: []].contains { lines.contains($0.line) && $0.isName(name) }
    }

    /// Whether code writes or reads a file of this name: a literal has it, or an interpolation makes it of a known
    /// name.
    func writes(_ file: String, for path: String) -> Bool {
        if literals.contains(file) { return true }
        if file.hasPrefix("."), !file.dropFirst().contains(".") { return literals.contains { $0.hasSuffix(file) } }
        return fileLiterals.contains { literal in
            let pieces = literal.split(separator: "*", omittingEmptySubsequences: false)
            guard let first = pieces.first, let last = pieces.last, pieces.count > 1, last.contains("."),
                PathIndex.matches(literal, file)
            else { return false }
            let part = String(file.dropFirst(first.count).dropLast(last.count))
            return !part.isEmpty && Words.names(in: part).allSatisfy { has($0, for: path) }
        }
    }

    /// Any option of any tool of this repository.
    func hasOption(_ option: String) -> Bool {
        let name = option.dropFirst(2).split(separator: "-").joined(separator: "_")
        return options.contains(option) || training.contains(name)
    }
}

/// Commands and options that prose names, against those that the tools have.
struct CommandCheck {
    private let index: NameIndex
    private let tool: ToolCommand
    private let fuzz: ToolCommand
    private let toolOptions: Set<String>

    /// Programs of others, whose words are not looked up; the name of a test that is filtered for is.
    private static let others: Set<String> = [
        "swift", "./test", "verilator", "python3", "pip", "chrt", "sudo", "git", "grep",
    ]

    init(_ index: NameIndex) {
        self.index = index
        tool = index.commands.command(named: "intaglio")
        fuzz = index.commands.command(named: "Fuzz")
        toolOptions = tool.allOptions
    }

    enum Verdict: Equatable {
        case noCommand
        case alive
        case dead(String)
    }

    /// - Parameter isTyped: the words are a line that a reader types; it names its program.
    func verdict(_ text: String, isTyped: Bool, in path: String) -> Verdict {
        var words = text.split(whereSeparator: { $0 == " " || $0 == "\"" }).map(String.init)
        if let variable = words.first.flatMap({ Self.variable(setBy: $0) }), words.count > 1 {
            guard index.has(variable, for: path) else { return .dead(variable) }
            words.removeFirst()
        }
        guard let first = words.first else { return .noCommand }
        let rest = words.dropFirst()
        if first == "intaglio" || first == "./intaglio" { return verdict(faultInTool(rest)) }
        if first == "Fuzz" { return verdict(rest.first(where: { $0.hasPrefix("--") && !fuzz.options.contains($0) })) }
        if words.count > 2, words[1...2] == ["-m", "intaglio_training"] {
            return verdict(faultInTraining(rest.dropFirst(2)))
        }
        if Self.others.contains(first) && words.count > 1 { return verdict(faultInFilter(words, path)) }
        guard !isTyped else { return .noCommand }
        if first.hasPrefix("--") { return verdict(words.compactMap { faultInOption($0) }.first) }
        guard words.count > 1 else { return .noCommand }
        let (ofTool, ofTraining) = (tool.subcommands[first] != nil, index.trainingCommands.contains(first))
        guard ofTool || ofTraining else { return .noCommand }
        var faults: [String?] = []
        if ofTool { faults.append(faultInTool(words[...])) }
        if ofTraining { faults.append(faultInTraining(words[...])) }
        return faults.contains(nil) ? .alive : verdict(faults[0])
    }

    private func verdict(_ fault: String?) -> Verdict { fault.map { Verdict.dead($0) } ?? .alive }

    private func faultInTool(_ words: ArraySlice<String>) -> String? {
        var command = tool
        var words = words
        while let word = words.first, !command.subcommands.isEmpty, !word.hasPrefix("-") {
            // `intaglio COMMAND ...` is any command.
            if Words.isPlaceholder(word) { return nil }
            guard let below = command.subcommands[word] else { return word }
            command = below
            words.removeFirst()
        }
        return words.compactMap { Self.option(in: $0) }.first { !command.options.contains($0) }
    }

    private func faultInTraining(_ words: ArraySlice<String>) -> String? {
        guard let name = words.first, !name.hasPrefix("-") else { return nil }
        guard index.trainingCommands.contains(name) else { return name }
        return words.dropFirst().compactMap { faultInOption($0) }.first
    }

    private func faultInFilter(_ words: [String], _ path: String) -> String? {
        guard let filter = words.firstIndex(of: "--filter"), filter + 1 < words.count else { return nil }
        let name = words[filter + 1]
        return Words.isName(name) && !index.has(name, for: path) ? name : nil
    }

    /// Any tool's option; with a hyphen at the end all that begin so.
    private func faultInOption(_ word: String) -> String? {
        guard let option = Self.option(in: word), option.hasPrefix("--"), !isKnown(option) else { return nil }
        return option
    }

    func isKnown(_ option: String) -> Bool {
        if toolOptions.contains(option) || fuzz.options.contains(option) || index.hasOption(option) { return true }
        return option.hasSuffix("-") && index.options.contains { $0.hasPrefix(option) && $0 != option }
    }

    /// The option that a word begins with, of `[--rate=1]` too; negative numbers are none.
    private static func option(in word: String) -> String? {
        let option = word.drop { $0 == "[" }
        guard option.hasPrefix("-"), let first = option.drop(while: { $0 == "-" }).utf8.first, Words.isLowercase(first)
        else { return nil }
        return String(decoding: option.utf8.prefix { Words.isNameByte($0) || $0 == UInt8(ascii: "-") }, as: UTF8.self)
    }

    /// The variable of the environment that a word sets: `INTAGLIO_KERNELS=portable`.
    private static func variable(setBy word: String) -> String? {
        let name = String(word.prefix { $0 != "=" })
        let isSet = name.count < word.count && name.contains("_") && Words.isName(name) && name == name.uppercased()
        return isSet ? name : nil
    }
}

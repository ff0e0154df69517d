/// A command as argument parser declarations make it.
struct ToolCommand {
    var options: Set<String> = []
    var subcommands: [String: ToolCommand] = [:]

    /// Its own options and those of all commands below.
    var allOptions: Set<String> { subcommands.values.reduce(options) { $0.union($1.allOptions) } }
}

/// What types declare with the attributes for options, flags and groups of them.
struct CommandTable {
    private var options: [String: Set<String>] = [:]
    private var groups: [String: [String]] = [:]
    private var types: [String: String] = [:]
    private var names: [String: String] = [:]
    private var subcommands: [String: [String]] = [:]

    mutating func add(_ tokens: [Token], _ scopes: [SwiftScope]) {
        for index in tokens.indices where tokens[index].kind == .name {
            guard let type = scopes[index].type else { continue }
            let follows = index + 2 < tokens.count && tokens[index + 1].isSign(":")
            let isAttribute = index > 0 && tokens[index - 1].isSign("@")
            switch tokens[index].text {
            case "commandName" where follows && tokens[index + 2].kind == .literal:
                names[type] = tokens[index + 2].text
                types[tokens[index + 2].text] = type
            case "subcommands" where follows && tokens[index + 2].isSign("["):
                let list = SwiftParameters.list(tokens, from: index + 2)
                subcommands[type] = list.parts.compactMap { $0.first?.text }
            case "Option" where isAttribute, "Flag" where isAttribute, "OptionGroup" where isAttribute:
                addOption(tokens, at: index, to: type)
            default: break
            }
        }
    }

    private static let ofEveryCommand = ["--help", "-h", "--version", "--quiet", "--generate-completion-script"]

    /// The command of a name, with everything below it; without options where no type has the name.
    func command(named name: String) -> ToolCommand { types[name].map { command(of: $0) } ?? ToolCommand() }

    private func command(of type: String) -> ToolCommand {
        var command = ToolCommand(options: allOptions(of: type).union(Self.ofEveryCommand))
        for below in subcommands[type, default: []] {
            if let name = names[below] { command.subcommands[name] = self.command(of: below) }
        }
        return command
    }

    private func allOptions(of type: String) -> Set<String> {
        groups[type, default: []].reduce(options[type, default: []]) { $0.union(allOptions(of: $1)) }
    }

    /// The option of a property, at its attribute's name.
    private mutating func addOption(_ tokens: [Token], at index: Int, to type: String) {
        var place = index + 1
        var arguments: [Token] = []
        if place < tokens.count, tokens[place].isSign("(") {
            let list = SwiftParameters.list(tokens, from: place)
            arguments = Array(list.parts.joined())
            place = list.end
        }
        while place < tokens.count, !tokens[place].isName("var") { place += 1 }
        guard place + 1 < tokens.count else { return }
        if tokens[index].isName("OptionGroup") {
            // The last name of `var x: A.B`.
            var last = place + 3
            while last + 2 < tokens.count, tokens[last + 1].isSign(".") { last += 2 }
            if last < tokens.count { groups[type, default: []].append(tokens[last].text) }
            return
        }
        var name = Words.option(of: tokens[place + 1].text)
        let custom = arguments.firstIndex { $0.isName("customLong") }
        if let custom, custom + 2 < arguments.count { name = arguments[custom + 2].text }
        var found: Set<String> = ["--" + name]
        if arguments.contains(where: { $0.isName("prefixedNo") }) { found.insert("--no-" + name) }
        if arguments.contains(where: { $0.isName("shortAndLong") }) { found.insert("-\(name.prefix(1))") }
        options[type, default: []].formUnion(found)
    }
}

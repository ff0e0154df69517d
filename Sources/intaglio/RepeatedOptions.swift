import ArgumentParser

/// Options that stand twice on a command line: the parser takes the last and forgets the others.
enum RepeatedOptions {
    /// Those that make a list, by command: what the parser itself calls repeating.
    private static let lists: Set<[String]> = [
        ["evaluate", "--against"], ["evaluate", "--network"], ["explain", "--input"], ["import", "--outputs"],
        ["import", "--shape"], ["inspect", "--shape"], ["plan", "--machine"], ["plan", "--network"],
        ["plan", "--schedule"], ["plan", "--shape"], ["run", "--input"], ["schedule", "--shape"],
        ["vectors", "--input"],
        ["vectors", "--source"], ["verify", "--input"],
    ]

    /// - Parameter arguments: without the program's name.
    /// - Throws: a sentence with the first option that is given twice; exit code 2.
    static func refuse(_ arguments: [String]) throws {
        let command = arguments.first ?? ""
        var seen: Set<String> = []
        for argument in arguments {
            if argument == "--" { return }
            guard let name = name(of: argument), !lists.contains([command, name]) else { continue }
            guard seen.insert(name).inserted else { throw ValidationError("\(name) is given twice: give it once") }
        }
    }

    /// `--rate` of `--rate` and `--rate=1`, `--output` of `-o`, `--bias-correction` of `--no-bias-correction`; nil for
    /// values and numbers.
    private static func name(of argument: String) -> String? {
        if argument == "-o" { return "--output" }
        guard argument.hasPrefix("--"), argument.count > 2 else { return nil }
        let name = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)[0]
        return name.hasPrefix("--no-") ? "--" + name.dropFirst("--no-".count) : String(name)
    }
}

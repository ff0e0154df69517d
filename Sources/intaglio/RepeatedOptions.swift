import ArgumentParser

/// Options that stand twice on a command line: the parser takes the last and forgets the others.
enum RepeatedOptions {
    /// Those that make a list, by command.
    private static let lists: Set<[String]> = [
        ["evaluate", "--against"], ["vectors", "--source"], ["run", "--input"], ["verify", "--input"],
        ["explain", "--input"], ["plan", "--network"], ["plan", "--machine"], ["plan", "--schedule"],
        ["import", "--outputs"], ["evaluate", "--network"],
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

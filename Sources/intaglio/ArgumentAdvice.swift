import ArgumentParser
import Foundation
import Text

/// The way out of a command line that the parser refuses: what a value may be, with an example; the word that was
/// probably meant; the command that has the option.
struct ArgumentAdvice {
    /// Without the program's name.
    let arguments: [String]

    private var command: String { arguments.first ?? "" }

    /// The parser's message with the advice behind its sentence.
    func added(to message: String) -> String {
        var lines = message.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        guard let first = lines.first, let advice = advice(on: first, choices: message) else { return message }
        // An option that another command has was meant; the parser's nearest word was not.
        if first.contains("Unknown option '") {
            lines[0] = first.range(of: " Did you mean").map { String(first[..<$0.lowerBound]) } ?? first
        }
        // Behind a list of choices, one a line.
        lines.insert(advice, at: lines.lastIndex { $0.hasPrefix("  - ") }.map { $0 + 1 } ?? 1)
        return lines.joined(separator: "\n")
    }

    /// A message without the line that points to the help, and that help as what to do.
    func remedy(for message: String) -> (sentence: String, remedy: String) {
        var lines = message.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let pointer = lines.lastIndex { $0.hasPrefix("  See '") }
        let help = pointer.flatMap { Self.quoted(lines[$0]).first } ?? "intaglio --help"
        if let pointer { lines.remove(at: pointer) }
        return (lines.joined(separator: "\n"), "correct the command line: \(help) says what it takes")
    }

    private func advice(on sentence: String, choices message: String) -> String? {
        if sentence.contains("is invalid for '") {
            let quoted = Self.quoted(sentence)
            guard quoted.count >= 2 else { return nil }
            if let form = form(of: quoted[1]) { return form }
            let words = Self.choices(message, after: quoted[1])
            return closestName(to: quoted[0], among: words).map { "Did you mean '\($0)'?" }
        }
        if sentence.contains("Missing value for '") { return Self.quoted(sentence).first.flatMap(form) }
        if sentence.contains("Unknown option '") { return Self.quoted(sentence).first.flatMap(commandsWith) }
        if sentence.contains("Unexpected argument '") { return Self.quoted(sentence).first.flatMap(closestCommand) }
        return nil
    }

    /// - Parameter synopsis: `--size <size>`
    private func form(of synopsis: String) -> String? {
        let option = String(synopsis.prefix { $0 != " " })
        return OptionForm.of(option, command: command).map {
            "Expected: \($0.expected), such as \(option)\($0.example.hasPrefix("-") ? "=" : " ")\($0.example)"
        }
    }

    /// The commands that have an option which this one has not.
    private func commandsWith(_ option: String) -> String? {
        let name = String(option.prefix { $0 != "=" })
        let commands = Intaglio.configuration.subcommands.filter { command in
            Intaglio.helpMessage(for: command, columns: 1000).split(whereSeparator: { $0.isWhitespace || $0 == "," })
                .contains(Substring(name))
        }.map { "`\($0.configuration.commandName ?? "")`" }
        return commands.isEmpty ? nil : "\(name) is an option of \(commands.joined(separator: ", "))"
    }

    private func closestCommand(_ word: String) -> String? {
        guard word == command || command == "study" else { return nil }
        let parent: any ParsableCommand.Type = word == command ? Intaglio.self : StudyCommand.self
        let names = parent.configuration.subcommands.compactMap { $0.configuration.commandName }
        guard !names.contains(word) else { return nil }
        return closestName(to: word, among: names).map { "Did you mean '\($0)'?" }
            ?? "Expected: one of \(names.joined(separator: ", "))"
    }

    /// What stands between single quotes.
    private static func quoted(_ text: String) -> [String] {
        text.split(separator: "'", omittingEmptySubsequences: false).enumerated().filter { $0.offset % 2 == 1 }.map {
            String($0.element)
        }
    }

    /// The words that a message offers, in quotes behind the option or one a line.
    private static func choices(_ message: String, after synopsis: String) -> [String] {
        guard let end = message.range(of: "'\(synopsis)'")?.upperBound else { return [] }
        let rest = String(message[end...])
        let lines = rest.split(separator: "\n").filter { $0.hasPrefix("  - ") }.map { String($0.dropFirst(4)) }
        return lines.isEmpty ? quoted(String(rest.prefix { $0 != "\n" })) : lines
    }
}

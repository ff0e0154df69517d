import ArgumentParser
import CMemoryGuard
import Diagnostics
import Foundation
import Kernels
import Text

/// Exit codes: 0 success, 1 a difference was found, 2 bad input, 3 a fault of the program itself; 128 more than its
/// number for a signal that ended it.
@main
struct Intaglio: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "intaglio",
        abstract: "A bit-accurate simulator of a fixed-point neural accelerator for learned image compression.",
        discussion: """
            Without options every command works on a bundled network, a bundled machine and the built-in test picture.
            Results go to standard output, talk to standard error; with --quiet errors only. Exit codes: 0 success, 1 \
            a difference was found, 2 bad input, 3 internal.
            """,
        version: ToolVersion.version,
        subcommands: [
            RunCommand.self, PlanCommand.self, QuantizeCommand.self, StudyCommand.self, ScheduleCommand.self,
            VerifyCommand.self, ExplainCommand.self,
            EncodeCommand.self, DecodeCommand.self, EvaluateCommand.self, CompareCommand.self, LatentsCommand.self,
            VectorsCommand.self, ImportCommand.self, PicturesCommand.self,
            InspectCommand.self, MachinesCommand.self, NetworksCommand.self,
        ])

    static func main() {
        intaglio_memory_guard_begin()
        Interruption.begin()
        FileClaims.begin()
        let code: Int32
        do {
            let arguments = Self.arguments
            try requireCommand(arguments)
            var command = try parseAsRoot(arguments)
            try RepeatedOptions.refuse(arguments)
            try KernelLevel.requireWanted()
            try command.run()
            code = 0
        } catch {
            // What an interrupted run says of itself is no news.
            Interruption.waitWhereEnding()
            code = say(error)
        }
        Interruption.waitWhereEnding()
        Foundation.exit(code)
    }

    /// Without the program's name and `--quiet`, which every command takes.
    private static var arguments: [String] {
        let all = CommandLine.arguments.dropFirst()
        let end = all.firstIndex(of: "--") ?? all.endIndex
        return joiningNegatives(all[..<end].filter { $0 != "--quiet" }) + all[end...]
    }

    /// The parser takes what begins with a hyphen for an option: a negative number becomes its option's value,
    /// `--rate=-1`, and what is wrong with it is told as of every other number.
    private static func joiningNegatives(_ arguments: [String]) -> [String] {
        arguments.reduce(into: []) { joined, argument in
            guard let option = joined.last, option.hasPrefix("--"), !option.contains("="),
                argument.hasPrefix("-"), argument.dropFirst().first.map({ $0.isASCII && $0.isNumber }) ?? false
            else { return joined.append(argument) }
            joined[joined.count - 1] += "=" + argument
        }
    }

    /// The parser looks at options before the command's name, and its own `help` takes any word.
    private static func requireCommand(_ arguments: [String]) throws {
        let names = configuration.subcommands.compactMap { $0.configuration.commandName } + ["help"]
        let words = arguments.first == "help" ? arguments.dropFirst() : arguments[...]
        guard let word = words.first, !word.hasPrefix("-"), !names.contains(word) else { return }
        let advice =
            closestName(to: word, among: names).map { "Did you mean '\($0)'?" }
            ?? "There are \(names.joined(separator: ", "))"
        throw ValidationError("There is no command '\(word)'. \(advice)")
    }

    private static func say(_ sentence: String, _ document: ErrorDocument) {
        if ErrorDocument.isWanted { Console.say(document) } else { Console.say(sentence) }
    }

    /// - Returns: the exit code.
    private static func say(_ error: any Error) -> Int32 {
        switch error {
        case let diagnostic as Diagnostic:
            say(diagnostic.description, ErrorDocument(diagnostic))
            return 2
        case let refused as RefusedItems:
            say(refused.message, ErrorDocument(refused))
            return 2
        case let found as DifferenceFound:
            say(found.message, ErrorDocument(found))
            return 1
        default:
            let code = exitCode(for: error)
            guard code != .success else {
                // Help and version are results.
                do { try Console.result(fullMessage(for: error) + "\n") } catch { return say(error) }
                return 0
            }
            let advice = ArgumentAdvice(arguments: Array(CommandLine.arguments.dropFirst()))
            let message = advice.added(to: fullMessage(for: error)).printable
            let (sentence, remedy) = advice.remedy(
                for: message.hasPrefix("Error: ") ? String(message.dropFirst(7)) : message)
            say(
                code == .validationFailure
                    ? "error[\(ErrorDocument.argumentsCode)]: \(sentence)\n  remedy: \(remedy)" : message,
                ErrorDocument(arguments: sentence, remedy: remedy))
            return code == .validationFailure ? 2 : 3
        }
    }
}

/// A comparison that did not come out equal: exit code 1.
struct DifferenceFound: Error {
    let message: String
}

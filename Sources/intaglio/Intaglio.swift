import ArgumentParser
import Diagnostics
import Foundation

/// Exit codes: 0 success, 1 a difference was found, 2 bad input, 3 a fault of the program itself.
@main
struct Intaglio: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "intaglio",
        abstract: "A bit-accurate simulator of a fixed-point neural accelerator for learned image compression.",
        discussion: """
            Without options every command works on a bundled network, a bundled machine and the built-in test picture.
            Results go to standard output, talk to standard error. Exit codes: 0 success, 1 a difference was found, 2 bad input, 3 internal.
            """,
        version: "0.1.0",
        subcommands: [
            RunCommand.self, PlanCommand.self, QuantizeCommand.self, StudyCommand.self, ScheduleCommand.self, VerifyCommand.self, ExplainCommand.self,
            EncodeCommand.self, DecodeCommand.self, EvaluateCommand.self, CompareCommand.self, LatentsCommand.self, VectorsCommand.self, ImportCommand.self,
            InspectCommand.self, MachinesCommand.self, NetworksCommand.self,
        ])

    static func main() {
        do {
            var command = try parseAsRoot()
            try command.run()
        } catch let diagnostic as Diagnostic {
            Console.say(diagnostic.description)
            Foundation.exit(2)
        } catch let found as DifferenceFound {
            Console.say(found.message)
            Foundation.exit(1)
        } catch {
            let code = exitCode(for: error)
            guard code != .success else {
                print(fullMessage(for: error))
                Foundation.exit(0)
            }
            Console.say(fullMessage(for: error))
            Foundation.exit(code == .validationFailure ? 2 : 3)
        }
    }
}

/// A comparison that did not come out equal: exit code 1.
struct DifferenceFound: Error {
    let message: String
}

import Foundation
import TestSupport
import Testing

/// Which options may stand twice, held to what the parser itself says of them.
@Suite(.enabled(if: Tool.isBuilt, Tool.missing)) struct RepeatedOptionTests {
    private struct Help: Decodable {
        struct Command: Decodable {
            var commandName: String
            var arguments: [Argument]?
            var subcommands: [Command]?
        }
        struct Argument: Decodable {
            struct Name: Decodable {
                var kind: String
                var name: String
            }
            var kind: String
            var isRepeating: Bool
            var names: [Name]?
        }
        var command: Command
    }

    @Test("Each option of each command: one that makes a list may be given again, any other not")
    func everyOption() throws {
        let folder = try ScratchFolder()
        defer { folder.remove() }
        let text = try Tool.run(["--experimental-dump-help"], in: folder).output
        let help = try JSONDecoder().decode(Help.self, from: Data(text.utf8))
        var lists = 0
        for command in help.command.subcommands ?? [] where command.commandName != "help" {
            for argument in command.arguments ?? [] where argument.kind != "positional" {
                guard let name = argument.names?.first(where: { $0.kind == "long" })?.name, name != "help",
                    name != "version"
                else { continue }
                let once = argument.kind == "flag" ? ["--\(name)"] : ["--\(name)", "x=y"]
                let outcome = try Tool.run([command.commandName] + once + once, in: folder)
                let isRefused = outcome.errors.contains("is given twice: give it once")
                #expect(isRefused != argument.isRepeating, "\(command.commandName) --\(name): \(outcome.errors)")
                lists += argument.isRepeating ? 1 : 0
            }
        }
        #expect(lists >= 12)
    }
}

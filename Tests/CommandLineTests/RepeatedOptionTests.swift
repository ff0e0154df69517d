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

    @Test("Each option that makes a list may be given again")
    func lists() throws {
        let folder = try ScratchFolder()
        defer { folder.remove() }
        let text = try Tool.run(["--experimental-dump-help"], in: folder).output
        let help = try JSONDecoder().decode(Help.self, from: Data(text.utf8))
        var count = 0
        for command in help.command.subcommands ?? [] {
            for argument in command.arguments ?? [] where argument.kind == "option" && argument.isRepeating {
                let name = try #require(argument.names?.first { $0.kind == "long" }?.name)
                let outcome = try Tool.run([command.commandName, "--\(name)", "x=y", "--\(name)", "z=w"], in: folder)
                #expect(
                    outcome.status == 2 && !outcome.errors.contains("twice"),
                    "\(command.commandName) --\(name): \(outcome.errors)")
                count += 1
            }
        }
        #expect(count >= 12)
    }
}

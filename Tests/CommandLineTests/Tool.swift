import Diagnostics
import Foundation
import TestSupport
import Testing

/// The built program, run as a user runs it.
enum Tool {
    struct Outcome {
        let status: Int32
        let output: String
        let errors: String

        /// The report, where the output is one JSON document.
        func report(sourceLocation: SourceLocation = #_sourceLocation) throws -> JSON {
            #expect(status == 0, "\(errors)", sourceLocation: sourceLocation)
            return try JSON(Data(output.utf8))
        }
    }

    static let (path, isBuilt) = Checkout.program("intaglio")
    static let missing: Comment = "the program is not built: run ./test, or swift build -c release --product intaglio"

    /// Runs the program in a folder. Its two streams go to files there, so that neither can fill a pipe.
    static func run(
        _ arguments: [String], in folder: ScratchFolder, standardOutput: String? = nil, program: String = path
    ) throws -> Outcome {
        let (output, errors) = (standardOutput ?? folder.path("stream.out"), folder.path("stream.err"))
        for path in [output, errors] where !path.hasPrefix("/dev/") {
            _ = FileManager.default.createFile(atPath: path, contents: nil)
        }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.currentDirectoryURL = folder.url
        // What the program keeps goes with the folder.
        var environment = ProcessInfo.processInfo.environment
        environment["XDG_CACHE_HOME"] = folder.path(".cache")
        process.environment = environment
        process.standardInput = FileHandle.nullDevice
        let streams = try [output, errors].map { path -> FileHandle in try #require(FileHandle(forWritingAtPath: path))
        }
        (process.standardOutput, process.standardError) = (streams[0], streams[1])
        try process.run()
        process.waitUntilExit()
        // A process ended by a signal has no exit status of its own: shells add 128.
        let status =
            process.terminationReason == .uncaughtSignal ? 128 + process.terminationStatus : process.terminationStatus
        func text(_ path: String) throws -> String {
            path.hasPrefix("/dev/") ? "" : try String(contentsOfFile: path, encoding: .utf8)
        }
        return try Outcome(status: status, output: text(output), errors: text(errors))
    }

    /// Expects exit code 2, the diagnostic of this code alone on standard error, and nothing on standard output.
    static func expectRefusal(
        _ code: DiagnosticCode, _ arguments: [String], in folder: ScratchFolder, standardOutput: String? = nil,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let outcome = try run(arguments, in: folder, standardOutput: standardOutput)
        let command = "intaglio \(arguments.joined(separator: " "))"
        #expect(outcome.status == 2, "\(command): \(outcome.errors)", sourceLocation: sourceLocation)
        #expect(
            outcome.errors.hasPrefix("error[\(code.rawValue)]: "), "\(command): \(outcome.errors)",
            sourceLocation: sourceLocation)
        #expect(
            outcome.errors.contains("\n  expected: ") && outcome.errors.contains("\n  remedy: "), "\(command)",
            sourceLocation: sourceLocation)
        #expect(outcome.output.isEmpty, "\(command)", sourceLocation: sourceLocation)
        #expect(folder.partialFiles == [], "\(command)", sourceLocation: sourceLocation)
    }
}

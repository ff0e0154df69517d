import Diagnostics
import Foundation
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

    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    static let path = root.appendingPathComponent(".build/release/intaglio").path
    static let isBuilt = FileManager.default.isExecutableFile(atPath: path)
    static let missing: Comment = "the program is not built: run ./test, or swift build -c release --product intaglio"

    /// Runs the program in a folder. Its two streams go to files there, so that neither can fill a pipe.
    static func run(_ arguments: [String], in folder: Folder, standardOutput: String? = nil, program: String = path) throws -> Outcome {
        let (output, errors) = (standardOutput ?? folder.path("stream.out"), folder.path("stream.err"))
        for path in [output, errors] where !path.hasPrefix("/dev/") { _ = FileManager.default.createFile(atPath: path, contents: nil) }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.currentDirectoryURL = folder.url
        process.standardInput = FileHandle.nullDevice
        let streams = try [output, errors].map { path -> FileHandle in try #require(FileHandle(forWritingAtPath: path)) }
        (process.standardOutput, process.standardError) = (streams[0], streams[1])
        try process.run()
        process.waitUntilExit()
        // A process ended by a signal has no exit status of its own: shells add 128.
        let status = process.terminationReason == .uncaughtSignal ? 128 + process.terminationStatus : process.terminationStatus
        func text(_ path: String) throws -> String { path.hasPrefix("/dev/") ? "" : try String(contentsOfFile: path, encoding: .utf8) }
        return try Outcome(status: status, output: text(output), errors: text(errors))
    }

    /// Expects exit code 2, the diagnostic of this code alone on standard error, and nothing on standard output.
    static func expectRefusal(
        _ code: DiagnosticCode, _ arguments: [String], in folder: Folder, standardOutput: String? = nil, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let outcome = try run(arguments, in: folder, standardOutput: standardOutput)
        let command = "intaglio \(arguments.joined(separator: " "))"
        #expect(outcome.status == 2, "\(command): \(outcome.errors)", sourceLocation: sourceLocation)
        #expect(outcome.errors.hasPrefix("error[\(code.rawValue)]: "), "\(command): \(outcome.errors)", sourceLocation: sourceLocation)
        #expect(outcome.errors.contains("\n  expected: ") && outcome.errors.contains("\n  remedy: "), "\(command)", sourceLocation: sourceLocation)
        #expect(outcome.output.isEmpty, "\(command)", sourceLocation: sourceLocation)
        #expect(folder.partialFiles == [], "\(command)", sourceLocation: sourceLocation)
    }
}

/// A folder of a test's own, removed with it.
final class Folder {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appendingPathComponent("intaglio test \(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    func path(_ name: String) -> String { url.appendingPathComponent(name).path }

    func bytes(_ name: String) throws -> [UInt8] { try Array(Data(contentsOf: url.appendingPathComponent(name))) }

    @discardableResult
    func write(_ bytes: [UInt8], _ name: String) throws -> String {
        try Data(bytes).write(to: url.appendingPathComponent(name))
        return path(name)
    }

    @discardableResult
    func write(_ text: String, _ name: String) throws -> String { try write(Array(text.utf8), name) }

    /// Names below the folder, sorted.
    func names(in inner: String = "") throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: path(inner)).sorted() }

    /// What an aborted write would leave behind.
    var partialFiles: [String] {
        (FileManager.default.enumerator(atPath: url.path)?.compactMap { $0 as? String } ?? []).filter { $0.hasSuffix(".partial") }
    }
}

import Foundation
import TestSupport
import Testing

/// The fuzzers' program, run as `Scripts/fuzz.bash` runs it.
enum FuzzProgram {
    static let (path, isBuilt) = Checkout.program("Fuzz")
    static let missing: Comment = "the fuzzers are not built: swift build -c release --product Fuzz"
    static let readers = [
        "network", "floatNetwork", "layerCase", "machine", "schedule", "picture", "stream", "curve", "import",
        "trellis", "topology", "onnx", "model", "statedict",
    ]

    struct Outcome {
        let status: Int32
        let output: String
        /// By reader: inputs, accepted, diagnosed, signals, over 10 s, above budget, wrong.
        let rows: [String: [Int]]
        /// The kept inputs and the notes beside them.
        let kept: [String]
    }

    static func run(_ arguments: [String]) throws -> Outcome {
        let folder = try ScratchFolder()
        defer { folder.remove() }
        let output = folder.path("table")
        _ = FileManager.default.createFile(atPath: output, contents: nil)
        let program = Process()
        program.executableURL = URL(fileURLWithPath: path)
        program.arguments = arguments + ["--failures", folder.path("kept")]
        program.standardInput = FileHandle.nullDevice
        program.standardOutput = FileHandle(forWritingAtPath: output)
        try program.run()
        program.waitUntilExit()
        let text = try String(contentsOfFile: output, encoding: .utf8)
        var rows: [String: [Int]] = [:]
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ").map(String.init)
            if let first = words.first, readers.contains(first) {
                rows[first] = words.dropFirst().compactMap { Int($0) }
            }
        }
        let kept = ((try? FileManager.default.contentsOfDirectory(atPath: folder.path("kept"))) ?? []).sorted()
        return Outcome(status: program.terminationStatus, output: text, rows: rows, kept: kept)
    }
}

@Suite(.enabled(if: FuzzProgram.isBuilt, FuzzProgram.missing), .serialized)
struct FuzzTests {
    @Test("200 inputs of every reader end accepted or diagnosed, in time and within the budget")
    func everyReader() throws {
        let outcome = try FuzzProgram.run(["--count", "200"])
        #expect(outcome.status == 0, "\(outcome.output)")
        #expect(outcome.rows.keys.sorted() == FuzzProgram.readers.sorted())
        for (reader, row) in outcome.rows {
            #expect(row[0] == 200 && row[1] + row[2] == 200, "\(reader): \(row)")
            // A mutator whose inputs are all refused, or all taken, tries nothing.
            #expect(row[1] >= 5 && row[2] >= 20, "\(reader): \(row)")
        }
        #expect(outcome.kept == [])
    }

    @Test(
        "A worker that traps, hangs, fills the memory or finds a wrong result is counted, its input kept; others go on",
        arguments: [
            ("trap", 3), ("hang", 4), ("memory", 5), ("wrong", 6),
        ])
    func planted(fault: String, column: Int) throws {
        let outcome = try FuzzProgram.run(["--reader", "trellis", "--count", "20", "--limit", "2", "--plant", fault])
        let row = try #require(outcome.rows["trellis"], "\(outcome.output)")
        #expect(outcome.status == 1)
        #expect(row[0] == 20 && row[1] + row[2] == 18 && row[column] == 2, "\(outcome.output)")
        #expect(outcome.kept == ["trellis.19.txt", "trellis.19.txt.txt", "trellis.9.txt", "trellis.9.txt.txt"])
    }

    @Test("Equal seeds give equal counts")
    func repeatable() throws {
        let counts = try (0..<2).map { _ in
            try FuzzProgram.run(["--reader", "machine", "--reader", "curve", "--count", "100", "--first", "1000"]).rows
                .mapValues { $0.prefix(3) }
        }
        #expect(counts[0] == counts[1] && counts[0].count == 2)
    }
}

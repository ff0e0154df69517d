import Diagnostics
import Foundation
import TestSupport
import Testing

/// What signals, closed streams and broken pipes do to a run.
@Suite(.serialized, .enabled(if: Tool.isBuilt, Tool.missing)) struct InterruptionTests {
    /// The tool under `sh`, which counts 128 more than a signal's number.
    private func shell(
        _ script: String, in folder: ScratchFolder, environment: [String: String] = [:]
    ) throws -> Tool.Outcome {
        let (output, errors) = (folder.path("shell.out"), folder.path("shell.err"))
        for path in [output, errors] { _ = FileManager.default.createFile(atPath: path, contents: nil) }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/bash")
        process.arguments = ["-c", script]
        process.environment = ProcessInfo.processInfo.environment.merging(["TOOL": Tool.path]) { $1 }.merging(
            environment
        ) { $1 }
        process.currentDirectoryURL = folder.url
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle(forWritingAtPath: output)
        process.standardError = FileHandle(forWritingAtPath: errors)
        try process.run()
        process.waitUntilExit()
        return try Tool.Outcome(
            status: process.terminationStatus, output: String(contentsOfFile: output, encoding: .utf8),
            errors: String(contentsOfFile: errors, encoding: .utf8))
    }

    /// A stand-in for a simulator that writes its number down and stays.
    private func standIn(_ folder: ScratchFolder) throws -> [String: String] {
        try FileManager.default.createDirectory(atPath: folder.path("programs"), withIntermediateDirectories: true)
        try FileManager.default.createDirectory(atPath: folder.path("temporary"), withIntermediateDirectories: true)
        let path = try folder.write(
            "#!/bin/bash\nsleep 600 & echo $! >'\(folder.path("child"))'; touch '\(folder.path("started"))'; wait\n",
            "programs/iverilog")
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
        return ["PATH": folder.path("programs") + ":/usr/bin:/bin", "TMPDIR": folder.path("temporary")]
    }

    private static let waitForStart =
        "for i in $(seq 600); do [ -e started ] && break; sleep 0.05; done; [ -e started ] || exit 99;"

    @Test(
        "SIGINT, SIGTERM, SIGHUP remove temporary folders, end what was started, say nothing, end with 130, 143, 129",
        arguments: [("INT", 130), ("TERM", 143), ("HUP", 129)])
    func signals(_ signal: String, _ status: Int32) throws {
        let folder = try ScratchFolder()
        // Without job control a shell's background jobs ignore SIGINT: `set -m`.
        let outcome = try shell(
            """
            set -m; "$TOOL" verify --against rtl --simulate icarus --suite 1 & tool=$!; \
            \(Self.waitForStart) kill -\(signal) $tool; wait $tool; status=$?; \
            sleep 0.2; grep -q '^State:.[RSD]' /proc/$(cat child)/status 2>/dev/null && echo alive; ls temporary; \
            exit $status
            """,
            in: folder, environment: standIn(folder))
        #expect(outcome.status == status, "\(outcome)")
        #expect(outcome.output.isEmpty, "left: \(outcome.output)")
        #expect(!outcome.errors.contains("error"), "\(outcome.errors)")
    }

    @Test("An ignored SIGINT stays ignored")
    func ignored() throws {
        let folder = try ScratchFolder()
        let outcome = try shell(
            """
            trap '' INT; "$TOOL" verify --against rtl --simulate icarus --suite 1 & tool=$!; \
            \(Self.waitForStart) kill -INT $tool; sleep 0.3; kill -0 $tool || exit 98; \
            kill -TERM $tool; wait $tool; exit $?
            """, in: folder, environment: standIn(folder))
        #expect(outcome.status == 143, "\(outcome)")
    }

    @Test(
        "Killed at any time, a result folder has its document only if whole, and SIGTERM leaves no temporary file"
    )
    func halfWritten() throws {
        let folder = try ScratchFolder()
        let whole = try Tool.run(["run", "--network", "lapped8", "--tensors", "--output", "whole"], in: folder)
        #expect(whole.status == 0)
        let names = try folder.names(in: "whole")
        for (signal, milliseconds) in zip(
            Array(repeating: ["KILL", "TERM"], count: 12).flatMap { $0 }, stride(from: 0, to: 240, by: 10))
        {
            _ = try shell(
                """
                \"$TOOL\" run --network lapped8 --tensors --output out & while [ ! -d out ]; do sleep 0.002; done; \
                sleep \(Double(milliseconds) / 1000); kill -\(signal) $! 2>/dev/null; wait
                """,
                in: folder)
            let found = (try? folder.names(in: "out")) ?? []
            if found.contains("report.json") {
                #expect(names.allSatisfy(found.contains), "\(signal) after \(milliseconds) ms: \(found)")
            }
            if signal == "TERM" { #expect(folder.partialFiles == [], "\(signal) after \(milliseconds) ms") }
            try? FileManager.default.removeItem(atPath: folder.path("out"))
        }
    }

    @Test("An interrupted evaluation shows and keeps what was measured; a document of an earlier one is gone")
    func evaluation() throws {
        let folder = try ScratchFolder()
        try FileManager.default.createDirectory(atPath: folder.path("pictures"), withIntermediateDirectories: true)
        try FileManager.default.createDirectory(atPath: folder.path("out"), withIntermediateDirectories: true)
        try folder.write("{}", "out/evaluation.json")
        try folder.write(HandmadePNG.ramp(width: 64, height: 64).bytes, "pictures/000.png")
        for index in 1...40 {
            try folder.write(HandmadePNG.ramp(width: 640, height: 640).bytes, "pictures/\(100 + index).png")
        }
        let outcome = try shell(
            "set -m; \"$TOOL\" evaluate pictures --quantizers round --rates 0 -o out --json --threads 1 & tool=$!; "
                + """
                for i in $(seq 1200); do [ -e out/pictures.csv ] && [ $(wc -l <out/pictures.csv) -ge 2 ] && break; \
                sleep 0.05; done; kill -INT $tool; wait $tool; exit $?
                """,
            in: folder)
        #expect(
            outcome.status == 130 && outcome.errors.contains("interrupted after"), "\(outcome.status) \(outcome.errors)"
        )
        let report = try JSON(Data(outcome.output.utf8))
        #expect(
            report["complete"] == .boolean(false) && report["pictures"]!.elements.first?["picture"]?.string == "000.png"
        )
        let rows = String(decoding: try folder.bytes("out/pictures.csv"), as: UTF8.self)
        #expect(rows.hasSuffix("\n") && rows.contains("\nround,0,000.png,64,64,"))
        #expect(try folder.names(in: "out") == ["pictures.csv"])
    }

    @Test("A reader that goes away ends the program as other tools are ended, without a word")
    func brokenPipe() throws {
        let outcome = try shell(
            "\"$TOOL\" schedule --network lapped8 | true; exit ${PIPESTATUS[0]}", in: ScratchFolder())
        #expect(outcome.status == 141 && outcome.errors.isEmpty, "\(outcome)")
        let ignored = try shell(
            "trap '' PIPE; \"$TOOL\" schedule --network lapped8 | true; exit ${PIPESTATUS[0]}", in: ScratchFolder())
        #expect(ignored.status == 2 && ignored.errors.hasPrefix("error[OUTPUT-001]"), "\(ignored)")
    }

    @Test("A closed or full standard error changes no exit code", arguments: ["2>&-", "2>/dev/full", "0<&- 2>&-"])
    func standardError(_ redirection: String) throws {
        let folder = try ScratchFolder()
        for (arguments, status) in [
            ("machines mid", 0), ("machines nowhere", 2), ("run --bogus", 2),
            ("plan --network lapped8 --schedule nowhere.yaml", 2),
        ] {
            #expect(
                try shell("\"$TOOL\" \(arguments) \(redirection)", in: folder).status == Int32(status),
                "\(arguments) \(redirection)")
        }
        #expect(try shell("\"$TOOL\" run --network lapped8 --output out \(redirection)", in: folder).status == 0)
        #expect(try folder.names(in: "out").contains("report.json"))
    }

    @Test("A closed standard output is an error, and no file of results takes its place")
    func standardOutput() throws {
        let folder = try ScratchFolder()
        for arguments in [
            "machines mid", "--help", "run --network lapped8 --output out", "schedule --network lapped8 -o /dev/stdout",
        ] {
            let outcome = try shell("\"$TOOL\" \(arguments) >&-", in: folder)
            #expect(outcome.status == 2 && outcome.errors.hasPrefix("error[OUTPUT-001]"), "\(arguments): \(outcome)")
        }
        #expect(try JSON(Data(folder.bytes("out/report.json")))["network"] != nil)
    }
}

import Foundation
import TestSupport
import Testing

/// The example testbench, built by Verilator against the shared library and run.
@Suite struct SystemVerilogTests {
    private static let libraryFolder = Checkout.root.appendingPathComponent(".build/release").path
    private static let isThere =
        FileManager.default.fileExists(atPath: libraryFolder + "/libintaglio_golden.so") && find("verilator") != nil

    private static func find(_ program: String) -> String? {
        (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map { "\($0)/\(program)" }.first {
            FileManager.default.isExecutableFile(atPath: $0)
        }
    }

    private func run(_ program: String, _ arguments: [String], in folder: URL) throws -> (status: Int32, output: String)
    {
        let (process, output) = (Process(), folder.appendingPathComponent("output.txt"))
        _ = FileManager.default.createFile(atPath: output.path, contents: nil)
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.currentDirectoryURL = folder
        let stream = try FileHandle(forWritingTo: output)
        (process.standardOutput, process.standardError) = (stream, stream)
        try process.run()
        process.waitUntilExit()
        return try (process.terminationStatus, String(contentsOf: output, encoding: .utf8))
    }

    @Test(
        .enabled(
            if: isThere,
            "Verilator is not installed, or the library is not built: swift build -c release --product intaglio_golden")
    )
    func theExamplePasses() throws {
        let folder = try ScratchFolder(named: "intaglio-test-")
        defer { folder.remove() }
        let sources = Checkout.root.appendingPathComponent("Sources/CGoldenModel/SystemVerilog").path
        let built = try run(
            #require(Self.find("verilator")),
            [
                "--binary", "-Wall", "-MAKEFLAGS", "OPT_FAST=-O0 OPT_GLOBAL=-O0", "--top-module", "golden_example",
                "\(sources)/intaglio_golden.sv", "\(sources)/golden_example.sv", "-LDFLAGS",
                "-L\(Self.libraryFolder) -lintaglio_golden -Wl,-rpath,\(Self.libraryFolder)",
            ], in: folder.url)
        try #require(built.status == 0, "\(built.output)")
        let passed = try run(folder.path("obj_dir/Vgolden_example"), [], in: folder.url)
        #expect(passed.status == 0 && passed.output.hasPrefix("PASS\n"), "\(passed.output)")
    }
}

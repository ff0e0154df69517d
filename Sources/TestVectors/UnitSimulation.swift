public import Diagnostics
import Foundation
public import RTL

/// Runs the testbench of written vectors in a hardware simulator.
public struct UnitSimulation: Sendable {
    /// The module under test.
    public let module: String
    /// Whether every response came as expected.
    public let passed: Bool
    /// The testbench's last words: what passed, or the first mismatch, with the row of the stimulus that it answers.
    public let message: String

    /// - Parameters:
    ///   - folder: where the vectors were written.
    ///   - module: the module under test.
    ///   - sources: its files; those under `rtl/` where empty.
    /// - Throws: `simulatorMissing`, `vectorsSimulatorFailed` where the testbench does not build or ends without
    ///   a verdict.
    public init(of folder: String, in simulator: Simulator, module: String, sources: [String]) throws(Diagnostic) {
        let sources = sources.isEmpty ? Self.bundled(folder) : sources.map { URL(fileURLWithPath: $0).path }
        switch simulator {
        case .icarus:
            try Self.run(
                ["iverilog", "-g2012", "-s", "testbench", "-DUNIT=\(module)", "-o", "testbench.vvp", "testbench.sv"]
                    + sources, in: folder
            ).requireSuccess()
            self.init(try Self.run(["vvp", "-n", "testbench.vvp"], in: folder), of: module)
        case .verilator:
            try Self.run(
                [
                    "verilator", "--binary", "-Wno-fatal", "-O3", "-CFLAGS", "-O1", "--unroll-count", "8192",
                    "--unroll-stmts", "1000000", "--top-module", "testbench",
                    "-DUNIT=\(module)", "testbench.sv",
                ] + sources,
                in: folder
            ).requireSuccess()
            self.init(try Self.run(["./obj_dir/Vtestbench"], in: folder), of: module)
        }
        guard passed || message.hasPrefix("mismatch") else {
            throw Self.failed("the testbench ended without a verdict: \(message)")
        }
    }

    private init(_ run: ToolProcess, of module: String) {
        self.module = module
        let lines = run.output.split(separator: "\n").map(String.init)
        let first = lines.firstIndex { $0.hasPrefix("passed: ") || $0.hasPrefix("mismatch: ") }
        let verdict = first.map {
            ([lines[$0]] + lines[($0 + 1)...].prefix { $0.hasPrefix("  ") }).joined(separator: "\n")
        }
        message = verdict ?? lines.last ?? "no output"
        passed = message.hasPrefix("passed: ") && run.status == 0
    }

    private static func bundled(_ folder: String) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder + "/rtl")) ?? []
        return names.filter { $0.hasSuffix(".sv") }.sorted().map { "rtl/" + $0 }
    }

    fileprivate static func failed(_ found: String) -> Diagnostic {
        Diagnostic(
            .vectorsSimulatorFailed, at: "--simulate", found: found, expected: "a testbench that builds and ends",
            remedy: "correct the module under test; docs/rtl-units.md lists the ports")
    }

    private static func run(_ arguments: [String], in folder: String) throws(Diagnostic) -> ToolProcess {
        guard let process = ToolProcess(arguments, in: URL(fileURLWithPath: folder)) else {
            throw Diagnostic(
                .simulatorMissing, at: "--simulate", found: "\(arguments[0]) is not installed",
                expected: "the simulator on the search path",
                remedy: "install the package \(arguments[0] == "verilator" ? "verilator" : "iverilog")")
        }
        return process
    }
}

extension ToolProcess {
    fileprivate func requireSuccess() throws(Diagnostic) {
        guard status == 0 else {
            let firstLines = output.split(separator: "\n").filter { !$0.contains("Warning") }.prefix(3).joined(
                separator: " | ")
            throw UnitSimulation.failed(firstLines.isEmpty ? "exit status \(status)" : firstLines)
        }
    }
}

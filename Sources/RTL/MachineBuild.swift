public import Diagnostics
public import Foundation
public import MachineDescription

/// The RTL of one machine, compiled by a simulator: made once, run on any command stream that fits.
public struct MachineBuild: Sendable {
    public let machine: MachineDescription
    public let simulator: Simulator
    /// The folder of the sources and of the compiled program.
    public let directory: URL
    /// The compiled program.
    package let program: URL
    let externalMemoryBytes: Int
    let commands: Int

    /// Writes the sources into `directory` and compiles them; what is there already is used again if it was made from
    /// the same sources, and so is a program of the cache.
    ///
    /// - Parameters:
    ///   - externalMemoryBytes: size of the behavioural memory, a power of two.
    ///   - commands: largest number of commands in one queue, a power of two.
    ///   - cache: where compiled programs are kept, each by the digest of all that it was made from; nil for none.
    ///   - modules: text to take in the place of a bundled file, by file name.
    ///   - searchPath: where the simulator is looked for, other than the environment says.
    /// - Throws: `machineNotInRTL`, `simulatorMissing`, `simulatorBuildFailed`, `outputUnwritable`.
    public init(
        _ machine: MachineDescription, simulator: Simulator, directory: URL, externalMemoryBytes: Int = 1 << 24,
        commands: Int = 1 << 14, searchPath: String? = nil, cache: BuildCache? = nil,
        replacing modules: [String: String] = [:]
    ) throws(Diagnostic) {
        try machine.requireRTL()
        self.machine = machine
        self.simulator = simulator
        self.directory = directory
        self.externalMemoryBytes = externalMemoryBytes
        self.commands = commands
        let constants = MachineConstants(machine, externalMemoryBytes: externalMemoryBytes, commands: commands).text(
            machine: machine.name)
        var files =
            [(name: "intaglio_constants.sv", text: constants)]
            + SystemVerilogSources.files.map { (name: $0.name, text: modules[$0.name] ?? $0.text) }
        files.append((name: "clock.cpp", text: MachineBuild.clockDriver))
        let made: URL
        switch simulator {
        case .verilator: made = directory.appendingPathComponent("verilated/machine")
        case .icarus: made = directory.appendingPathComponent("machine.vvp")
        }
        let key = cache.flatMap { _ in
            BuildCache.key(of: files, simulator: simulator, in: directory, searchPath: searchPath)
        }
        if let cache, let key, let kept = cache.program(key) {
            program = kept
            return
        }
        program = made
        let stamp = directory.appendingPathComponent("built.\(simulator.rawValue)")
        let sources = files.map { $0.name + "\n" + $0.text }.joined()
        if let built = try? String(contentsOf: stamp, encoding: .utf8), built == sources { return }
        // Until the new program is there, what is left of an old one must not be taken for it.
        Interruption.waitWhereEnding()
        try? FileManager.default.removeItem(at: stamp)
        try MachineBuild.write(files, to: directory)
        try compile(files.map(\.name).filter { $0.hasSuffix(".sv") }, searchPath: searchPath)
        try MachineBuild.write([(name: stamp.lastPathComponent, text: sources)], to: directory)
        if let key { cache?.keep(made, as: key) }
    }

    /// Files, in order, with the package first.
    private func compile(_ sources: [String], searchPath: String?) throws(Diagnostic) {
        let arguments: [String] =
            switch simulator {
            case .verilator:
                [
                    "verilator", "--cc", "--exe", "--build", "-j", "2", "-O3", "-Wno-fatal", "-Wno-lint", "--no-timing",
                    "--unroll-count", "8192",
                    "--unroll-stmts", "1000000", "--x-assign", "fast", "--x-initial", "fast", "-CFLAGS", "-O1",
                    "--top-module", "intaglio_testbench", "-o", "machine",
                    "--Mdir", "verilated", "clock.cpp",
                ] + sources.filter { $0 != "intaglio_clock.sv" }
            case .icarus: ["iverilog", "-g2012", "-s", "intaglio_clock", "-o", "machine.vvp"] + sources
            }
        guard let process = ToolProcess(arguments, in: directory, searchPath: searchPath) else { throw missing }
        guard process.status == 0 else {
            throw Diagnostic(
                .simulatorBuildFailed, at: directory.path,
                found: "\(simulator.program) ended with status \(process.status):\n\(process.output.suffix(2000))",
                expected: "the emitted sources to compile",
                remedy: "run \(arguments[0]) there by hand; version 5 of verilator or version 11 of iverilog is needed")
        }
    }

    /// The command that runs the compiled program.
    var runArguments: [String] {
        switch simulator {
        case .verilator: [program.path]
        case .icarus: ["vvp", "-n", program.path]
        }
    }

    var missing: Diagnostic { simulator.missing }

    static func write(_ files: [(name: String, text: String)], to directory: URL) throws(Diagnostic) {
        do {
            try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
            for file in files {
                try Data(file.text.utf8).write(to: directory.appendingPathComponent(file.name), options: .atomic)
            }
        } catch {
            throw Diagnostic(
                .outputUnwritable, at: directory.path, found: "\(error.localizedDescription)",
                expected: "a folder that can be written", remedy: "choose another folder")
        }
    }

    /// Toggles the clock until the testbench ends.
    package static let clockDriver = """
        #include "Vintaglio_testbench.h"
        #include "verilated.h"
        #include <memory>

        int main(int argc, char **argv) {
            const std::unique_ptr<VerilatedContext> context{new VerilatedContext};
            context->commandArgs(argc, argv);
            const std::unique_ptr<Vintaglio_testbench> top{new Vintaglio_testbench{context.get()}};
            top->clock = 0;
            while (!context->gotFinish()) {
                top->eval();
                context->timeInc(1);
                top->clock = !top->clock;
            }
            top->final();
            return 0;
        }

        """
}

extension MachineDescription {
    /// - Throws: `machineNotInRTL` where the modules cannot be this machine.
    fileprivate func requireRTL() throws(Diagnostic) {
        func refuse(_ found: String, _ expected: String) -> Diagnostic {
            Diagnostic(
                .machineNotInRTL, at: "machine \(name)", found: found, expected: expected,
                remedy: "change the machine file, or simulate without --against rtl")
        }
        if macArray.pipelineStages < 4 {
            throw refuse(
                "macArray.pipelineStages is \(macArray.pipelineStages)", "at least 4: words, operands, sum, accumulator"
            )
        }
        if normalization.latencyCycles < 4 {
            throw refuse("normalization.latencyCycles is \(normalization.latencyCycles)", "at least 4")
        }
    }
}

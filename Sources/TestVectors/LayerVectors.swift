import Commands
public import Diagnostics
import FileFormats
import Foundation
import Geometry
import Graph
import Lowering
public import MachineDescription
public import Networks
public import RTL
public import Schedules
public import Simulation
import Tensors
import Timing
import Traces

/// The stimulus and the expected response of one layer on one machine, with everything that a hardware simulator needs.
///
///     intaglio_*.sv                     the machine, its memory, the self-checking testbench;
///                                       intaglio_constants.sv is generated
///     memory.hex, expected.hex          external memory before and after
///     load.hex, compute.hex, store.hex  the command stream
///     timing.hex                        first and last cycle of each command
///     bursts.hex                        first and last cycle of each run of beats in a burst, and its direction
///     TENSOR.npy                        the operands and the expected output
///     manifest.json                     widths, order, sizes and digests of all of these
///     run_verilator.sh, run_icarus.sh, test_layer.py (cocotb)
public struct LayerVectors: Sendable {
    /// Name and contents, in the order in which they are written.
    public let files: [(name: String, contents: [UInt8])]
    public let layer: String
    public let commands: Int
    public let cycles: Int
    /// What the testbench is told on its command line.
    public let arguments: [String]

    /// - Parameter inputs: what the network is run on; the layer's operands are those that it has there.
    /// - Throws: `layerUnknown`, `inputMissing`, and what planning and the run throw.
    public init(
        on inputs: RunInputs, layer: String, machine: MachineDescription, schedule: Schedule? = nil, threads: Int = 1,
        memory: MemoryBudget = .standard
    ) throws(Diagnostic) {
        let operands = try LayerOperands(
            on: inputs, layer: layer, machine: machine, schedule: schedule, threads: threads, memory: memory)
        let plan = operands.plan
        try plan.requireMemory(bytesPerExternalByte: 16, for: "the vectors' files")
        let run = try SimulationRun(plan, of: operands.network, inputs: operands.inputs, threads: threads)
        let before = try SimulationRun.memoryBytes(plan, of: operands.network, inputs: operands.inputs)
        let stimulus = StimulusFiles(
            plan.program.commands, memory: before, activationBits: plan.network.widths.activationBits)
        let after = run.memoryBytes
        var files = stimulus.files
        files.append(
            (name: "expected.hex", contents: StimulusFiles.text(after, title: "external memory after the run")))
        files.append(
            (name: "timing.hex", contents: stimulus.text(timing: plan.timeline.commands.map { ($0.start, $0.end) })))
        var beats: [(run: ClosedRange<Int>, isStore: Bool)] = []
        replayBursts(
            of: plan.program.commands, timed: plan.timeline, on: machine.memory, through: plan.timeline.totalCycles
        ) { burst in beats += burst.beats.map { ($0, burst.engine == .store) } }
        files.append((name: "bursts.hex", contents: StimulusFiles.text(beats: beats)))
        for storage in plan.network.tensors.sorted(by: { $0.name < $1.name }) {
            guard let tensor = operands.inputs[storage.name] else { continue }
            files.append(
                (name: "\(storage.name).npy", contents: NPY.bytes(tensor, bytesPerElement: storage.bytesPerElement)))
        }
        let result = plan.geometry.result(of: 0)
        files.append(
            (
                name: "\(layer).npy",
                contents: NPY.bytes(run.storedOutput(0), bytesPerElement: result.bytesPerElement)
            ))
        let constants = MachineConstants(
            machine, externalMemoryBytes: powerOfTwo(atLeast: before.count),
            commands: powerOfTwo(atLeast: stimulus.longestQueue), bursts: powerOfTwo(atLeast: beats.count))
        files.append((name: "intaglio_constants.sv", contents: Array(constants.text(machine: machine.name).utf8)))
        files += SystemVerilogSources.files.map { (name: $0.name, contents: Array($0.text.utf8)) }
        let saturated = run.saturatedOutputs.reduce(0, +)
        let arguments =
            stimulus.arguments + [
                "+expected=expected.hex", "+timing=timing.hex", "+bursts=bursts.hex", "+burst_count=\(beats.count)",
                "+cycles=\(plan.timeline.totalCycles)",
                "+saturated=\(saturated)", "+limit=\(2 * plan.timeline.totalCycles + 10_000)",
            ]
        files += LayerVectors.scripts(arguments)
        let manifest = LayerVectors.manifest(
            files, layer: layer, machine: machine.name, cycles: plan.timeline.totalCycles,
            commands: plan.program.commands.count, saturated: saturated, arguments)
        files.append((name: "manifest.json", contents: manifest))
        self.files = files
        self.layer = layer
        self.arguments = arguments
        commands = plan.program.commands.count
        cycles = plan.timeline.totalCycles
    }

    /// Writes all files into a folder; `manifest.json`, which makes it whole, is removed first and written last.
    ///
    /// - Throws: `outputUnwritable`.
    public func write(to folder: String) throws(Diagnostic) {
        _ = try ResultFolder(at: folder, completedBy: "manifest.json")
        for file in files {
            let path = try OutputFolder.path(folder, file.name, inSubfolders: true)
            try AtomicFile.write(file.contents, to: path)
            if file.name.hasSuffix(".sh") {
                try? FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
            }
        }
    }

    /// Runs the written testbench.
    ///
    /// - Parameters:
    ///   - module: the machine under test, with its sources; the bundled one when nil.
    /// - Returns: whether all was equal, and the testbench's own words: the first mismatch where there is one, with the
    ///   words of the command that it belongs to.
    /// - Throws: `simulatorMissing`, `simulatorBuildFailed` where it says neither.
    public func simulate(
        in folder: String, by simulator: Simulator, module: String?, sources: [String]
    ) throws(Diagnostic) -> (passed: Bool, message: String) {
        let options =
            (module.map { ["-DINTAGLIO_MACHINE=\($0)"] } ?? []) + sources.map { URL(fileURLWithPath: $0).path }
        let script = URL(fileURLWithPath: folder).appendingPathComponent("run_\(simulator.rawValue).sh").path
        guard let run = ToolProcess([script] + options, in: URL(fileURLWithPath: folder)) else {
            throw simulator.missing
        }
        let lines = run.output.split(separator: "\n").map(String.init)
        guard let first = lines.firstIndex(where: { $0.hasPrefix("mismatch") || $0.hasPrefix("all equal") }) else {
            throw Diagnostic(
                .simulatorBuildFailed, at: script,
                found: "status \(run.status), no verdict: \(run.output.suffix(1000))",
                expected: "the testbench to build and run",
                remedy: "run the script by hand")
        }
        let verdict = [lines[first]] + lines[(first + 1)...].prefix { $0.hasPrefix("  ") }
        return (lines[first].hasPrefix("all equal") && run.status == 0, verdict.joined(separator: "\n"))
    }

    private static func scripts(_ arguments: [String]) -> [(name: String, contents: [UInt8])] {
        let line = arguments.joined(separator: " ")
        // Paths are meant from where the user is.
        let absolute = """
            for argument; do
                shift
                case $argument in
                    -I[!/]*) argument=-I$PWD/${argument#-I} ;;
                    -* | /* | +*) ;;
                    *) if [ -e "$argument" ]; then argument=$PWD/$argument; fi ;;
                esac
                set -- "$@" "$argument"
            done
            """
        let verilator = """
            #!/bin/sh
            # Compiles the machine with Verilator and runs the layer; arguments go to the compiler \
            (-DINTAGLIO_MACHINE=my_machine my_machine.sv puts another one in its place), paths from the current folder.
            set -e
            \(absolute)
            cd -- "$(dirname -- "$0")"
            verilator --cc --exe --build -O3 -Wno-fatal -Wno-lint --no-timing --unroll-count 8192 --unroll-stmts \
            1000000 -CFLAGS -O1 --top-module intaglio_testbench \\
                -o machine --Mdir verilated clock.cpp intaglio_constants.sv intaglio_bundles.sv $(ls intaglio_*.sv | \
            grep -v -e constants -e bundles -e clock) "$@" > verilator.log
            ./verilated/machine \(line)

            """
        let icarus = """
            #!/bin/sh
            # Compiles the machine with Icarus Verilog and runs the layer; arguments go to the compiler \
            (-DINTAGLIO_MACHINE=my_machine my_machine.sv puts another one in its place), paths from the current folder.
            set -e
            \(absolute)
            cd -- "$(dirname -- "$0")"
            iverilog -g2012 -s intaglio_clock -o machine.vvp intaglio_constants.sv intaglio_bundles.sv \
            $(ls intaglio_*.sv | grep -v -e constants -e bundles) "$@"
            vvp -n machine.vvp \(line)

            """
        return [
            (name: "run_verilator.sh", contents: Array(verilator.utf8)),
            (name: "run_icarus.sh", contents: Array(icarus.utf8)),
            (name: "clock.cpp", contents: Array(MachineBuild.clockDriver.utf8)),
            (name: "test_layer.py", contents: PackageResources.test_layer_py),
        ]
    }

    private static func manifest(
        _ files: [(name: String, contents: [UInt8])], layer: String, machine: String, cycles: Int, commands: Int,
        saturated: Int, _ arguments: [String]
    ) -> [UInt8] {
        func quoted(_ text: String) -> String {
            "\"" + text.replacingOccurrences(of: "\\", with: "\\\\").replacingOccurrences(of: "\"", with: "\\\"") + "\""
        }
        let entries = files.map { file in
            """
                {\"name\": \(quoted(file.name)), \"bytes\": \(file.contents.count), \"sha256\": \
            \(quoted(Digest.sha256(file.contents)))}
            """
        }
        return Array(
            """
            {
              "schemaVersion": 1,
              "layer": \(quoted(layer)),
              "machine": \(quoted(machine)),
              "commands": \(commands),
              "cycles": \(cycles),
              "saturatedResults": \(saturated),
              "commandFields": \(CommandFieldNames.json),
              "byteOrder": "little endian; tensors NHWC, the channel fastest",
              "arguments": [\(arguments.map(quoted).joined(separator: ", "))],
              "files": [
            \(entries.joined(separator: ",\n"))
              ]
            }

            """.utf8)
    }
}

private func powerOfTwo(atLeast count: Int) -> Int {
    var power = 1024
    while power < count { power *= 2 }
    return power
}

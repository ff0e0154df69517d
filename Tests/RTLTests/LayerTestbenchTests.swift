import Foundation
import Images
import Lowering
import MachineDescription
import NetworkFiles
import Networks
import RTL
import Simulation
import TestSupport
import TestVectors
import Testing

/// The testbench of a layer, its scripts and its twin under cocotb, on the bundled machine and on wrappers that do one
/// thing wrong.
@Suite("Layer testbench", .serialized) struct LayerTestbenchTests {
    /// A layer's written vectors with the wrappers beside them.
    private struct Bench {
        let folder: ScratchFolder
        let vectors: LayerVectors
        var out: String { folder.url.path + "/out" }
        /// All that show: without a result that saturates none can be lost.
        var wrappers: [MachineWrapper] {
            MachineWrapper.allCases.filter { $0 != .lostSaturation || !vectors.arguments.contains("+saturated=0") }
        }

        init() throws {
            folder = try ScratchFolder(named: "intaglio-test-")
            let network = try ProvenNetwork(
                #require(BundledNetworks.network(named: "lapped8", includingFloat: false).quantized))
            // Stripes from black to white. The layer has few weights, so that its run is short.
            let samples: [UInt8] = (0..<192).map { (sample: Int) -> UInt8 in sample / 3 % 2 == 0 ? 0 : 255 }
            vectors = try LayerVectors(
                on: RunInputs(RGBImage(width: 8, height: 8, samples: samples), of: network), layer: "gdn0",
                machine: TestMachine.tiny)
            try vectors.write(to: out)
            try MachineWrapper.text(cycles()).write(
                toFile: folder.url.path + "/wrappers.sv", atomically: true, encoding: .utf8)
        }

        private func words(_ name: String) throws -> [Int] {
            try String(contentsOfFile: "\(out)/\(name)", encoding: .utf8).split(separator: "\n").filter {
                !$0.hasPrefix("//")
            }.map { try #require(Int($0, radix: 16)) }
        }

        private func count(_ queue: String) throws -> Int {
            try #require(vectors.arguments.compactMap { Int($0.replacing("+\(queue)s=", with: "")) }.first)
        }

        private func cycles() throws -> MachineWrapper.Cycles {
            let timing = try words("timing.hex")
            return try MachineWrapper.Cycles(
                firstComputeEnd: timing[2 * count("load") + 1], lastStoreStart: timing[timing.count - 2],
                lastStoreEnd: timing[timing.count - 1])
        }
    }

    private static let bench = Result { try Bench() }
    private static let hasIcarus = InstalledProgram.exists("iverilog")
    private static let hasVerilator = InstalledProgram.exists("verilator")
    /// A Python with cocotb: `INTAGLIO_PYTHON`, or the one on the search path.
    private static let python: String? = [ProcessInfo.processInfo.environment["INTAGLIO_PYTHON"], "python3"].compactMap(
        \.self
    ).first {
        (try? InstalledProgram.run([$0, "-c", "import cocotb"], in: "/"))?.status == 0
    }

    private func expectVerdict(_ wrapper: MachineWrapper, passed: Bool, _ message: String) {
        #expect(passed == (wrapper == .none), "\(wrapper): \(message)")
        if wrapper != .none {
            #expect(message.contains("mismatch") && message.contains(wrapper.signal), "\(wrapper): \(message)")
        }
    }

    @Test(
        "Icarus: the machine passes, each wrapper fails", .enabled(if: hasIcarus, "iverilog is not installed"),
        arguments: MachineWrapper.allCases)
    func icarus(_ wrapper: MachineWrapper) throws {
        let bench = try Self.bench.get()
        guard bench.wrappers.contains(wrapper) else { return }
        let verdict = try bench.vectors.simulate(
            in: bench.out, by: .icarus, module: wrapper.module, sources: [bench.folder.url.path + "/wrappers.sv"])
        expectVerdict(wrapper, passed: verdict.passed, verdict.message)
        if wrapper == .noStart {
            // The first command is the load of something: the testbench says of what.
            #expect(
                verdict.message.contains(
                    "signal start[0] of command 0: expected 1, observed 0\n  load command 0:\n    waits = "),
                "\(verdict.message)")
            #expect(verdict.message.contains("\n    externalAddress = "))
        }
    }

    @Test("Verilator: the machine passes, each wrapper fails", .enabled(if: hasVerilator, "verilator is not installed"))
    func verilator() throws {
        let bench = try Self.bench.get()
        let sound = try bench.vectors.simulate(
            in: bench.out, by: .verilator, module: MachineWrapper.none.module,
            sources: [bench.folder.url.path + "/wrappers.sv"])
        expectVerdict(.none, passed: sound.passed, sound.message)
        // One compiled program does for all: the fault is chosen on its command line.
        for wrapper in bench.wrappers {
            let run = try InstalledProgram.run(
                ["./verilated/machine"] + bench.vectors.arguments + ["+fault=\(wrapper.rawValue)"], in: bench.out)
            expectVerdict(wrapper, passed: run.status == 0 && run.output.contains("all equal"), run.output)
        }
    }

    @Test(
        "cocotb: the machine passes, each wrapper fails",
        .enabled(if: hasIcarus && python != nil, "cocotb or iverilog is not installed"),
        arguments: MachineWrapper.allCases)
    func cocotb(_ wrapper: MachineWrapper) throws {
        let bench = try Self.bench.get()
        guard bench.wrappers.contains(wrapper) else { return }
        // From another folder, with a path that is relative to it.
        let run = try InstalledProgram.run(
            [Self.python!, "out/test_layer.py", "icarus", wrapper.module, "wrappers.sv"], in: bench.folder.url.path)
        expectVerdict(wrapper, passed: run.status == 0 && run.output.contains("all equal"), run.output)
    }

    /// Compiles the bundled machine and runs it with other arguments than the layer's own.
    private func run(_ arguments: (Bench) -> [String]) throws -> (status: Int32, output: String) {
        let bench = try Self.bench.get()
        _ = try InstalledProgram.run(["./run_icarus.sh"], in: bench.out)
        return try InstalledProgram.run(["vvp", "-n", "machine.vvp"] + arguments(bench), in: bench.out)
    }

    @Test(
        "A run that is given up says so, and not what it has not stored yet",
        .enabled(if: hasIcarus, "iverilog is not installed"))
    func givenUp() throws {
        let verdict = try run { bench in
            let checks = ["+timing=", "+bursts=", "+burst_count=", "+cycles=", "+limit="]
            return bench.vectors.arguments.filter { argument in !checks.contains { argument.hasPrefix($0) } }
                + ["+limit=100"]
        }
        let mismatches = verdict.output.split(separator: "\n").filter { $0.hasPrefix("mismatch") }
        #expect(verdict.status != 0)
        #expect(mismatches == ["mismatch in cycle 100: signal finished: expected 1, observed 0: given up"])
    }

    @Test("Without commands no cycles of commands are read", .enabled(if: hasIcarus, "iverilog is not installed"))
    func noCommands() throws {
        let verdict = try run { _ in ["+memory=memory.hex", "+last=0", "+timing=timing.hex", "+bursts=bursts.hex"] }
        #expect(verdict.status == 0 && verdict.output.contains("0 commands"), "\(verdict.output)")
        #expect(!verdict.output.contains("timing.hex") && !verdict.output.contains("bursts.hex"), "\(verdict.output)")
    }

    @Test(
        "The scripts take paths from the folder that they are started in",
        .enabled(if: hasIcarus, "iverilog is not installed"))
    func relativePaths() throws {
        let bench = try Self.bench.get()
        let elsewhere = bench.folder.url.path + "/else where"
        try FileManager.default.createDirectory(atPath: elsewhere, withIntermediateDirectories: true)
        for (wrapper, status) in [(MachineWrapper.none, Int32(0)), (.noStart, 1)] {
            let run = try InstalledProgram.run(
                ["../out/run_icarus.sh", "-DINTAGLIO_MACHINE=\(wrapper.module)", "../wrappers.sv"], in: elsewhere)
            #expect(
                (run.status == 0) == (status == 0) && run.output.contains(status == 0 ? "all equal" : "mismatch"),
                "\(run.output)")
        }
        let bundled = try InstalledProgram.run(["out/run_icarus.sh"], in: bench.folder.url.path)
        #expect(
            bundled.status == 0
                && bundled.output.contains(
                    "all equal: \(bench.vectors.cycles) cycles, \(bench.vectors.commands) commands"),
            "\(bundled.output)")
    }
}

import Commands
import Conformance
import Diagnostics
import Foundation
import Geometry
import Lowering
import MachineDescription
import Networks
import RTL
import Schedules
import Scheduling
import Simulation
import Tensors
import TestSupport
import Testing

/// The modelled machine and its RTL: every stored element, and the first and last cycle of every command.
@Suite(.serialized) struct MachineSimulationTests {
    /// What the built-in machines have not: one buffer half, banks by x, three cycles of weights a step, lanes that
    /// divide nothing, a deeper pipeline, a narrow channel.
    static let odd = {
        var machine = TestMachine.tiny
        machine.name = "odd"
        machine.macArray.inputChannelLanes = 6
        machine.macArray.pixelLanes = 3
        machine.macArray.pipelineStages = 7
        machine.weightBuffer.bytesPerCycle = 10
        machine.weightBuffer.pingPong = false
        machine.activationBuffer.pingPong = false
        machine.activationBuffer.deinterleave = false
        machine.activationBuffer.banks = 4
        machine.postProcessor.lanes = 8
        machine.codebookMux.encodeLanes = 5
        machine.normalization.lanes = 3
        machine.normalization.latencyCycles = 11
        machine.memory = MemoryDescription(
            busBytes: 2, alignmentBytes: 32, burstBytes: 32, duplex: .full,
            read: MemoryDirection(outstanding: 1, latencyCycles: 3, overheadCycles: 1),
            write: MemoryDirection(outstanding: 2, latencyCycles: 9, overheadCycles: 4),
            efficiency: MemoryEfficiency(beats: 5, cycles: 7))
        return machine
    }()

    private func expectAgreement(
        _ machine: MachineDescription, _ simulator: Simulator, seeds: some Collection<UInt64>, ofWindows: Bool = false
    ) throws {
        let scratch = try ScratchFolder(named: "intaglio-test-")
        defer { scratch.remove() }
        let folder = scratch.url
        let build = try MachineBuild(machine, simulator: simulator, directory: folder.appendingPathComponent("build"))
        let generator = LayerCaseGenerator(limits: CaseLimits(machine))
        var commands = 0
        for seed in seeds {
            let verification = try RTLVerification(
                ofWindows ? generator.windowCase(seed: seed) : generator.layerCase(seed: seed), on: build,
                directory: folder.appendingPathComponent("case"))
            #expect(verification.failure == nil)
            #expect(verification.rtlCycles == verification.simulatedCycles && verification.elements > 0)
            commands += verification.commands
        }
        #expect(commands > 3 * seeds.count)
    }

    @Test("Three cases of every operator, compiled") func compiled() throws {
        try expectAgreement(TestMachine.tiny, .verilator, seeds: 0..<45)
    }

    @Test("Conflicts, narrow buffers, one half, uneven lanes") func oddMachine() throws {
        try expectAgreement(Self.odd, .verilator, seeds: 45..<90)
    }

    @Test("Rows laid as windows: words of 4 on a bus of 4, a bus that rests, words of 6 on one of 2, 8 on one of 16")
    func windows() throws {
        try expectAgreement(TestMachine.resting, .verilator, seeds: 0..<40, ofWindows: true)
        try expectAgreement(Self.odd, .verilator, seeds: 0..<40, ofWindows: true)
        var wide = TestMachine.tiny
        wide.name = "wide"
        wide.macArray.inputChannelLanes = 8
        wide.weightBuffer.bytesPerCycle = 32
        (wide.memory.busBytes, wide.memory.alignmentBytes, wide.memory.burstBytes) = (16, 64, 64)
        try expectAgreement(wide, .verilator, seeds: 0..<40, ofWindows: true)
    }

    @Test("Rows laid as windows, interpreted") func windowsInterpreted() throws {
        try expectAgreement(TestMachine.tiny, .icarus, seeds: 40..<46, ofWindows: true)
    }

    /// The narrowest values among the first thirty, and the narrowest accumulators.
    @Test(
        "Machines drawn from a seed, as their verification draws them",
        arguments: [narrowest(\.activationBits), narrowest(\.accumulatorBits)])
    func randomMachine(_ seed: UInt64) throws { try expectAgreement(.random(seed: seed), .verilator, seeds: 0..<30) }

    private static func narrowest(_ width: KeyPath<MACArrayDescription, Int>) -> UInt64 {
        (0..<30 as Range<UInt64>).min {
            MachineDescription.random(seed: $0).macArray[keyPath: width]
                < MachineDescription.random(seed: $1).macArray[keyPath: width]
        }!
    }

    @Test("Weight tiles and split input channels") func tightMachine() throws {
        var partialPasses = 0
        for seed in Self.tightSeeds {
            let layerCase = LayerCaseGenerator(
                limits: CaseLimits(activationBits: 16, weightBits: 12, accumulatorBits: 40)
            ).layerCase(seed: seed)
            let input = layerCase.shape
            let plan = try SimulationPlan(
                network: layerCase.network, machine: TestMachine.tight, width: input.width, height: input.height)
            partialPasses += plan.program.commands.count {
                if case .accumulate(let pass) = $0.operation { !pass.first } else { false }
            }
        }
        #expect(partialPasses > 0, "sums go through the accumulator buffer")
        try expectAgreement(TestMachine.tight, .verilator, seeds: Self.tightSeeds)
    }

    private static let tightSeeds: Range<UInt64> = 0..<8

    /// 4 output lanes, or 5 of an odd machine, that phases and channels straddle; weight tiles and split input
    /// channels.
    @Test("Phases that share the output lanes", arguments: ["tight", "odd"]) func joinedPhases(_ name: String) throws {
        var machine = name == "tight" ? TestMachine.tight : Self.odd
        if name == "odd" { machine.macArray.outputChannelLanes = 5 }
        let scratch = try ScratchFolder(named: "intaglio-test-")
        defer { scratch.remove() }
        let folder = scratch.url
        let build = try MachineBuild(machine, simulator: .verilator, directory: folder.appendingPathComponent("build"))
        let generator = LayerCaseGenerator(limits: CaseLimits(machine))
        var (joined, straddling, partial, masked) = (0, 0, 0, 0)
        for seed in (0..<20 as Range<UInt64>).map({ $0 < 16 ? $0 : $0 + 24 }) {
            let layerCase = generator.layerCase(seed: seed, family: .transposedConvolution)
            let plan = try SimulationPlan(
                network: layerCase.network, machine: machine, width: layerCase.shape.width,
                height: layerCase.shape.height, lanes: .phases)
            let passes = plan.program.commands.compactMap { command -> Accumulation? in
                if case .accumulate(let pass) = command.operation { pass } else { nil }
            }
            guard passes.contains(where: \.joinsPhases) else { continue }
            joined += 1
            let lanes = machine.macArray.outputChannelLanes
            if passes.contains(where: { $0.outputChannels / $0.lanesOfChannel % lanes != 0 }) { straddling += 1 }
            if passes.contains(where: { !$0.last }) { partial += 1 }
            if passes.contains(where: { $0.outputOffsetY < 0 || $0.lastPhaseColumns < $0.outputStrideX }) {
                masked += 1
            }
            let verification = try RTLVerification(
                layerCase.name, plan: plan, of: ProvenNetwork(layerCase.network), inputs: layerCase.inputs, on: build,
                directory: folder.appendingPathComponent("case"))
            #expect(verification.failure == nil)
            #expect(verification.rtlCycles == verification.simulatedCycles && verification.elements > 0)
        }
        #expect(
            joined > 9 && straddling > 7 && masked > 7 && (name == "odd" || partial > 3),
            "\(joined) joined, \(straddling) straddling, \(partial) with partial sums, \(masked) masked")
    }

    @Test("Split taps, and parameters of channel tiles") func splitMachine() throws {
        // Convolutions of all kinds but transposed ones, fully connected; requantize, add, multiply, two-stage
        // addition.
        let families: [UInt64] = [0, 1, 2, 4, 9, 10, 15, 16]
        let seeds = (0..<6 as Range<UInt64>).flatMap { round in families.map { 20 * round + $0 } }
        var (tapPasses, parameterLoads) = (0, 0)
        let generator = LayerCaseGenerator(limits: CaseLimits(TestMachine.split))
        for seed in seeds {
            let layerCase = generator.layerCase(seed: seed)
            let plan = try SimulationPlan(
                network: layerCase.network, machine: TestMachine.split, width: layerCase.shape.width,
                height: layerCase.shape.height, lanes: layerCase.lanes)
            let layer = plan.program.layout.geometry.layers[0]
            for command in plan.program.commands {
                switch command.operation {
                case .accumulate(let pass) where pass.taps < layer.taps: tapPasses += 1
                case .load(let transfer) where transfer.buffer == .parameterMemory: parameterLoads += 1
                default: break
                }
            }
        }
        #expect(tapPasses > seeds.count, "kernels are split")
        #expect(parameterLoads > 6 * seeds.count, "channel tiles load their own, of at most four blocks each")
        try expectAgreement(TestMachine.split, .verilator, seeds: seeds)
    }

    /// Fewer normalization lanes than results, and one register behind the product.
    private static let byTable = {
        var machine = TestMachine.tiny
        machine.name = "table"
        machine.normalization = NormalizationDescription(method: .table, lanes: 3, latencyCycles: 5)
        return machine
    }()

    /// Seeds mod 15 that give `gdn`, `igdn`, `gdn1`, `igdn1`.
    private static func normalizing(_ rounds: Range<UInt64>) -> [UInt64] {
        rounds.flatMap { round in (5...8).map { 15 * round + $0 } }
    }

    @Test("A table unit, compiled: every form, derived tables and lines of any slope") func tableMachine() throws {
        try expectAgreement(Self.byTable, .verilator, seeds: Self.normalizing(0..<8))
    }

    @Test("A table unit, interpreted") func tableInterpreted() throws {
        try expectAgreement(Self.byTable, .icarus, seeds: Self.normalizing(20..<21))
    }

    @Test("One case of every operator, interpreted") func interpreted() throws {
        try expectAgreement(TestMachine.tiny, .icarus, seeds: 90..<105)
    }
}

/// What keeps the RTL from being built or run.
@Suite struct SimulatorRefusalTests {
    private let scratch = try! ScratchFolder(named: "intaglio-test-")
    private var folder: URL { scratch.url }
    private let machine = MachineDescription.builtIn(named: "small")!

    private func code(_ body: () throws -> Void) -> DiagnosticCode? {
        defer { scratch.remove() }
        do {
            try body()
            return nil
        } catch {
            return (error as? Diagnostic)?.code
        }
    }

    @Test func aSimulatorThatIsNotThere() {
        #expect(
            code { _ = try MachineBuild(machine, simulator: .verilator, directory: folder, searchPath: "/var/empty") }
                == .simulatorMissing)
    }

    @Test func aSimulatorThatFails() throws {
        let programs = folder.appendingPathComponent("programs")
        try FileManager.default.createDirectory(at: programs, withIntermediateDirectories: true)
        let program = programs.appendingPathComponent("iverilog")
        try Data("#!/bin/sh\nexit 3\n".utf8).write(to: program)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program.path)
        #expect(
            code {
                _ = try MachineBuild(
                    machine, simulator: .icarus, directory: folder, searchPath: programs.path + ":/bin")
            } == .simulatorBuildFailed)
    }

    /// A program that is there is taken, another machine's is not, and a cache that cannot be written does no harm.
    @Test func aCompiledMachineIsKept() throws {
        defer { scratch.remove() }
        func build(_ machine: MachineDescription, _ name: String, cache: URL) throws -> MachineBuild {
            try MachineBuild(
                machine, simulator: .icarus, directory: folder.appendingPathComponent(name),
                cache: BuildCache(at: cache))
        }
        let cache = folder.appendingPathComponent("cache")
        let first = try build(machine, "first", cache: cache)
        let kept = cache.appendingPathComponent("intaglio/rtl")
        let names = try FileManager.default.contentsOfDirectory(atPath: kept.path).sorted()
        #expect(names.count == 2 && names[0].count == 64 && names[1] == names[0] + ".sha256")
        let second = try build(machine, "second", cache: cache)
        #expect(second.program == kept.appendingPathComponent(names[0]) && second.program != first.program)
        #expect(try Data(contentsOf: second.program) == Data(contentsOf: first.program))
        var other = machine
        other.memory.read.latencyCycles += 1
        let third = try build(other, "third", cache: cache)
        #expect(third.program == folder.appendingPathComponent("third/machine.vvp"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: kept.path).count == 4)
        // A damaged one is built again, and is whole then.
        try Data(contentsOf: second.program).dropLast(100).write(to: second.program)
        let again = try build(machine, "again", cache: cache)
        #expect(again.program == folder.appendingPathComponent("again/machine.vvp"))
        #expect(try Data(contentsOf: second.program) == Data(contentsOf: again.program))
        let layerCase = LayerCaseGenerator(limits: CaseLimits(machine)).layerCase(seed: 9)
        let verification = try RTLVerification(
            layerCase, on: second, directory: folder.appendingPathComponent("case"))
        #expect(verification.failure == nil && verification.elements > 0)
        let unwritable = try build(machine, "fourth", cache: URL(fileURLWithPath: "/proc"))
        #expect(unwritable.program == folder.appendingPathComponent("fourth/machine.vvp"))
    }

    @Test func aPipelineThatIsTooShort() {
        var short = machine
        short.macArray.pipelineStages = 3
        #expect(code { _ = try MachineBuild(short, simulator: .icarus, directory: folder) } == .machineNotInRTL)
    }

    @Test func aRunThatDoesNotEnd() {
        #expect(
            code {
                let build = try MachineBuild(machine, simulator: .icarus, directory: folder)
                let layerCase = LayerCaseGenerator(
                    limits: CaseLimits(activationBits: 12, weightBits: 12, accumulatorBits: 32)
                ).layerCase(seed: 9)
                _ = try RTLVerification(
                    layerCase, on: build, directory: folder.appendingPathComponent("case"), cycleLimit: 50)
            } == .simulationFailed)
    }
}

import Commands
import Foundation
import Lowering
import MachineDescription
import Scheduling
import Simulation
import TestSupport
import Testing
import Timing
import Traces

@Suite struct WaveformTests {
    private func dump(
        _ plan: SimulationPlan, units: Set<WaveformUnit> = Set(WaveformUnit.allCases),
        window: ClosedRange<Int> = 0...Int.max
    ) throws -> DumpFile {
        let folder = try ScratchFolder()
        defer { folder.remove() }
        let path = folder.path("waveform.vcd")
        try #require(Waveform(plan, units: units, window: window)).write(to: path)
        return try DumpFile(String(contentsOfFile: path, encoding: .utf8))
    }

    @Test(arguments: builtInMachines) func enginesAreBusyWithTheirCommands(machine: String) throws {
        let plan = try plan(on: machine, width: 32, height: 32)
        let dump = try dump(plan)
        #expect(dump.cycles == 0..<plan.timeline.totalCycles)
        for engine in Engine.allCases {
            var busy = Array(repeating: 0, count: plan.timeline.totalCycles)
            let (numbers, layers) = (dump.values["\(engine).command"]!, dump.values["\(engine).layer"]!)
            for (index, command) in plan.program.commands.enumerated() where command.engine == engine {
                let timing = plan.timeline.commands[index]
                for cycle in timing.start...timing.end {
                    busy[cycle] = 1
                    if numbers[cycle] != index || layers[cycle] != command.layer {
                        Issue.record("\(engine) in cycle \(cycle)")
                    }
                }
            }
            #expect(dump.values["\(engine).busy"] == busy)
        }
    }

    @Test(arguments: builtInMachines) func phasesAndStallsAreThoseOfTheCosts(machine: String) throws {
        let plan = try plan(on: machine, width: 32, height: 32)
        let dump = try dump(plan, units: [.compute, .macArray])
        let (phase, stall) = (dump.values["compute.phase"]!, dump.values["compute.stall"]!)
        for (index, command) in plan.program.commands.enumerated() {
            guard let cost = CommandCost(of: command, on: plan.machine) else { continue }
            let timing = plan.timeline.commands[index]
            func count(_ signal: String, _ value: Int) -> Int {
                dump.values[signal]![timing.start...timing.end].count { $0 == value }
            }
            #expect(count("compute.phase", 1) == cost.fillCycles && count("compute.phase", 3) == cost.drainCycles)
            #expect(count("compute.phase", 2) == cost.computeCycles + cost.bankConflictCycles)
            guard case .accumulate = command.operation else { continue }
            #expect(
                count("macArray.step", 1) == cost.computeCycles
                    && count("macArray.bankConflict", 1) == cost.bankConflictCycles)
        }
        #expect(zip(phase, dump.values["compute.busy"]!).allSatisfy { ($0 == 0) == ($1 == 0) })
        for (index, reason) in StallReason.allCases.enumerated() {
            #expect(
                stall.count { $0 == index + 1 } == plan.timeline.layers.reduce(0) { $0 + $1.stallCycles[reason] },
                "\(reason)")
        }
    }

    /// Tokens counted cycle by cycle: one is there from the cycle after it was put to the cycle in which a command
    /// takes it.
    @Test func tokensComeAndGo() throws {
        let plan = try plan(on: "small", width: 32, height: 32)
        let dump = try dump(plan, units: [.semaphores])
        #expect(dump.values.count == SemaphoreSet.count)
        for index in 0..<SemaphoreSet.count {
            let semaphore = SemaphoreSet(rawValue: 1 << UInt32(index))
            var expected: [Int] = []
            var tokens = SemaphoreSet.initial.contains(semaphore) ? 1 : 0
            let puts = Dictionary(
                grouping: plan.program.commands.indices.filter {
                    plan.program.commands[$0].signals.contains(semaphore)
                }, by: { plan.timeline.commands[$0].end })
            let takes = Dictionary(
                grouping: plan.program.commands.indices.filter { plan.program.commands[$0].waits.contains(semaphore) },
                by: { plan.timeline.commands[$0].start })
            for cycle in 0..<plan.timeline.totalCycles {
                expected.append(tokens)
                tokens -= takes[cycle, default: []].count
                #expect(tokens >= 0, "\(SemaphoreSet.name(index)) in cycle \(cycle)")
                tokens += puts[cycle, default: []].count
            }
            #expect(dump.values["semaphores.\(SemaphoreSet.name(index))"] == expected, "\(SemaphoreSet.name(index))")
        }
    }

    @Test func theChannelShowsEveryGrantAndBeat() throws {
        let plan = try plan(on: "mid", width: 32, height: 32)
        let dump = try dump(plan, units: [.dma])
        var grants: [Engine: Int] = [:]
        var beats: [Int: Int] = [:]
        for command in plan.program.commands.indices {
            switch plan.program.commands[command].operation {
            case .load(let transfer), .store(let transfer):
                var bursts = BurstSequence(transfer, on: plan.machine.memory)
                while !bursts.isFinished {
                    grants[plan.program.commands[command].engine, default: 0] += 1
                    beats[command, default: 0] += bursts.nextBeats
                    bursts.advance()
                }
            case .accumulate, .elementwise: break
            }
        }
        var seen: [Int: Int] = [:]
        for engine in [Engine.load, .store] {
            #expect(dump.values["dma.\(engine)Issue"]!.count { $0 == 1 } == grants[engine])
            for cycle in dump.cycles where dump.values["dma.\(engine)Beat"]![cycle] == 1 {
                let command = dump.values["dma.\(engine)BeatCommand"]![cycle]
                seen[command, default: 0] += 1
                #expect(plan.program.commands[command].engine == engine)
            }
        }
        #expect(seen == beats)
    }

    @Test func aWindowIsACutOfTheWhole() throws {
        let plan = try plan(on: "mid", width: 32, height: 32)
        let whole = try dump(plan)
        let total = plan.timeline.totalCycles
        for window in [0...0, 1...1, total / 3...total / 2, total / 2...total - 1, total - 1...total + 99] {
            let cut = try dump(plan, window: window)
            #expect(cut.cycles == window.lowerBound..<min(window.upperBound + 1, total))
            for (name, values) in whole.values {
                #expect(cut.values[name] == Array(values[cut.cycles]), "\(name) in \(window)")
            }
        }
        #expect(Waveform(plan, units: [.load], window: total...total) == nil)
    }

    @Test func onlyTheUnitsAskedFor() throws {
        let dump = try dump(plan(on: "small", width: 16, height: 16), units: [.store, .macArray])
        #expect(
            Set(dump.values.keys) == [
                "store.busy", "store.command", "store.layer", "macArray.step", "macArray.bankConflict",
            ])
    }
}

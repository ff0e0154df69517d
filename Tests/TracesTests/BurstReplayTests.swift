import Commands
import Lowering
import MachineDescription
import Scheduling
import Simulation
import Testing
import Timing
import Traces

@Suite struct BurstReplayTests {
    private func bursts(_ plan: SimulationPlan, through last: Int = .max) -> [GrantedBurst] {
        var bursts: [GrantedBurst] = []
        replayBursts(of: plan.program.commands, timed: plan.timeline, on: plan.machine.memory, through: last) {
            bursts.append($0)
        }
        return bursts
    }

    @Test(arguments: builtInMachines) func theChannelMovesOneWordACycleAndEveryTransferEndsOnTime(
        machine: String
    ) throws {
        // In a group of rows the first layer of so small a picture has lanes that are channels, without windows.
        let plan = try plan(on: machine, fuse: .off)
        let (bursts, memory) = (bursts(plan), plan.machine.memory)
        let ranges = bursts.map { $0.beats.first!.lowerBound...$0.beats.last!.upperBound }
        for (index, burst) in bursts.enumerated() where index > 0 {
            #expect(bursts[index - 1].issue < burst.issue)
            #expect(ranges[index - 1].upperBound < ranges[index].lowerBound)
        }
        var windowLoads = 0
        for engine in [Engine.load, .store] {
            let (own, access) = (bursts.filter { $0.engine == engine }, engine == .load ? MemoryAccess.read : .write)
            for (index, burst) in own.enumerated() {
                let (first, last) = (burst.beats.first!.lowerBound, burst.beats.last!.upperBound)
                #expect(first >= burst.issue + (engine == .load ? memory.read.latencyCycles : 1))
                #expect(burst.done == (engine == .load ? last : last + memory.write.latencyCycles))
                // The built-in machines' buses do not rest; loads that lay windows may hold them.
                if case .load(let transfer) = plan.program.commands[burst.command].operation, transfer.windows != nil {
                    windowLoads += 1
                } else {
                    #expect(burst.beats.count == 1)
                }
                let earlier = index - memory[access].outstanding
                if earlier >= 0 { #expect(burst.issue > own[earlier].done) }
            }
        }
        #expect(windowLoads > 0)
        let byCommand = Dictionary(grouping: bursts, by: \.command)
        for (index, command) in plan.program.commands.enumerated() where command.engine != .compute {
            let own = try #require(byCommand[index])
            #expect(own.allSatisfy { $0.engine == command.engine })
            #expect(own.first!.issue >= plan.timeline.commands[index].start)
            #expect(own.last!.done == plan.timeline.commands[index].end)
            let bytes = own.reduce(0) { $0 + $1.beats.reduce(0) { $0 + $1.count } } * memory.busBytes
            switch command.operation {
            case .load(let transfer), .store(let transfer): #expect(bytes >= transfer.bytes)
            case .accumulate, .elementwise: Issue.record("command \(index) moves nothing")
            }
        }
    }

    @Test func itStopsAfterTheLastCycleAskedFor() throws {
        let plan = try plan(on: "small")
        let all = bursts(plan)
        let middle = all[all.count / 2].issue
        #expect(bursts(plan, through: middle) == Array(all[...(all.count / 2)]))
        #expect(bursts(plan, through: middle - 1).count <= all.count / 2)
    }
}

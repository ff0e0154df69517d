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
        replayBursts(of: plan.program.commands, timed: plan.timeline, on: plan.machine.dma, through: last) {
            bursts.append($0)
        }
        return bursts
    }

    @Test(arguments: builtInMachines) func theChannelMovesOneWordACycleAndEveryTransferEndsOnTime(
        machine: String
    ) throws {
        let plan = try plan(on: machine)
        let (bursts, dma) = (bursts(plan), plan.machine.dma)
        for (one, next) in zip(bursts, bursts.dropFirst()) {
            #expect(one.issue < next.issue && one.beats.upperBound < next.beats.lowerBound)
        }
        for (index, burst) in bursts.enumerated() {
            #expect(burst.beats.lowerBound >= burst.issue + dma.latencyCycles)
            if index >= dma.outstanding { #expect(burst.issue > bursts[index - dma.outstanding].beats.upperBound) }
        }
        let byCommand = Dictionary(grouping: bursts, by: \.command)
        for (index, command) in plan.program.commands.enumerated() where command.engine != .compute {
            let own = try #require(byCommand[index])
            #expect(own.allSatisfy { $0.engine == command.engine })
            #expect(own.first!.issue >= plan.timeline.commands[index].start)
            #expect(own.last!.beats.upperBound == plan.timeline.commands[index].end)
            let bytes = plan.timeline.layers.count > 0 ? own.reduce(0) { $0 + $1.beats.count } * dma.bytesPerCycle : 0
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

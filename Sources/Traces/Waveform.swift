import Commands
public import Diagnostics
import Geometry
import Graph
import Lowering
import MachineDescription
import Networks
public import Simulation
import Timing

/// What chosen units of a plan do in a window of cycles, as a value change dump (IEEE 1364), which GTKWave opens. A
/// cycle is written as a nanosecond.
public struct Waveform: Sendable {
    private let plan: SimulationPlan
    private let units: Set<WaveformUnit>
    private let window: ClosedRange<Int>

    /// Cycles of a window that is given only its begin.
    public static let defaultCycles = 100_000

    /// - Parameters:
    ///   - plan: keeps its commands.
    ///   - window: clipped to the plan's cycles. Nil where it begins after the last of them.
    public init?(_ plan: SimulationPlan, units: Set<WaveformUnit>, window: ClosedRange<Int>) {
        precondition(plan.program.commands.count == plan.timeline.commands.count, "a plan whose commands were kept")
        let last = plan.timeline.totalCycles - 1
        guard window.lowerBound >= 0, window.lowerBound <= last else { return nil }
        self.plan = plan
        self.units = units
        self.window = window.clamped(to: 0...last)
    }

    /// Writes the file whole or not at all.
    public func write(to path: String) throws(Diagnostic) {
        let comment = """
            \(plan.network.graph.name) on \(plan.machine.name), cycles \(window.lowerBound) to \(window.upperBound).
            compute.phase: 0 idle, 1 fill, 2 step, 3 drain.
            compute.stall: 0 none, \
            \(StallReason.allCases.enumerated().map { "\($0 + 1) \($1.rawValue)" }.joined(separator: ", ")).
            """
        try ValueChangeDump(signals: signals(), window: window, comment: comment).write(to: path)
    }

    private func signals() -> [Signal] {
        var signals: [Signal] = []
        for unit in WaveformUnit.allCases where units.contains(unit) {
            switch unit {
            case .load: signals += engineSignals(.load, unit)
            case .compute: signals += engineSignals(.compute, unit) + [phaseSignal(), stallSignal()]
            case .store: signals += engineSignals(.store, unit)
            case .semaphores: signals += semaphoreSignals()
            case .dma: signals += channelSignals()
            case .macArray: signals += arraySignals()
            }
        }
        return signals
    }

    private func engineSignals(_ engine: Engine, _ unit: WaveformUnit) -> [Signal] {
        var busy = Signal(unit, "busy", in: window)
        var number = Signal(unit, "command", bits: 32, in: window)
        var layer = Signal(unit, "layer", bits: 16, in: window)
        for (index, command) in plan.program.commands.enumerated() where command.engine == engine {
            let timing = plan.timeline.commands[index]
            busy.raise(in: timing.start...timing.end)
            number.set(index, from: timing.start)
            layer.set(command.layer, from: timing.start)
        }
        return [busy, number, layer]
    }

    /// The phases of each compute command as they are booked: all fill, all steps with their conflicts, all drain.
    private func phaseSignal() -> Signal {
        var phase = Signal(.compute, "phase", bits: 2, in: window)
        forEachCompute { start, cost, _ in
            let step = start + cost.fillCycles
            let drain = step + cost.computeCycles + cost.bankConflictCycles
            phase.set(1, from: start)
            phase.set(2, from: step)
            phase.set(3, from: drain)
            phase.set(0, from: drain + cost.drainCycles)
        }
        return phase
    }

    private func stallSignal() -> Signal {
        var stall = Signal(.compute, "stall", bits: 3, in: window)
        for slice in stallSlices(
            of: plan.program.commands, groups: plan.layout.groups, timed: plan.timeline, on: plan.machine) {
            stall.set(StallReason.allCases.firstIndex(of: slice.reason)! + 1, from: slice.cycles.lowerBound)
            stall.set(0, from: slice.cycles.upperBound)
        }
        return stall
    }

    private func arraySignals() -> [Signal] {
        var step = Signal(.macArray, "step", in: window)
        var conflict = Signal(.macArray, "bankConflict", in: window)
        forEachCompute { start, cost, command in
            guard case .accumulate = command.operation else { return }
            let first = start + cost.fillCycles
            step.set(1, from: first)
            step.set(0, from: first + cost.computeCycles)
            conflict.set(1, from: first + cost.computeCycles)
            conflict.set(0, from: first + cost.computeCycles + cost.bankConflictCycles)
        }
        return [step, conflict]
    }

    private func forEachCompute(_ body: (Int, CommandCost, Command) -> Void) {
        for (index, command) in plan.program.commands.enumerated() {
            if let cost = CommandCost(of: command, on: plan.machine) {
                body(plan.timeline.commands[index].start, cost, command)
            }
        }
    }

    private func semaphoreSignals() -> [Signal] {
        var edges = [[(cycle: Int, change: Int)]](repeating: [], count: SemaphoreSet.count)
        for (index, command) in plan.program.commands.enumerated() {
            let timing = plan.timeline.commands[index]
            for semaphore in command.waits.indices { edges[semaphore].append((timing.start + 1, -1)) }
            for semaphore in command.signals.indices { edges[semaphore].append((timing.end + 1, 1)) }
        }
        return edges.indices.map { index in
            var signal = Signal(.semaphores, SemaphoreSet.name(index), bits: 8, in: window)
            var tokens = SemaphoreSet.initial.indices.contains(index) ? 1 : 0
            signal.set(tokens, from: 0)
            for edge in edges[index].sorted(by: { $0.cycle < $1.cycle }) {
                tokens += edge.change
                signal.set(tokens, from: edge.cycle)
            }
            return signal
        }
    }

    private func channelSignals() -> [Signal] {
        func signals(_ issue: String, _ beat: String, _ command: String) -> BusSignals {
            BusSignals(
                issue: Signal(.dma, issue, in: window), beat: Signal(.dma, beat, in: window),
                command: Signal(.dma, command, bits: 32, in: window))
        }
        var load = signals("loadIssue", "loadBeat", "loadBeatCommand")
        var store = signals("storeIssue", "storeBeat", "storeBeatCommand")
        replayBursts(
            of: plan.program.commands, timed: plan.timeline, on: plan.machine.memory, through: window.upperBound
        ) { burst in
            if burst.engine == .load { load.show(burst) } else { store.show(burst) }
        }
        return load.all + store.all
    }

    /// Of the bursts of one direction.
    private struct BusSignals {
        var issue: Signal
        var beat: Signal
        var command: Signal

        var all: [Signal] { [issue, beat, command] }

        mutating func show(_ burst: GrantedBurst) {
            issue.raise(in: burst.issue...burst.issue)
            for run in burst.beats { beat.raise(in: run) }
            command.set(burst.command, from: burst.beats[0].lowerBound)
        }
    }
}

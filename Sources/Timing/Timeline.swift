public import Commands
public import MachineDescription

/// When every command of a stream runs.
public struct Timeline: Hashable, Sendable {
    /// One for each command, in the stream's order.
    public var commands: [CommandTiming]
    /// One for each layer that occurs, by ascending index.
    public var layers: [LayerTiming]
    /// Cycles from 0 to the end of the last command: the sum of `simulatedCycles` over the layers.
    public var totalCycles: Int

    /// Runs `commands` through the three engines.
    ///
    /// - Parameter burstByBurst: takes every burst on its own: the slow definition that the ordinary way equals.
    /// - Throws: `deadlock`, `semaphoreShared`.
    public init(simulating commands: [Command], on machine: MachineDescription, burstByBurst: Bool = false) throws(TimelineError) {
        try checkSemaphores(commands)
        var run = TimelineRun(commands, on: machine, burstByBurst: burstByBurst)
        try run.finish()
        self.commands = run.timings
        totalCycles = (run.timings.map(\.end).max() ?? -1) + 1
        layers = layerTimings(of: commands, timings: run.timings, on: machine)
    }
}

/// First and last busy cycle of a command, and what it waited for last.
public struct CommandTiming: Hashable, Sendable {
    public var start = 0
    public var end = 0
    /// Index of the semaphore whose token came last, later than the engine's previous end; -1 if the command waited for no token.
    public var boundBy = -1
    /// Index of the command that signalled that token; -1 for none.
    public var boundByCommand = -1

    public init() {}

    public var cycles: Int { end - start + 1 }
}

/// Each semaphore has one engine that waits for it and one that signals it, so that its tokens come and go in order.
private func checkSemaphores(_ commands: [Command]) throws(TimelineError) {
    var waiting = [Engine?](repeating: nil, count: SemaphoreSet.count)
    var signalling = waiting
    func check(_ set: SemaphoreSet, _ engine: Engine, _ owners: inout [Engine?], _ command: Int) throws(TimelineError) {
        var bits = set.rawValue
        while bits != 0 {
            let index = bits.trailingZeroBitCount
            bits &= bits - 1
            if let owner = owners[index], owner != engine {
                throw .semaphoreShared(name: SemaphoreSet.name(index), first: owner, second: engine, command: command)
            }
            owners[index] = engine
        }
    }
    // By index: a command is large, and copying each is what would take the time.
    for index in commands.indices {
        try check(commands[index].waits, commands[index].engine, &waiting, index)
        try check(commands[index].signals, commands[index].engine, &signalling, index)
    }
}

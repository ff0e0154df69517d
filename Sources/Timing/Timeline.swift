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
    /// - Throws: `deadlock`, `semaphoreOverflow`, `semaphoreShared`.
    public init(
        simulating commands: [Command], on machine: MachineDescription, burstByBurst: Bool = false
    ) throws(TimelineError) {
        var stream = TimedStream(on: machine)
        stream.append(contentsOf: commands)
        try self.init(simulating: stream, burstByBurst: burstByBurst)
    }

    /// The same of a stream that was never kept as commands.
    public init(simulating stream: TimedStream, burstByBurst: Bool = false) throws(TimelineError) {
        try checkSemaphores(stream.entries)
        var run = TimelineRun(stream, burstByBurst: burstByBurst)
        try run.finish()
        commands = run.timings
        totalCycles = commands.reduce(0) { max($0, $1.end + 1) }
        layers = layerTimings(of: stream, timings: commands)
    }
}

/// First and last busy cycle of a command, and what it waited for last.
public struct CommandTiming: Hashable, Sendable {
    public var start = 0
    public var end = 0
    /// Index of the semaphore whose token came last, later than the engine's previous end; -1 if the command waited for
    /// no token.
    public var boundBy = -1
    /// Index of the command that signalled that token; -1 for none.
    public var boundByCommand = -1

    public init() {}

    public var cycles: Int { end - start + 1 }
}

/// Each semaphore has one engine that waits for it and one that signals it, so that its tokens come and go in order.
private func checkSemaphores(_ commands: [TimedStream.Entry]) throws(TimelineError) {
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
    for index in commands.indices {
        try check(commands[index].waits, commands[index].engine, &waiting, index)
        try check(commands[index].signals, commands[index].engine, &signalling, index)
    }
}

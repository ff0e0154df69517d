import Commands
import MachineDescription

/// The state of the three queues while a stream is timed.
///
/// A compute command's end is known as soon as it starts, so the compute engine runs ahead until it lacks a token; only
/// ends of transfers are waited for.
struct TimelineRun {
    private(set) var timings: [CommandTiming]
    private let commands: [TimedStream.Entry]
    private let transfers: [Transfer]
    private let decodedLoads: [Int32: DecodedLoad]
    private let latencyCycles: Int
    private var dma: DMAEngines
    private var queues = EngineQueues()
    private var tokens: [TokenQueue]
    /// The earliest token that found its semaphore full.
    private var overflow: (token: Token, semaphore: Int)?

    init(_ stream: TimedStream, burstByBurst: Bool) {
        commands = stream.entries
        transfers = stream.transfers
        decodedLoads = stream.decodedLoads
        latencyCycles = stream.machine.memory.read.latencyCycles
        dma = DMAEngines(stream.machine.memory, burstByBurst: burstByBurst)
        timings = [CommandTiming](repeating: CommandTiming(), count: commands.count)
        for index in commands.indices { queues[commands[index].engine].commands.append(index) }
        tokens = (0..<SemaphoreSet.count).map { index in
            SemaphoreSet.initial.rawValue & (1 << UInt32(index)) != 0
                ? TokenQueue(initial: Token(time: -1, command: -1)) : TokenQueue()
        }
    }

    mutating func finish() throws(TimelineError) {
        while true {
            startAll()
            guard let completion = dma.nextCompletion() else { break }
            let index = queues[completion.engine].running!
            queues[completion.engine].running = nil
            end(index, on: completion.engine, at: lastCycle(of: index, channelEnd: completion.end))
        }
        for semaphore in tokens.indices { note(tokens[semaphore].untakenOverflow, at: semaphore) }
        if let overflow {
            throw .semaphoreOverflow(command: overflow.token.command, name: SemaphoreSet.name(overflow.semaphore))
        }
        for engine in Engine.allCases {
            guard let index = queues[engine].next else { continue }
            let missing = commands[index].waits.indices.filter { tokens[$0].first == nil }
            throw .deadlock(
                command: index, layer: Int(commands[index].layer), engine: engine,
                missing: missing.map(SemaphoreSet.name))
        }
    }

    /// A transfer ends with its last burst, or where its bytes pass a decoder when that has made the last symbol.
    private func lastCycle(of index: Int, channelEnd: Int) -> Int {
        guard !decodedLoads.isEmpty, let load = decodedLoads[commands[index].transfer] else { return channelEnd }
        return load.end(start: timings[index].start, channelEnd: channelEnd, latencyCycles: latencyCycles)
    }

    /// Starts whatever has its tokens.
    private mutating func startAll() {
        while let index = startable(.compute) {
            let cycles = commands[index].cost!.cycles
            let start = begin(index, on: .compute)
            end(index, on: .compute, at: start + cycles - 1)
        }
        for engine in [Engine.load, .store] {
            guard queues[engine].running == nil, let index = startable(engine) else { continue }
            let start = begin(index, on: engine)
            queues[engine].running = index
            dma.start(transfers[Int(commands[index].transfer)], on: engine, at: start)
        }
    }

    /// The next command of an engine, if there is one and every semaphore it waits for holds a token.
    private func startable(_ engine: Engine) -> Int? {
        guard let index = queues[engine].next else { return nil }
        var bits = commands[index].waits.rawValue
        while bits != 0 {
            if tokens[bits.trailingZeroBitCount].first == nil { return nil }
            bits &= bits - 1
        }
        return index
    }

    /// Takes the tokens and returns the first cycle: one after the later of the engine's previous end and the last
    /// token.
    private mutating func begin(_ index: Int, on engine: Engine) -> Int {
        var latest = queues[engine].previousEnd
        var bits = commands[index].waits.rawValue
        while bits != 0 {
            let semaphore = bits.trailingZeroBitCount
            bits &= bits - 1
            let token = tokens[semaphore].first!
            if token.time > latest {
                latest = token.time
                timings[index].boundBy = semaphore
                timings[index].boundByCommand = token.command
            }
        }
        timings[index].start = latest + 1
        bits = commands[index].waits.rawValue
        while bits != 0 {
            let semaphore = bits.trailingZeroBitCount
            bits &= bits - 1
            note(tokens[semaphore].take(at: latest + 1), at: semaphore)
        }
        queues[engine].position += 1
        return latest + 1
    }

    private mutating func end(_ index: Int, on engine: Engine, at cycle: Int) {
        timings[index].end = cycle
        queues[engine].previousEnd = cycle
        var bits = commands[index].signals.rawValue
        while bits != 0 {
            let semaphore = bits.trailingZeroBitCount
            bits &= bits - 1
            note(tokens[semaphore].put(Token(time: cycle, command: index)), at: semaphore)
        }
    }

    /// Keeps the earliest token that found its semaphore full.
    @inline(__always)
    private mutating func note(_ token: Token?, at semaphore: Int) {
        guard let token else { return }
        if let overflow, overflow.token.time <= token.time { return }
        overflow = (token, semaphore)
    }
}

/// A token: the cycle in which it was put and the command that put it.
private struct Token {
    var time: Int
    var command: Int
}

/// The tokens of a semaphore, first in, first out.
///
/// A token that is put in cycle p must find place: the one `SemaphoreSet.largestTokens` before it was taken in cycle p
/// or earlier. Engines are not timed in the order of cycles, so whichever of put and take comes second compares.
private struct TokenQueue {
    private var tokens: [Token] = []
    /// The cycle in which each token was taken, of those that were.
    private var takes: [Int] = []

    init() {}
    init(initial: Token) { tokens = [initial] }

    var first: Token? { takes.count < tokens.count ? tokens[takes.count] : nil }

    /// Gives `token` back where it found no place.
    mutating func put(_ token: Token) -> Token? {
        let before = tokens.count - SemaphoreSet.largestTokens
        tokens.append(token)
        return takes.indices.contains(before) && takes[before] > token.time ? token : nil
    }

    /// Takes the first token, and gives the one that was put before and found no place.
    mutating func take(at cycle: Int) -> Token? {
        let after = takes.count + SemaphoreSet.largestTokens
        takes.append(cycle)
        return after < tokens.count && tokens[after].time < cycle ? tokens[after] : nil
    }

    /// The first of the tokens that found no place because those before are never taken.
    var untakenOverflow: Token? {
        let after = takes.count + SemaphoreSet.largestTokens
        return after < tokens.count ? tokens[after] : nil
    }
}

private struct EngineQueue {
    var commands: [Int] = []
    var position = 0
    var previousEnd = -1
    /// The transfer that is under way.
    var running: Int?

    var next: Int? { position < commands.count ? commands[position] : nil }
}

private struct EngineQueues {
    private var load = EngineQueue()
    private var compute = EngineQueue()
    private var store = EngineQueue()

    subscript(engine: Engine) -> EngineQueue {
        _read {
            switch engine {
            case .load: yield load
            case .compute: yield compute
            case .store: yield store
            }
        }
        _modify {
            switch engine {
            case .load: yield &load
            case .compute: yield &compute
            case .store: yield &store
            }
        }
    }
}

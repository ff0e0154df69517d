import Commands
import Lowering
import MachineDescription
import Random
import TestSupport
import Timing

/// Random transfers for both engines, each starting some cycles after the one before on its engine and after one of the
/// other engine.
struct TransferScript {
    struct Step {
        var transfer: Transfer
        /// Cycles between what it waits for and its start.
        var gap: Int
        /// Index of the other engine's transfer that it waits for, or nil.
        var after: Int?
    }

    var memory: MemoryDescription
    /// Load and store.
    var steps: [[Step]] = [[], []]

    init(seed: UInt64, largestRowBytes: Int) {
        var random = SeededGenerator(seed: seed)
        func pick(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
        memory = MemoryDescription.random(&random)
        let burst = memory.burstBytes
        for engine in 0...1 {
            for index in 0..<pick(0...4) {
                // Half of the rows begin and end at burst boundaries.
                func rounded(_ bytes: Int) -> Int { (bytes + burst - 1) / burst * burst }
                let aligned = pick(0...1) == 0
                let bytes = aligned ? rounded(pick(1...largestRowBytes)) : pick(1...largestRowBytes)
                let pitch = bytes + (pick(0...1) == 0 ? 0 : pick(0...3) * burst + (aligned ? 0 : pick(0...5)))
                let rows = pick(1...4)
                let planePitch = rows * pitch + (pick(0...1) == 0 ? 0 : pick(0...3) * burst)
                let transfer = Transfer(
                    externalAddress: pick(0...9) * burst + (aligned ? 0 : pick(0...40)), planes: pick(1...2),
                    planePitchBytes: planePitch, rows: rows,
                    rowPitchBytes: pitch, rowBytes: bytes, buffer: .activationBuffer, bufferAddress: 0,
                    chunkBytes: bytes, chunkPitchBytes: bytes)
                // Only a load waits for stores of smaller index and the other way round, so there is no circle.
                let after = index > 0 && pick(0...2) == 0 ? pick(0...index - 1) : nil
                steps[engine].append(Step(transfer: transfer, gap: pick(0...2) * pick(0...40), after: after))
            }
        }
        for engine in 0...1 {
            for index in steps[engine].indices {
                if let after = steps[engine][index].after, after >= steps[1 - engine].count {
                    steps[engine][index].after = nil
                }
            }
        }
    }

    /// The start of step `index`, once all that it waits for has ended.
    private func start(_ engine: Int, _ index: Int, _ ends: [[Int]]) -> Int? {
        guard index < steps[engine].count, ends[engine].count == index else { return nil }
        let step = steps[engine][index]
        var latest = ends[engine].last ?? -1
        if let after = step.after {
            guard after < ends[1 - engine].count else { return nil }
            latest = max(latest, ends[1 - engine][after])
        }
        return latest + 1 + step.gap
    }

    /// Ends of all transfers by the engines under test.
    func ends(burstByBurst: Bool) -> [[Int]] {
        var engines = DMAEngines(memory, burstByBurst: burstByBurst)
        var ends: [[Int]] = [[], []]
        var started = [0, 0]
        func startAll() {
            for engine in 0...1 where started[engine] == ends[engine].count {
                guard let start = start(engine, started[engine], ends) else { continue }
                engines.start(steps[engine][started[engine]].transfer, on: engine == 0 ? .load : .store, at: start)
                started[engine] += 1
            }
        }
        startAll()
        while let completion = engines.nextCompletion() {
            ends[completion.engine == .load ? 0 : 1].append(completion.end)
            startAll()
        }
        return ends
    }

    /// Beats of each burst, byte by byte from the definition.
    private func beats(of transfer: Transfer) -> [Int] {
        var runs: [Range<Int>] = []
        for plane in 0..<transfer.planes {
            for row in 0..<transfer.rows {
                let start = transfer.externalAddress + plane * transfer.planePitchBytes + row * transfer.rowPitchBytes
                if let last = runs.last, last.upperBound == start {
                    // Rows that touch are one run, if all rows of a plane do, and planes if all touch.
                    let rowsTouch = transfer.rows == 1 || transfer.rowPitchBytes == transfer.rowBytes
                    if rowsTouch {
                        runs[runs.count - 1] = last.lowerBound..<start + transfer.rowBytes
                        continue
                    }
                }
                runs.append(start..<start + transfer.rowBytes)
            }
        }
        var beats: [Int] = []
        for run in runs {
            var burst = -1
            var word = -1
            for byte in run {
                if byte / memory.burstBytes != burst {
                    burst = byte / memory.burstBytes
                    word = -1
                    beats.append(0)
                }
                if byte / memory.busBytes != word {
                    word = byte / memory.busBytes
                    beats[beats.count - 1] += 1
                }
            }
        }
        return beats
    }

    /// Ends of all transfers by a model that looks at every cycle: who asks, what each bus does, which responses come.
    func endsCycleByCycle() -> [[Int]] {
        var ends: [[Int]] = [[], []]
        // Beats of the bursts that are still to be issued.
        var pending: [[Int]?] = [nil, nil]
        var running: [Int?] = [nil, nil]
        var inFlight = [0, 0]
        var responses: [(cycle: Int, isLast: Bool)] = []
        var buses = memory.duplex == .half ? [Bus(memory)] : [Bus(memory), Bus(memory)]
        var lastGranted = 1
        let directions = [memory.read, memory.write]
        var cycle = 0
        while ends[0].count < steps[0].count || ends[1].count < steps[1].count {
            for engine in 0...1 {
                if let end = running[engine], end < cycle {
                    ends[engine].append(end)
                    running[engine] = nil
                    pending[engine] = nil
                }
            }
            for engine in 0...1 where pending[engine] == nil {
                guard let start = start(engine, ends[engine].count, ends), start <= cycle else { continue }
                pending[engine] = beats(of: steps[engine][ends[engine].count].transfer)
            }
            var granted = [0, 1].filter {
                !(pending[$0] ?? []).isEmpty && inFlight[$0] < directions[$0].outstanding
            }
            if memory.duplex == .half, granted.count == 2 { granted = [1 - lastGranted] }
            for engine in granted {
                let beats = pending[engine]!.removeFirst()
                inFlight[engine] += 1
                buses[buses.count == 1 ? 0 : engine].queue.append(
                    Bus.Waiting(
                        engine: engine, beats: beats,
                        ready: cycle + (engine == 0 ? memory.read.latencyCycles : 1),
                        isLast: pending[engine]!.isEmpty))
                lastGranted = engine
            }
            for index in buses.indices {
                guard let burst = buses[index].move(in: cycle, directions) else { continue }
                if burst.engine == 0 {
                    inFlight[0] -= 1
                    if burst.isLast { running[0] = cycle }
                } else {
                    responses.append((cycle + memory.write.latencyCycles, burst.isLast))
                }
            }
            if let response = responses.first, response.cycle == cycle {
                inFlight[1] -= 1
                if response.isLast { running[1] = cycle }
                responses.removeFirst()
            }
            cycle += 1
        }
        return ends
    }

    /// One bus, cycle by cycle.
    private struct Bus {
        struct Waiting {
            var engine: Int
            var beats: Int
            var ready: Int
            var isLast: Bool
        }

        var queue: [Waiting] = []
        private var lostUntil = 0
        private let efficiency: MemoryEfficiency
        /// What beats have earned of a cycle of rest, in p-ths.
        private var due = 0
        private var isCounted = false

        init(_ memory: MemoryDescription) { efficiency = memory.efficiency }

        /// Moves or rests for a cycle; the burst whose last beat moved.
        mutating func move(in cycle: Int, _ directions: [MemoryDirection]) -> Waiting? {
            guard let burst = queue.first, cycle >= burst.ready, cycle >= lostUntil else { return nil }
            if !isCounted {
                due += efficiency.cycles - efficiency.beats
                isCounted = true
            }
            if due >= efficiency.beats {
                due -= efficiency.beats
                return nil
            }
            isCounted = false
            queue[0].beats -= 1
            guard queue[0].beats == 0 else { return nil }
            lostUntil = cycle + 1 + directions[burst.engine].overheadCycles
            return queue.removeFirst()
        }
    }
}

extension MemoryDescription {
    /// Few lanes and bursts, so that a model that looks at every cycle is quick.
    static func random(_ random: inout SeededGenerator) -> MemoryDescription {
        func pick(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
        let busBytes = 1 << pick(0...4)
        let burst = busBytes << pick(0...4)
        func direction() -> MemoryDirection {
            MemoryDirection(
                outstanding: pick(1...9), latencyCycles: pick(1...(pick(0...1) == 0 ? 12 : 60)),
                overheadCycles: pick(0...1) * pick(0...6))
        }
        let cycles = pick(0...1) == 0 ? 1 : pick(1...20)
        return MemoryDescription(
            busBytes: busBytes, alignmentBytes: burst, burstBytes: burst, duplex: pick(0...2) == 0 ? .full : .half,
            read: direction(), write: direction(),
            efficiency: MemoryEfficiency(beats: pick(1...cycles), cycles: cycles))
    }
}

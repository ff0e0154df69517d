import Commands
import Lowering
import MachineDescription
import Random
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

    var dma: DMADescription
    /// Load and store.
    var steps: [[Step]] = [[], []]

    init(seed: UInt64, largestRowBytes: Int) {
        var random = SeededGenerator(seed: seed)
        func pick(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
        let bytesPerCycle = 1 << pick(0...4)
        let burst = bytesPerCycle << pick(0...4)
        dma = DMADescription(
            bytesPerCycle: bytesPerCycle, latencyCycles: pick(1...(pick(0...1) == 0 ? 12 : 60)), burstBytes: burst,
            alignmentBytes: burst, outstanding: pick(1...9))
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
        var engines = DMAEngines(dma, burstByBurst: burstByBurst)
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
                if byte / dma.burstBytes != burst {
                    burst = byte / dma.burstBytes
                    word = -1
                    beats.append(0)
                }
                if byte / dma.bytesPerCycle != word {
                    word = byte / dma.bytesPerCycle
                    beats[beats.count - 1] += 1
                }
            }
        }
        return beats
    }

    /// Ends of all transfers by a model that looks at every cycle.
    func endsCycleByCycle() -> [[Int]] {
        var ends: [[Int]] = [[], []]
        var pending: [(beats: [Int], start: Int)?] = [nil, nil]
        var dones: [Int] = []
        var previousIssue = -1
        var lastGranted = 1
        var running: [Int?] = [nil, nil]
        var cycle = 0
        while ends[0].count < steps[0].count || ends[1].count < steps[1].count {
            for engine in 0...1 {
                if let end = running[engine], end < cycle {
                    ends[engine].append(end)
                    running[engine] = nil
                }
            }
            for engine in 0...1 where pending[engine] == nil && running[engine] == nil {
                guard let start = start(engine, ends[engine].count, ends), start <= cycle else { continue }
                pending[engine] = (beats(of: steps[engine][ends[engine].count].transfer), start)
            }
            let free =
                cycle > previousIssue && (dones.count < dma.outstanding || dones[dones.count - dma.outstanding] < cycle)
            if free {
                let asking = [0, 1].filter { pending[$0] != nil }
                if asking.isEmpty {
                    lastGranted = 1
                } else {
                    let engine = asking.count == 2 ? 1 - lastGranted : asking[0]
                    let done =
                        max(cycle + dma.latencyCycles, (dones.last ?? -1) + 1) + pending[engine]!.beats.removeFirst()
                        - 1
                    dones.append(done)
                    previousIssue = cycle
                    lastGranted = engine
                    if pending[engine]!.beats.isEmpty {
                        pending[engine] = nil
                        running[engine] = done
                    }
                }
            }
            cycle += 1
        }
        return ends
    }
}

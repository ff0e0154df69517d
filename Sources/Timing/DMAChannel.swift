public import MachineDescription

/// The half-duplex channel to external memory, burst by burst, whoever asks.
///
///     issue = max(previous issue + 1, done[i - outstanding] + 1, request)
///     first = max(issue + latency, previous done + 1)
///     done  = first + beats - 1
///
/// Before the first burst everything is long past.
public struct DMAChannel: Hashable, Sendable {
    private let latencyCycles: Int
    private var previousIssue = DMAChannel.longPast
    private var previousDone = DMAChannel.longPast
    /// `done` of the last `outstanding` bursts; the oldest at `oldest`.
    private var doneRing: [Int]
    private var oldest = 0

    private static let longPast = -1_000_000

    public init(_ dma: DMADescription) {
        latencyCycles = dma.latencyCycles
        doneRing = [Int](repeating: DMAChannel.longPast, count: dma.outstanding)
    }

    /// First cycle in which the channel can issue another burst.
    public var nextIssue: Int { max(previousIssue + 1, doneRing[oldest] + 1) }

    /// Cycle in which the last byte of the burst issued last is moved.
    public var lastDone: Int { previousDone }

    /// Issues one burst, requested since `request`.
    public mutating func issue(beats: Int, request: Int) {
        let issue = max(nextIssue, request)
        let done = max(issue + latencyCycles, previousDone + 1) + beats - 1
        previousIssue = issue
        previousDone = done
        doneRing[oldest] = done
        oldest = oldest + 1 == doneRing.count ? 0 : oldest + 1
    }

    /// Issues up to `count` bursts that are requested all the time and cost `beats` and `others` in turn, as long as
    /// they issue before `horizon`; returns how many.
    ///
    /// Equal to calling `issue` that often. The recurrence uses only `max` and sums with constants: once `outstanding`
    /// bursts in a row moved the whole state by the same number of cycles, every further round of `outstanding` bursts
    /// with the same beats does, and whole rounds are taken at once.
    public mutating func issueEqual(_ count: Int, beats: Int, others: Int, before horizon: Int) -> Int {
        let outstanding = doneRing.count
        // The second round begins with the beats of the first.
        let repeats = beats == others || outstanding % 2 == 0
        var issued = 0
        // By how much the last `equalShifts` bursts moved the state, and the issue before the first of them.
        var (shift, equalShifts, roundStart) = (0, 0, previousIssue)
        var (lastIssue, lastDone, slot) = (previousIssue, previousDone, oldest)
        let latency = latencyCycles
        doneRing.withUnsafeMutableBufferPointer { ring in
            while issued < count {
                let leaving = ring[slot]
                let issue = max(lastIssue + 1, leaving + 1)
                guard issue < horizon else { break }
                let done = max(issue + latency, lastDone + 1) + (issued & 1 == 0 ? beats : others) - 1
                if done - leaving != shift || equalShifts == 0 {
                    (shift, equalShifts, roundStart) = (done - leaving, 0, lastIssue)
                }
                equalShifts += 1
                ring[slot] = done
                (lastIssue, lastDone) = (issue, done)
                slot = slot + 1 == outstanding ? 0 : slot + 1
                issued += 1
                guard equalShifts == outstanding else { continue }
                if repeats, lastIssue - roundStart == shift, count - issued >= outstanding {
                    var rounds = (count - issued) / outstanding
                    if horizon != .max { rounds = min(rounds, (horizon - 1 - lastIssue) / shift) }
                    let cycles = rounds * shift
                    for i in ring.indices { ring[i] += cycles }
                    lastIssue += cycles
                    lastDone += cycles
                    issued += rounds * outstanding
                }
                equalShifts = 0
            }
        }
        (previousIssue, previousDone, oldest) = (lastIssue, lastDone, slot)
        return issued
    }
}

public import MachineDescription

/// One bus to external memory, burst by burst, whoever asks: the one bus for both directions of a half-duplex memory,
/// or one direction's of a full-duplex one.
///
///     issue = max(previous issue + 1, done of the burst `outstanding` earlier in its direction + 1, request)
///     first = max(issue + (read: latency; write: 1), free)
///     last  = first + beats - 1 + held + floor((c + beats (q - p)) / p);      c = (c + beats (q - p)) mod p
///     free  = last + 1 + overhead
///     done  = last (read), last + latency (write: its response)
///
/// held: cycles that the burst's words hold the bus beyond one each (`WindowHolds`), otherwise 0.
///
/// Before the first burst everything is long past, and c is 0.
public struct DMAChannel: Sendable {
    /// What one direction's bursts cost, and which are in flight.
    private struct Direction {
        /// Cycles from the issue to the first word at the earliest.
        let firstCycles: Int
        /// Cycles from the last word to the end.
        let responseCycles: Int
        let overheadCycles: Int
        /// `done` of the last `outstanding` bursts; the oldest at `oldest`.
        var dones: [Int]
        var oldest = 0

        init(_ memory: MemoryDescription, _ access: MemoryAccess) {
            let direction = memory[access]
            firstCycles = access == .read ? direction.latencyCycles : 1
            responseCycles = access == .read ? 0 : direction.latencyCycles
            overheadCycles = direction.overheadCycles
            dones = [Int](repeating: DMAChannel.longPast, count: direction.outstanding)
        }

        mutating func append(_ done: Int) {
            dones[oldest] = done
            oldest = oldest + 1 == dones.count ? 0 : oldest + 1
        }

        mutating func shift(by cycles: Int) {
            for index in dones.indices { dones[index] += cycles }
        }

        /// Whether the bursts in flight are those of `earlier`, so many cycles later.
        func equals(_ earlier: Direction, shiftedBy cycles: Int) -> Bool {
            var (own, other) = (oldest, earlier.oldest)
            for _ in dones.indices {
                guard dones[own] == earlier.dones[other] + cycles else { return false }
                own = own + 1 == dones.count ? 0 : own + 1
                other = other + 1 == dones.count ? 0 : other + 1
            }
            return true
        }
    }

    /// When a burst moves.
    public struct Burst: Hashable, Sendable {
        public var issue: Int
        /// The cycle from which on its beats could move.
        public var first: Int
        /// The cycle of its last beat.
        public var last: Int
        public var done: Int
        /// c before it.
        var rest: Int
    }

    private var read: Direction
    private var write: Direction
    private let efficiency: MemoryEfficiency
    private var previousIssue = DMAChannel.longPast
    private var free = DMAChannel.longPast
    /// c: what the beats so far have left of the next cycle of rest, in p-ths.
    private var rest = 0

    private static let longPast = -1_000_000

    public init(_ memory: MemoryDescription) {
        read = Direction(memory, .read)
        write = Direction(memory, .write)
        efficiency = memory.efficiency
    }

    /// First cycle in which the channel can issue another burst of that direction.
    public func nextIssue(_ access: MemoryAccess) -> Int {
        access == .read
            ? max(previousIssue, read.dones[read.oldest]) + 1 : max(previousIssue, write.dones[write.oldest]) + 1
    }

    /// Issues one burst, requested since `request`.
    ///
    /// - Parameter heldCycles: that its words hold the bus beyond one each.
    @discardableResult
    public mutating func issue(_ access: MemoryAccess, beats: Int, heldCycles: Int = 0, request: Int) -> Burst {
        let issue = max(nextIssue(access), request)
        let burst = move(
            beats, heldCycles, issue, access == .read ? read.firstCycles : write.firstCycles,
            access == .read ? 0 : write.responseCycles, access == .read ? read.overheadCycles : write.overheadCycles)
        switch access {
        case .read: read.append(burst.done)
        case .write: write.append(burst.done)
        }
        return burst
    }

    @inline(__always)
    private mutating func move(
        _ beats: Int, _ heldCycles: Int, _ issue: Int, _ firstCycles: Int, _ responseCycles: Int, _ overheadCycles: Int
    ) -> Burst {
        let first = max(issue + firstCycles, free)
        var last = first + beats - 1 + heldCycles
        let before = rest
        if efficiency.gapCycles > 0 {
            let rests = (rest + beats * efficiency.gapCycles).quotientAndRemainder(dividingBy: efficiency.beats)
            last += rests.quotient
            rest = rests.remainder
        }
        previousIssue = issue
        free = last + 1 + overheadCycles
        return Burst(issue: issue, first: first, last: last, done: last + responseCycles, rest: before)
    }

    /// The cycles in which a burst's beats move: each rests before it as long as those before leave, and waits for as
    /// long as its word and those before hold the bus.
    ///
    /// - Parameter holds: cycles beyond one of each word; empty where there are none.
    public func beatCycles(of burst: Burst, beats: Int, holds: [Int] = []) -> [Int] {
        var held = 0
        return (0..<beats).map {
            if !holds.isEmpty { held += holds[$0] }
            return burst.first + $0 + held + (burst.rest + ($0 + 1) * efficiency.gapCycles) / efficiency.beats
        }
    }

    // MARK: Equal bursts together

    /// Whether each burst of so many beats rests for as many cycles as every other.
    func restsAlike(beats: Int) -> Bool { beats * efficiency.gapCycles % efficiency.beats == 0 }

    /// Issues up to `count` bursts of one direction that cost the same, are requested all the time and rest alike, as
    /// long as they issue before `horizon`; returns how many.
    ///
    /// Equal to calling `issue` that often. Once as many bursts in a row as may be in flight moved the whole state by
    /// the same number of cycles, every further round of them does, and whole rounds are taken at once.
    mutating func issueAlone(_ access: MemoryAccess, _ bursts: EqualBursts, before horizon: Int) -> Int {
        let busCycles = bursts.beats - 1 + bursts.beats * efficiency.gapCycles / efficiency.beats
        return access == .read
            ? Self.issue(bursts.count, busCycles, before: horizon, &read, &previousIssue, &free)
            : Self.issue(bursts.count, busCycles, before: horizon, &write, &previousIssue, &free)
    }

    /// - Parameter busCycles: from a burst's first cycle to its last.
    private static func issue(
        _ count: Int, _ busCycles: Int, before horizon: Int, _ direction: inout Direction, _ previousIssue: inout Int,
        _ free: inout Int
    ) -> Int {
        let outstanding = direction.dones.count
        let (firstCycles, responseCycles) = (direction.firstCycles, direction.responseCycles)
        let freeCycles = 1 + direction.overheadCycles
        var issued = 0
        // By how much the last `equalShifts` bursts moved the state, and the issue before the first of them.
        var (shift, equalShifts, roundStart) = (0, 0, previousIssue)
        var (lastIssue, nextFree, slot) = (previousIssue, free, direction.oldest)
        direction.dones.withUnsafeMutableBufferPointer { dones in
            while issued < count {
                let leaving = dones[slot]
                let issue = max(lastIssue, leaving) + 1
                guard issue < horizon else { break }
                let last = max(issue + firstCycles, nextFree) + busCycles
                let done = last + responseCycles
                if done - leaving != shift || equalShifts == 0 {
                    (shift, equalShifts, roundStart) = (done - leaving, 0, lastIssue)
                }
                equalShifts += 1
                dones[slot] = done
                (lastIssue, nextFree) = (issue, last + freeCycles)
                slot = slot + 1 == outstanding ? 0 : slot + 1
                issued += 1
                guard equalShifts == outstanding else { continue }
                if lastIssue - roundStart == shift, count - issued >= outstanding {
                    var rounds = (count - issued) / outstanding
                    if horizon != .max { rounds = min(rounds, (horizon - 1 - lastIssue) / shift) }
                    let cycles = rounds * shift
                    for index in dones.indices { dones[index] += cycles }
                    lastIssue += cycles
                    nextFree += cycles
                    issued += rounds * outstanding
                }
                equalShifts = 0
            }
        }
        if issued > 0 { (previousIssue, free, direction.oldest) = (lastIssue, nextFree, slot) }
        return issued
    }

    /// Whether the channel is in the state of `earlier`, so many cycles later, for bursts of the directions that ask.
    func equals(_ earlier: DMAChannel, shiftedBy cycles: Int, _ accesses: MemoryAccesses) -> Bool {
        previousIssue == earlier.previousIssue + cycles && free == earlier.free + cycles && rest == earlier.rest
            && (!accesses.contains(.read) || read.equals(earlier.read, shiftedBy: cycles))
            && (!accesses.contains(.write) || write.equals(earlier.write, shiftedBy: cycles))
    }

    /// Moves the state for bursts of the directions that ask.
    mutating func shift(by cycles: Int, _ accesses: MemoryAccesses) {
        previousIssue += cycles
        free += cycles
        if accesses.contains(.read) { read.shift(by: cycles) }
        if accesses.contains(.write) { write.shift(by: cycles) }
    }

    var lastIssue: Int { previousIssue }
}

/// The directions that ask.
struct MemoryAccesses: OptionSet {
    let rawValue: Int
    static let read = MemoryAccesses(rawValue: 1)
    static let write = MemoryAccesses(rawValue: 2)
}

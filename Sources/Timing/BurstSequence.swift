public import Commands
public import MachineDescription

/// The bursts of one transfer in order: each contiguous run of bytes is split at addresses that are multiples of
/// `burstBytes`.
///
///     burst boundaries   |       |       |       |
///     run                    #####################
///     bursts                 1---2-------3-------      each costs the beats (bus words) that it touches
///
/// Only addresses modulo `burstBytes` matter, so rows that are whole aligned bursts, or that lie against each other,
/// count as one run. Rows that are laid as windows do not: where a word lies in its row says how long it holds the bus.
public struct BurstSequence: Sendable {
    // Burst and bus width are powers of two: base-2 logarithms.
    private let burstShift: Int
    private let beatShift: Int
    private let runs: Int
    private let rowsPerPlane: Int
    private let rowBytes: Int
    private let planePitchBytes: Int
    private let rowPitchBytes: Int
    // Where the next burst begins, and what is left of its run.
    private var run = 0
    private var row = 0
    private var planeAddress: Int
    private var address: Int
    private var runBytesLeft: Int
    /// Of rows that are laid as windows.
    private let holds: WindowHolds?
    private let laysWindows: Bool

    public init(_ transfer: Transfer, on memory: MemoryDescription) {
        precondition(
            transfer.bytes > 0 && transfer.externalAddress >= 0, "a transfer moves at least one byte: \(transfer)")
        precondition(
            memory.burstBytes & (memory.burstBytes - 1) == 0 && memory.busBytes & (memory.busBytes - 1) == 0
                && memory.burstBytes >= memory.busBytes,
            """
            burstBytes \(memory.burstBytes) and busBytes \(memory.busBytes) are powers of two, and a burst is at least \
            a beat
            """
        )
        burstShift = memory.burstBytes.trailingZeroBitCount
        beatShift = memory.busBytes.trailingZeroBitCount
        let burst = memory.burstBytes
        var (planes, planePitch) = (transfer.planes, transfer.planePitchBytes)
        var (rows, rowPitch, bytes) = (transfer.rows, transfer.rowPitchBytes, transfer.rowBytes)
        func joins(_ pitch: Int, _ length: Int) -> Bool {
            pitch == length || (transfer.externalAddress % burst == 0 && pitch % burst == 0 && length % burst == 0)
        }
        if rows == 1 { rowPitch = bytes }
        if transfer.windows == nil, joins(rowPitch, bytes) {
            (bytes, rows) = (bytes * rows, 1)
            if planes == 1 { planePitch = bytes }
            if joins(planePitch, bytes) { (bytes, planes) = (bytes * planes, 1) }
        }
        runs = planes * rows
        rowsPerPlane = rows
        rowBytes = bytes
        planeAddress = transfer.externalAddress
        planePitchBytes = planePitch
        rowPitchBytes = rowPitch
        address = transfer.externalAddress
        runBytesLeft = bytes
        holds = transfer.windows.map { WindowHolds($0, of: transfer, busBytes: memory.busBytes) }
        laysWindows = holds != nil
    }

    public var isFinished: Bool { run == runs }

    /// Bytes of the next burst.
    private var nextBytes: Int {
        let burstBytes = 1 << burstShift
        return min(runBytesLeft, burstBytes - (address & (burstBytes - 1)))
    }

    /// Beats of the next burst: the bus words that it touches.
    public var nextBeats: Int { ((address + nextBytes - 1) >> beatShift) - (address >> beatShift) + 1 }

    /// Cycles that the words of the next burst hold the bus beyond one each.
    public var nextHeldCycles: Int {
        guard laysWindows else { return 0 }
        return heldCycles(beats: nextRowBeats)
    }

    /// The same of each word; empty where none may hold it.
    public var nextHolds: [Int] { laysWindows ? nextRowBeats.map { heldCycles(beats: $0..<$0 + 1) } : [] }

    private func heldCycles(beats: Range<Int>) -> Int {
        holds!.heldCycles(skipped: rowAddress & (1 << beatShift - 1), beats: beats)
    }

    private var rowAddress: Int { address - (rowBytes - runBytesLeft) }

    /// Which words of its row the next burst has.
    private var nextRowBeats: Range<Int> {
        let first = (address >> beatShift) - (rowAddress >> beatShift)
        return first..<first + nextBeats
    }

    /// How many of the next bursts cost the same beats, at least 1: whole ones of this run, or runs of one burst each
    /// that begin at the same place in a burst. Always 1 where words may hold the bus.
    public var equalBursts: (count: Int, beats: Int) {
        let burstBytes = 1 << burstShift
        if laysWindows { return (1, nextBeats) }
        if address & (burstBytes - 1) == 0, runBytesLeft >= burstBytes {
            return (runBytesLeft >> burstShift, 1 << (burstShift - beatShift))
        }
        guard runBytesLeft == rowBytes, nextBytes == rowBytes, rowPitchBytes & (burstBytes - 1) == 0 else {
            return (1, nextBeats)
        }
        return (planePitchBytes & (burstBytes - 1) == 0 ? runs - run : rowsPerPlane - row, nextBeats)
    }

    /// Takes the next burst.
    public mutating func advance() { take(nextBytes) }

    /// Takes `count <= equalBursts.count` of those.
    public mutating func advance(equalBursts count: Int) {
        precondition((0...equalBursts.count).contains(count), "\(count) of \(equalBursts.count) equal bursts")
        guard count > 0 else { return }
        guard !laysWindows else { return advance() }
        let burstBytes = 1 << burstShift
        if address & (burstBytes - 1) == 0, runBytesLeft >= burstBytes {
            take(count << burstShift)
        } else {
            // All but the last as whole rows; that one ends its run as any burst does.
            guard count > 1 else { return advance() }
            run += count - 1
            row += count - 1
            planeAddress += row / rowsPerPlane * planePitchBytes
            row %= rowsPerPlane
            address = planeAddress + row * rowPitchBytes
            take(nextBytes)
        }
    }

    private mutating func take(_ bytes: Int) {
        address += bytes
        runBytesLeft -= bytes
        guard runBytesLeft == 0 else { return }
        run += 1
        guard run < runs else { return }
        row += 1
        if row == rowsPerPlane {
            row = 0
            planeAddress += planePitchBytes
        }
        address = planeAddress + row * rowPitchBytes
        runBytesLeft = rowBytes
    }
}

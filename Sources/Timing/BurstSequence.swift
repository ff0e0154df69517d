public import Commands
public import MachineDescription

/// The bursts of one transfer in order: each contiguous run of bytes is split at addresses that are multiples of `burstBytes`.
///
///     burst boundaries   |       |       |       |
///     run                    #####################
///     bursts                 1---2-------3-------      each costs the beats (bus words) that it touches
///
/// Only addresses modulo `burstBytes` matter, so rows that are whole aligned bursts, or that lie against each other, count as one run.
public struct BurstSequence: Sendable {
    private let burstBytes: Int
    private let bytesPerCycle: Int
    private let runs: Int
    private let rowsPerPlane: Int
    private let rowBytes: Int
    private let externalAddress: Int
    private let planePitchBytes: Int
    private let rowPitchBytes: Int
    // Where the next burst begins, and what is left of its run.
    private var run = 0
    private var address: Int
    private var runBytesLeft: Int

    public init(_ transfer: Transfer, on dma: DMADescription) {
        precondition(transfer.bytes > 0 && transfer.externalAddress >= 0, "a transfer moves at least one byte: \(transfer)")
        burstBytes = dma.burstBytes
        bytesPerCycle = dma.bytesPerCycle
        let burst = dma.burstBytes
        var (planes, planePitch) = (transfer.planes, transfer.planePitchBytes)
        var (rows, rowPitch, bytes) = (transfer.rows, transfer.rowPitchBytes, transfer.rowBytes)
        func joins(_ pitch: Int, _ length: Int) -> Bool {
            pitch == length || (transfer.externalAddress % burst == 0 && pitch % burst == 0 && length % burst == 0)
        }
        if rows == 1 { rowPitch = bytes }
        if joins(rowPitch, bytes) {
            (bytes, rows) = (bytes * rows, 1)
            if planes == 1 { planePitch = bytes }
            if joins(planePitch, bytes) { (bytes, planes) = (bytes * planes, 1) }
        }
        runs = planes * rows
        rowsPerPlane = rows
        rowBytes = bytes
        externalAddress = transfer.externalAddress
        planePitchBytes = planePitch
        rowPitchBytes = rowPitch
        address = transfer.externalAddress
        runBytesLeft = bytes
    }

    public var isFinished: Bool { run == runs }

    /// Bytes of the next burst.
    private var nextBytes: Int { min(runBytesLeft, burstBytes - address % burstBytes) }

    /// Beats of the next burst: the bus words that it touches.
    public var nextBeats: Int { (address + nextBytes - 1) / bytesPerCycle - address / bytesPerCycle + 1 }

    /// How many of the next bursts are whole: `burstBytes` long and aligned.
    public var wholeBursts: Int { address % burstBytes == 0 ? runBytesLeft / burstBytes : 0 }

    /// Takes the next burst.
    public mutating func advance() { take(nextBytes) }

    /// Takes `count <= wholeBursts` whole bursts.
    public mutating func advance(wholeBursts count: Int) {
        precondition(count <= wholeBursts, "\(count) of \(wholeBursts) whole bursts")
        if count > 0 { take(count * burstBytes) }
    }

    private mutating func take(_ bytes: Int) {
        address += bytes
        runBytesLeft -= bytes
        guard runBytesLeft == 0 else { return }
        run += 1
        guard run < runs else { return }
        address = externalAddress + run / rowsPerPlane * planePitchBytes + run % rowsPerPlane * rowPitchBytes
        runBytesLeft = rowBytes
    }
}

internal import Commands
import FixedPoint
internal import Threads

/// Commands that are prepared and not yet run. None touches what another writes, so that threads may share all of their
/// work at once.
///
///     prepared one by one, in order      load | accumulate | accumulate | store
///     run                                rows of the operand tile, shared
///                                        then load | store | rows of both passes, shared
///
/// With one thread a batch is one command.
struct CommandBatch {
    /// At most so many commands: what runs at once stays in the caches.
    private static let largestCount = 64
    /// Multiplications below which work is not worth a unit of its own.
    private static let unitMultiplications = 400_000

    /// What one command came to.
    struct Result {
        var index: Int
        var activity = UnitActivity()
        var saturatedOutputs = 0
    }

    /// A part of one command's work. Transfers and element-wise commands run whole.
    private struct Unit {
        enum Kind { case transfer, elementwise, rows }

        var kind: Kind
        /// Place in the batch.
        var command: Int
        /// Among the work of its kind.
        var work: Int
        /// Rows of an accumulation.
        var rows = 0..<0
        /// The counter of channel 0 of its layer.
        var firstCounter = 0
    }

    private let team: ThreadTeam
    private var scratch: [RowScratch]
    private var indices: [Int] = []
    private var transfers: [DMAEngine] = []
    private var elementwise: [ElementwiseUnit] = []
    private var accumulations: [AccumulationRows] = []
    /// What the accumulations point to.
    var owners: [AnyObject] = []
    private var footprints: [CommandFootprint] = []
    private var decoding: OperandDecoding?
    private var wholeUnits: [Unit] = []
    private var rowUnits: [Unit] = []
    // Kept from batch to batch: a batch may be microseconds.
    private var units: [Unit] = []
    private var results: [Result] = []
    private var tallies = AlignedMemory<AccumulationRows.Tally>(count: 64)
    private var scratchViews: [RowScratch.View]
    /// Whether the operand tile must stay as it is until the batch has run.
    private(set) var readsTile = false

    init(team: ThreadTeam) {
        self.team = team
        scratch = Array(repeating: RowScratch(), count: team.threads)
        scratchViews = scratch.map(\.view)
    }

    private mutating func reserve(_ lanes: Int, drainLanes: Int, isWide: Bool, hasValues: Bool) {
        for thread in scratch.indices
        where scratch[thread].reserve(lanes, drainLanes: drainLanes, isWide: isWide, hasValues: hasValues) {
            scratchViews[thread] = scratch[thread].view
        }
    }

    /// Counts saturated results of `channels` channels, of all layers together, from 0. Each thread has its own
    /// counters.
    mutating func beginCounts(channels: Int) {
        for thread in scratch.indices {
            scratch[thread].beginCounts(channels: channels)
            scratchViews[thread] = scratch[thread].view
        }
    }

    /// Saturated results of a channel since then.
    func channelCount(_ channel: Int) -> Int { scratch.reduce(0) { $0 + Int($1.channelCounts.base[channel]) } }

    var isEmpty: Bool { indices.isEmpty }

    var isFull: Bool { indices.count >= CommandBatch.largestCount }

    /// Whether a command touches what the batch writes, or the other way round.
    func meets(_ footprint: CommandFootprint) -> Bool {
        for pending in footprints where pending.meets(footprint) { return true }
        return false
    }

    // MARK: - Adding

    mutating func add(_ index: Int, _ footprint: CommandFootprint?, transfer: DMAEngine?) {
        append(index, footprint)
        guard let transfer else { return }
        wholeUnits.append(Unit(kind: .transfer, command: indices.count - 1, work: transfers.count))
        transfers.append(transfer)
    }

    mutating func add(
        _ index: Int, _ footprint: CommandFootprint?, elementwise work: ElementwiseUnit?, firstCounter: Int
    ) {
        append(index, footprint)
        guard let work else { return }
        wholeUnits.append(
            Unit(kind: .elementwise, command: indices.count - 1, work: elementwise.count, firstCounter: firstCounter))
        elementwise.append(work)
        reserve(work.scratchLanes, drainLanes: work.drainLanes, isWide: true, hasValues: true)
    }

    mutating func add(
        _ index: Int, _ footprint: CommandFootprint?,
        accumulation: (rows: AccumulationRows, decoding: OperandDecoding?)?, firstCounter: Int
    ) {
        append(index, footprint)
        guard let (rows, decoding) = accumulation else { return }
        precondition(decoding == nil || !readsTile, "a batch reads one operand tile")
        if let decoding { self.decoding = decoding }
        readsTile = true
        reserve(
            rows.stripColumns * rows.sumPitch, drainLanes: rows.drainLanes, isWide: rows.isWide,
            hasValues: rows.pass.drain == .normalization)
        let count = rows.pass.rows
        let step =
            team.threads == 1
            ? count
            : max(
                1,
                min(CommandBatch.unitMultiplications / rows.rowMultiplications, ceilDivide(count, by: 2 * team.threads))
            )
        for first in stride(from: 0, to: count, by: step) {
            rowUnits.append(
                Unit(
                    kind: .rows, command: indices.count - 1, work: accumulations.count,
                    rows: first..<min(first + step, count), firstCounter: firstCounter))
        }
        accumulations.append(rows)
    }

    private mutating func append(_ index: Int, _ footprint: CommandFootprint?) {
        indices.append(index)
        if let footprint { footprints.append(footprint) }
    }

    // MARK: - Running

    /// Runs everything; `ended` gets the results in the commands' order.
    mutating func run(_ ended: (Result) -> Void) {
        guard !isEmpty else { return }
        if let decoding {
            team.share(ceilDivide(decoding.rows, by: 2)) { _, unit in
                decoding.decode(row: 2 * unit)
                if 2 * unit + 1 < decoding.rows { decoding.decode(row: 2 * unit + 1) }
            }
        }
        arrangeUnits()
        if tallies.count < units.count { tallies = AlignedMemory(count: 2 * units.count) }
        runUnits()
        for index in indices { results.append(Result(index: index)) }
        for (place, unit) in units.enumerated() {
            results[unit.command].activity += tallies.base[place].activity
            results[unit.command].saturatedOutputs += tallies.base[place].saturatedOutputs
        }
        for result in results { ended(result) }
        removeAll()
    }

    /// Rows of all accumulations from the top to the bottom of the tile, so that each thread keeps to its part of it;
    /// whole commands at both ends, so that rows fill the gaps.
    private mutating func arrangeUnits() {
        if accumulations.count > 1, team.threads > 1 {
            rowUnits.sort { ($0.rows.lowerBound, $0.work) < ($1.rows.lowerBound, $1.work) }
        }
        for (index, unit) in wholeUnits.enumerated() where index % 2 == 1 { units.append(unit) }
        units.append(contentsOf: rowUnits)
        for (index, unit) in wholeUnits.enumerated() where index % 2 == 0 { units.append(unit) }
    }

    /// Shares the units; each leaves in `tallies` what it did.
    private func runUnits() {
        // The threads see plain memory only.
        let tallies = tallies.base
        units.withUnsafeBufferPointer { units in
            accumulations.withUnsafeBufferPointer { accumulations in
                transfers.withUnsafeBufferPointer { transfers in
                    elementwise.withUnsafeBufferPointer { elementwise in
                        scratchViews.withUnsafeBufferPointer { scratch in
                            team.share(units.count) { thread, index in
                                let unit = units[index]
                                switch unit.kind {
                                case .transfer:
                                    tallies[index] = AccumulationRows.Tally(activity: transfers[unit.work].run())
                                case .elementwise:
                                    let (activity, saturated) = elementwise[unit.work].run(scratch[thread])
                                    tallies[index] = AccumulationRows.Tally(
                                        activity: activity, saturatedOutputs: saturated)
                                    if saturated > 0 {
                                        elementwise[unit.work].collectCounts(scratch[thread], at: unit.firstCounter)
                                    }
                                case .rows:
                                    tallies[index] = accumulations[unit.work].run(rows: unit.rows, scratch[thread])
                                    if tallies[index].saturatedOutputs > 0 {
                                        accumulations[unit.work].collectCounts(scratch[thread], at: unit.firstCounter)
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    private mutating func removeAll() {
        indices.removeAll(keepingCapacity: true)
        transfers.removeAll(keepingCapacity: true)
        elementwise.removeAll(keepingCapacity: true)
        accumulations.removeAll(keepingCapacity: true)
        owners.removeAll(keepingCapacity: true)
        footprints.removeAll(keepingCapacity: true)
        wholeUnits.removeAll(keepingCapacity: true)
        rowUnits.removeAll(keepingCapacity: true)
        units.removeAll(keepingCapacity: true)
        results.removeAll(keepingCapacity: true)
        decoding = nil
        readsTile = false
    }
}

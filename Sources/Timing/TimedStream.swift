public import Commands
public import MachineDescription

/// A command stream as timing needs it: what each command waits for and signals, and what it costs or moves. A quarter
/// of the commands' bytes.
///
/// Built command by command on the machine that it is timed on, so that a plan need not hold the commands themselves.
public struct TimedStream: Sendable {
    struct Entry {
        var layer: Int32
        var waits: SemaphoreSet
        var signals: SemaphoreSet
        var engine: Engine
        /// Nil for a transfer.
        var cost: CommandCost?
        /// Index of a transfer; -1 for none.
        var transfer: Int32
    }

    public let machine: MachineDescription
    private(set) var entries: [Entry] = []
    private(set) var transfers: [Transfer] = []
    /// By index of the transfer: loads that pass a weight decoder.
    private(set) var decodedLoads: [Int32: DecodedLoad] = [:]
    /// Sums by layer, in the order in which layers first occur.
    private(set) var activities: [(layer: Int, activity: UnitActivity)] = []

    /// Layers that run together, in ascending order; a layer that is in none runs by itself.
    package var groups: [Range<Int>] = []

    public init(on machine: MachineDescription) { self.machine = machine }

    public var count: Int { entries.count }

    /// What a command takes while its stream is built and timed: entry, transfer, place in its queue and result. Half
    /// of the commands are transfers at most times.
    public static let bytesPerCommand =
        MemoryLayout<Entry>.stride + MemoryLayout<Transfer>.stride + 2 * MemoryLayout<Int>.stride
        + MemoryLayout<CommandTiming>.stride

    public mutating func reserveCapacity(_ count: Int) { entries.reserveCapacity(count) }

    public mutating func append(_ command: Command) {
        var entry = Entry(
            layer: Int32(command.layer), waits: command.waits, signals: command.signals, engine: command.engine,
            cost: CommandCost(of: command, on: machine), transfer: -1)
        switch command.operation {
        case .load(let transfer), .store(let transfer): entry.transfer = add(transfer)
        case .accumulate, .elementwise: break
        }
        entries.append(entry)
        add(predictedActivity(of: command, on: machine), to: command.layer)
    }

    /// Appends a load whose bytes pass a weight decoder.
    public mutating func append(_ command: Command, decoding load: DecodedLoad) {
        append(command)
        let transfer = entries[entries.count - 1].transfer
        precondition(transfer >= 0 && command.engine == .load, "only loads are decoded")
        decodedLoads[transfer] = load
    }

    /// Appends a pass that leaves out steps.
    public mutating func append(_ command: Command, cost: CommandCost) {
        append(command)
        precondition(entries[entries.count - 1].cost != nil, "only work of the compute engine has a cost of its own")
        entries[entries.count - 1].cost = cost
    }

    private mutating func add(_ transfer: Transfer) -> Int32 {
        transfers.append(transfer)
        return Int32(transfers.count - 1)
    }

    public mutating func append(contentsOf commands: [Command]) {
        reserveCapacity(count + commands.count)
        for command in commands { append(command) }
    }

    /// Replaces what a command waits for.
    public mutating func setWaits(_ waits: SemaphoreSet, at index: Int) { entries[index].waits = waits }

    /// Adds to what a command signals.
    public mutating func addSignals(_ signals: SemaphoreSet, at index: Int) {
        entries[index].signals.formUnion(signals)
    }

    private mutating func add(_ activity: UnitActivity, to layer: Int) {
        // Commands of a layer stand together, more or less.
        var position = activities.count - 1
        while position >= 0, activities[position].layer != layer { position -= 1 }
        if position < 0 {
            activities.append((layer, activity))
        } else {
            activities[position].activity += activity
        }
    }
}

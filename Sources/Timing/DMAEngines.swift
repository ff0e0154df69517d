public import Commands
public import MachineDescription

/// The load and the store engine on their common bus, or on one each.
///
/// A transfer that starts in cycle s asks for its first burst in cycle s; the engine is busy to the `done` of its last
/// burst. On a common bus the engine whose burst could issue first is granted, at a tie the one that was not granted
/// last; the first tie goes to the load.
public struct DMAEngines: Sendable {
    /// One of the two that move bytes.
    enum Side { case load, store }

    private struct Active {
        var bursts: BurstSequence
        var start: Int
        /// `done` of the last burst, once that is issued.
        var end: Int?

        /// Goes on behind a burst, of the next that cost the same.
        mutating func take(_ equal: inout (count: Int, beats: Int), _ burst: DMAChannel.Burst) {
            bursts.advance()
            equal.count -= 1
            if bursts.isFinished { end = burst.done } else if equal.count == 0 { equal = bursts.equalBursts }
        }
    }

    private let memory: MemoryDescription
    private let burstByBurst: Bool
    /// The common bus, or the loads' own.
    private var channel: DMAChannel
    /// The stores' own, of a full-duplex memory.
    private var writeChannel: DMAChannel?
    private var load: Active?
    private var store: Active?
    private var lastGranted = MemoryAccess.write

    /// - Parameter burstByBurst: never takes equal bursts together. Slow, the definition; the results are equal.
    public init(_ memory: MemoryDescription, burstByBurst: Bool = false) {
        self.memory = memory
        self.burstByBurst = burstByBurst
        channel = DMAChannel(memory)
        if memory.duplex == .full { writeChannel = DMAChannel(memory) }
    }

    /// Starts a transfer on an engine (`load` or `store`) that is idle. `start` is not before any completion already
    /// returned.
    public mutating func start(_ transfer: Transfer, on engine: Engine, at start: Int) {
        let side = Side(engine)
        precondition(self[side] == nil, "the \(engine) engine is idle when it starts a transfer")
        self[side] = Active(bursts: BurstSequence(transfer, on: memory), start: start, end: nil)
    }

    /// Runs to the next end of a transfer and returns it; nil when both engines are idle.
    ///
    /// What starts because of that end starts after it, so no burst of a common bus is granted in a later cycle before
    /// the caller had its chance to start more.
    public mutating func nextCompletion() -> (engine: Engine, end: Int)? {
        while true {
            if let side = finished() {
                let end = self[side]!.end!
                let other: Side = side == .load ? .store : .load
                if writeChannel == nil {
                    grantAlone(other, before: end + 1)
                    // The response of a write may come after the last word of a read issued later.
                    if let otherEnd = self[other]?.end, otherEnd < end { continue }
                }
                self[side] = nil
                return (side == .load ? .load : .store, end)
            }
            switch (load, store) {
            case (nil, nil): return nil
            case (_?, nil): grantAlone(.load, before: .max)
            case (nil, _?): grantAlone(.store, before: .max)
            case (_?, _?) where writeChannel != nil:
                grantAlone(.load, before: .max)
                grantAlone(.store, before: .max)
            case (let load?, let store?):
                // While only one of the two asks it has the bus to itself.
                if load.start != store.start {
                    let (early, late): (Side, Int) =
                        load.start < store.start ? (.load, store.start) : (.store, load.start)
                    grantAlone(early, before: late)
                    if self[early]!.end != nil { continue }
                }
                grantBoth()
            }
        }
    }

    private subscript(side: Side) -> Active? {
        get { side == .load ? load : store }
        set {
            switch side {
            case .load: load = newValue
            case .store: store = newValue
            }
        }
    }

    /// The engine whose transfer ends first among those with all bursts issued.
    private func finished() -> Side? {
        switch (load?.end, store?.end) {
        case (nil, nil): nil
        case (_?, nil): .load
        case (nil, _?): .store
        case (let loadEnd?, let storeEnd?): loadEnd < storeEnd ? .load : .store
        }
    }

    /// Grants bursts to `side`, the only one asking, as long as they issue before `horizon`.
    private mutating func grantAlone(_ side: Side, before horizon: Int) {
        guard var transfer = self[side], transfer.end == nil else { return }
        let bursts = BurstGrants(burstByBurst: burstByBurst, horizon: horizon)
        if side == .store, writeChannel != nil {
            bursts.grant(&transfer, .write, on: &writeChannel!, last: &lastGranted)
        } else {
            bursts.grant(&transfer, side == .load ? .read : .write, on: &channel, last: &lastGranted)
        }
        self[side] = transfer
    }

    /// Bursts of one engine alone.
    private struct BurstGrants {
        let burstByBurst: Bool
        let horizon: Int

        func grant(
            _ transfer: inout Active, _ access: MemoryAccess, on channel: inout DMAChannel, last: inout MemoryAccess
        ) {
            while !transfer.bursts.isFinished, max(channel.nextIssue(access), transfer.start) < horizon {
                let equal = transfer.bursts.equalBursts
                // The last of them is issued by itself: it may end the transfer.
                if !burstByBurst, equal.count > 2, channel.nextIssue(access) >= transfer.start {
                    let bursts = EqualBursts(count: equal.count - 1, beats: equal.beats)
                    let issued: Int
                    if channel.restsAlike(beats: equal.beats) {
                        issued = channel.issueAlone(access, bursts, before: horizon)
                    } else {
                        let both = channel.issueEqual(
                            reads: access == .read ? bursts : nil, writes: access == .write ? bursts : nil,
                            last: &last, before: horizon)
                        issued = both.reads + both.writes
                    }
                    last = access
                    transfer.bursts.advance(equalBursts: issued)
                } else {
                    let burst = channel.issue(
                        access, beats: equal.beats, heldCycles: transfer.bursts.nextHeldCycles, request: transfer.start)
                    transfer.bursts.advance()
                    last = access
                    if transfer.bursts.isFinished { transfer.end = burst.done }
                }
            }
        }
    }

    /// Grants bursts to both until one of them has no more.
    private mutating func grantBoth() {
        guard var load, var store, load.end == nil, store.end == nil else { return }
        let bothAsk = max(load.start, store.start)
        let fewestTogether = 8 * (memory.read.outstanding + memory.write.outstanding)
        var (loads, stores) = (load.bursts.equalBursts, store.bursts.equalBursts)
        while load.end == nil, store.end == nil {
            // The last burst of each is left, so that no transfer ends among those taken together; few of them repeat
            // nothing.
            if !burstByBurst, min(loads.count, stores.count) > fewestTogether, channel.lastIssue >= bothAsk {
                let issued = channel.issueEqual(
                    reads: EqualBursts(count: loads.count - 1, beats: loads.beats),
                    writes: EqualBursts(count: stores.count - 1, beats: stores.beats),
                    last: &lastGranted, before: .max)
                load.bursts.advance(equalBursts: issued.reads)
                store.bursts.advance(equalBursts: issued.writes)
                (loads, stores) = (load.bursts.equalBursts, store.bursts.equalBursts)
                if issued.reads + issued.writes > 0 { continue }
            }
            let read = max(channel.nextIssue(.read), load.start)
            let write = max(channel.nextIssue(.write), store.start)
            if read < write || read == write && lastGranted == .write {
                let burst = channel.issue(
                    .read, beats: loads.beats, heldCycles: load.bursts.nextHeldCycles, request: load.start)
                lastGranted = .read
                load.take(&loads, burst)
            } else {
                let burst = channel.issue(.write, beats: stores.beats, request: store.start)
                lastGranted = .write
                store.take(&stores, burst)
            }
        }
        (self.load, self.store) = (load, store)
    }
}

extension DMAEngines.Side {
    fileprivate init(_ engine: Engine) {
        switch engine {
        case .load: self = .load
        case .store: self = .store
        case .compute: preconditionFailure("the compute engine moves no transfers")
        }
    }
}

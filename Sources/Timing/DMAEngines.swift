public import Commands
public import MachineDescription

/// The load and the store engine on their common channel: bursts granted in turn while both ask, the load first after
/// the channel was idle.
///
/// A transfer that starts in cycle s asks for its first burst in cycle s; the engine is busy to the `done` of its last
/// burst.
public struct DMAEngines: Sendable {
    /// One of the two that move bytes.
    enum Side { case load, store }

    private struct Active {
        var bursts: BurstSequence
        var start: Int
        /// `done` of the last burst, once that is issued.
        var end: Int?
    }

    private let dma: DMADescription
    private let burstByBurst: Bool
    private var channel: DMAChannel
    private var load: Active?
    private var store: Active?
    private var lastGranted = Side.store

    /// - Parameter burstByBurst: never takes equal bursts together. Slow, the definition; the results are equal.
    public init(_ dma: DMADescription, burstByBurst: Bool = false) {
        self.dma = dma
        self.burstByBurst = burstByBurst
        channel = DMAChannel(dma)
    }

    /// Starts a transfer on an engine (`load` or `store`) that is idle. `start` is not before any completion already
    /// returned.
    public mutating func start(_ transfer: Transfer, on engine: Engine, at start: Int) {
        let side = Side(engine)
        precondition(self[side] == nil, "the \(engine) engine is idle when it starts a transfer")
        self[side] = Active(bursts: BurstSequence(transfer, on: dma), start: start, end: nil)
    }

    /// Runs to the next end of a transfer and returns it; nil when both engines are idle.
    ///
    /// What starts because of that end starts after it, so no burst is granted in a later cycle before the caller had
    /// its chance to start more.
    public mutating func nextCompletion() -> (engine: Engine, end: Int)? {
        while true {
            if let side = finished() {
                let end = self[side]!.end!
                grantAlone(side == .load ? .store : .load, before: end + 1)
                self[side] = nil
                return (side == .load ? .load : .store, end)
            }
            switch (load, store) {
            case (nil, nil): return nil
            case (_?, nil): grantAlone(.load, before: .max)
            case (nil, _?): grantAlone(.store, before: .max)
            case (let load?, let store?):
                // While only one of the two asks it has the channel to itself.
                if load.start != store.start {
                    let (early, late): (Side, Int) =
                        load.start < store.start ? (.load, store.start) : (.store, load.start)
                    grantAlone(early, before: late)
                    if self[early]!.end != nil { continue }
                }
                grantInTurn()
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
        while !transfer.bursts.isFinished, max(channel.nextIssue, transfer.start) < horizon {
            let equal = transfer.bursts.equalBursts
            if !burstByBurst, equal.count > 1, channel.nextIssue >= transfer.start {
                transfer.bursts.advance(
                    equalBursts: channel.issueEqual(
                        equal.count, beats: equal.beats, others: equal.beats, before: horizon))
            } else {
                channel.issue(beats: equal.beats, request: transfer.start)
                transfer.bursts.advance()
            }
            lastGranted = side
        }
        if transfer.bursts.isFinished { transfer.end = channel.lastDone }
        self[side] = transfer
    }

    /// Grants bursts to both, in turn, until one of them has no more.
    private mutating func grantInTurn() {
        guard var load, var store, load.end == nil, store.end == nil else { return }
        let bothAsk = max(load.start, store.start)
        if channel.nextIssue < bothAsk { lastGranted = .store }
        while !load.bursts.isFinished, !store.bursts.isFinished {
            let side: Side = lastGranted == .load ? .store : .load
            let (loads, stores) = (load.bursts.equalBursts, store.bursts.equalBursts)
            let (next, other) = side == .load ? (loads, stores) : (stores, loads)
            // Equal bursts of each side follow each other without a gap: to the channel they are one sequence. The last
            // pair is left, so that no transfer ends inside the sequence.
            let pairs = min(loads.count, stores.count) - 1
            if !burstByBurst, pairs > 0, channel.nextIssue >= bothAsk {
                _ = channel.issueEqual(2 * pairs, beats: next.beats, others: other.beats, before: .max)
                load.bursts.advance(equalBursts: pairs)
                store.bursts.advance(equalBursts: pairs)
                continue
            }
            channel.issue(beats: next.beats, request: bothAsk)
            if side == .load { load.bursts.advance() } else { store.bursts.advance() }
            lastGranted = side
        }
        if load.bursts.isFinished { load.end = channel.lastDone }
        if store.bursts.isFinished { store.end = channel.lastDone }
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

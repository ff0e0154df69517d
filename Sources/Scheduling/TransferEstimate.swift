import FixedPoint
import MachineDescription

/// How long transfers keep the DMA channel busy, in closed form. For the search only: the timeline counts every burst.
///
/// With `outstanding` bursts in flight a burst takes at least `(latency + beats) / outstanding` cycles, and each
/// transfer pays the latency once.
struct TransferEstimate {
    /// Bytes moved.
    var bytes = 0
    var bursts = 0
    var transfers = 0

    /// `count` equal transfers of `runs` contiguous runs of `runBytes`, whose addresses are multiples of `unit`.
    init(count: Int = 1, runs: Int, runBytes: Int, unit: Int, dma: DMADescription) {
        bytes = count * runs * runBytes
        transfers = count
        // On the average over all multiples of `unit` a run touches (runBytes - unit) / burst + 1 bursts; runs of whole
        // aligned bursts join.
        let aligned = dma.burstBytes - min(unit.lowestPowerOfTwo, dma.burstBytes)
        bursts = count * max(1, ceilDivide(runs * (runBytes + aligned), by: dma.burstBytes))
    }

    init() {}

    static func += (sum: inout TransferEstimate, estimate: TransferEstimate) {
        sum.bytes += estimate.bytes
        sum.bursts += estimate.bursts
        sum.transfers += estimate.transfers
    }

    func times(_ count: Int) -> TransferEstimate {
        var product = self
        product.bytes *= count
        product.bursts *= count
        product.transfers *= count
        return product
    }

    /// One of `count` equal parts.
    func part(of count: Int) -> TransferEstimate {
        var part = self
        part.bytes = ceilDivide(bytes, by: count)
        part.bursts = ceilDivide(bursts, by: count)
        part.transfers = ceilDivide(transfers, by: count)
        return part
    }

    func cycles(_ dma: DMADescription) -> Int {
        let beats = ceilDivide(bytes, by: dma.bytesPerCycle)
        let latencyBound = (bursts * dma.latencyCycles + beats) / dma.outstanding
        return max(beats, latencyBound) + transfers * (dma.latencyCycles - dma.latencyCycles / dma.outstanding)
    }
}

extension Int {
    /// The largest power of two that divides it; 1 << 30 for 0.
    fileprivate var lowestPowerOfTwo: Int { self == 0 ? 1 << 30 : self & -self }
}

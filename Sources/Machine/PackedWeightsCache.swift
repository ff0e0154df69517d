internal import Commands
internal import Kernels
internal import Threads

/// The packs of the last weight tiles: a schedule that loads the same weights for every row of tiles finds them packed.
struct PackedWeightsCache {
    static let largestBytes = 16 << 20
    /// Each miss looks through all packs.
    static let mostPacks = 256
    private var packs: [PackedWeights] = []
    private var bytes = 0

    mutating func pack(
        _ pass: Accumulation, _ decoder: OperandDecoder, entries: AlignedMemory<Int16>,
        _ buffer: borrowing OnChipBuffer, level: KernelLevel,
        team: ThreadTeam
    ) -> PackedWeights {
        let range = pass.weightByteRange
        let stamp = buffer.stamp(of: range)
        let key = PackedWeights.key(pass, decoder, level)
        if let index = packs.lastIndex(where: { $0.matches(key, entries: entries, buffer, range, stamp: stamp) }) {
            if index < packs.count - 1 { packs.append(packs.remove(at: index)) }
            return packs.last!
        }
        let pack = PackedWeights(
            pass, key: key, entries: entries, source: buffer.pointer(reading: range), count: range.count, team: team)
        packs.append(pack)
        bytes += pack.bytes
        while packs.count > 1, bytes > PackedWeightsCache.largestBytes || packs.count > PackedWeightsCache.mostPacks {
            bytes -= packs.removeFirst().bytes
        }
        return pack
    }
}

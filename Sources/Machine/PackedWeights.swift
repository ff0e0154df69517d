internal import CDatapathKernels
internal import Commands
internal import Glibc
internal import Kernels
internal import Threads

/// Expanded weights in the order of the MAC kernels, in segments whose sums fit 32 bits.
///
///     pairs   [group][block of 16 channels][pair of the runs][16 channels][2]
///     chunks  [32-element chunk of the runs][4 channels][32]            at most 4 channels of one group, long runs
///
/// Depends on nothing but the codes, the weight table, the largest magnitude of each channel's operands and the shape:
/// equal inputs give equal packs.
final class PackedWeights {
    let runs: WeightRuns
    let blocks: Int
    let isChunked: Bool
    let segments: [Segment]
    let weights: AlignedMemory<Int16>
    private let key: Key
    private let codes: AlignedMemory<UInt8>

    struct Key: Equatable {
        var runs: WeightRuns
        var groups: Int
        var outputChannels: Int
        var inputChannels: Int
        var tapRows: Int
        var tapColumns: Int
        var tapPitch: Int
        var level: KernelLevel
        var largest: [Int64]
    }

    /// Bytes held, for the cache's limit.
    var bytes: Int { weights.count * 2 + codes.count }

    static func key(_ pass: Accumulation, _ decoder: OperandDecoder, _ level: KernelLevel) -> Key {
        Key(
            runs: WeightRuns(pass), groups: pass.groups, outputChannels: pass.outputChannels,
            inputChannels: pass.inputChannels, tapRows: pass.tapRows,
            tapColumns: pass.tapColumns, tapPitch: pass.weightTapPitchBytes, level: level,
            largest: decoder.largestMagnitude)
    }

    init(
        _ pass: Accumulation, key: Key, entries: AlignedMemory<Int16>, source: UnsafePointer<UInt8>, count: Int,
        team: ThreadTeam
    ) {
        self.key = key
        runs = key.runs
        blocks = (pass.outputChannels + 15) / 16
        codes = AlignedMemory(count: count)
        codes.base.update(from: source, count: count)
        self.entries = entries
        let canChunk = pass.groups == 1 && pass.outputChannels <= 4 && key.runs.length >= 32 && key.level >= .avx2
        if canChunk {
            let chunks = PackedWeights.packChunks(pass, key.runs, entries, source)
            if PackedWeights.sumsFit(chunks, key.runs, key.largest) {
                isChunked = true
                weights = chunks
                segments = [PackedWeights.wholeSegment(key.runs)]
                return
            }
        }
        isChunked = false
        let (packed, fits) = PackedWeights.packPairs(pass, key.runs, blocks: blocks, entries, source, key.largest, team)
        weights = packed
        segments =
            fits
            ? [PackedWeights.wholeSegment(key.runs)]
            : PackedWeights.segments(pass, key.runs, blocks: blocks, packed, key.largest)
    }

    private let entries: AlignedMemory<Int16>
    /// Where the codes were last seen in the weight buffer, and its stamp then: while both stay, the codes have.
    private var seen: (range: Range<Int>, stamp: UInt64)?

    /// Whether this pack is what the codes in `range` would give again.
    func matches(
        _ key: Key, entries: AlignedMemory<Int16>, _ buffer: borrowing OnChipBuffer, _ range: Range<Int>, stamp: UInt64
    ) -> Bool {
        guard range.count == codes.count else { return false }
        // What differs first where tiles of one layer follow each other.
        let isSeen = seen.map { $0.range == range && $0.stamp == stamp } ?? false
        guard isSeen || memcmp(buffer.pointer(reading: range), codes.base, range.count) == 0, key == self.key else {
            return false
        }
        if entries !== self.entries, memcmp(entries.base, self.entries.base, 256 * 2) != 0 { return false }
        seen = (range, stamp)
        return true
    }

    private var lastProducts: ProductSegments?

    /// The multiplications of a pass with these weights on a tile of this shape.
    func products(_ pass: Accumulation, _ tile: OperandTile.View) -> ProductSegments {
        if let lastProducts, lastProducts.key == ProductSegments.Key(pass, tile) { return lastProducts }
        let products = ProductSegments(pass, self, tile, level: key.level)
        lastProducts = products
        return products
    }

    /// Block by block, shared; and whether no sum of any subset of products passes 32 bits.
    private static func packPairs(
        _ pass: Accumulation, _ runs: WeightRuns, blocks: Int, _ entries: AlignedMemory<Int16>,
        _ source: UnsafePointer<UInt8>, _ largest: [Int64],
        _ team: ThreadTeam
    ) -> (packed: AlignedMemory<Int16>, fits: Bool) {
        let blockPitch = runs.blockPitch
        let channels = pass.inputChannels
        let packed = AlignedMemory<Int16>(count: pass.groups * blocks * blockPitch)
        // The largest operands that the two weights of a pair meet, group by group; an odd end meets none.
        let operands = AlignedMemory<Int64>(
            (0..<pass.groups * runs.pairs * 2).map { place in
                let (group, position) = (place / (runs.pairs * 2), place % (runs.pairs * 2))
                return position < runs.length ? largest[group * channels + position % channels] : 0
            })
        let fits = AlignedMemory<Int32>(repeating: 1, count: pass.groups * blocks)
        team.share(pass.groups * blocks) { _, unit in
            let (group, block) = (unit / blocks, unit % blocks)
            let weights = packed.base + unit * blockPitch
            weights.update(repeating: 0, count: blockPitch)
            for k in block * 16..<min(block * 16 + 16, pass.outputChannels) {
                for run in 0..<runs.count {
                    for place in 0..<runs.tapsPerRun {
                        intaglio_pack_pairs(
                            source + pass.weightOffset(group, k, runs.tap(run: run, place: place, pass)),
                            Int64(channels), entries.base,
                            Int64(place * channels), weights + k % 16 * 2 + run * runs.pairs * 32)
                    }
                }
            }
            fits.base[unit] = intaglio_sums_fit(
                weights, Int64(runs.count), Int64(runs.pairs), operands.base + group * runs.pairs * 2)
        }
        return (packed, (0..<fits.count).allSatisfy { fits.base[$0] == 1 })
    }

    private static func packChunks(
        _ pass: Accumulation, _ runs: WeightRuns, _ entries: AlignedMemory<Int16>, _ source: UnsafePointer<UInt8>
    ) -> AlignedMemory<Int16> {
        let runPitch = runs.chunkedPitch
        let packed = AlignedMemory<Int16>(repeating: 0, count: runs.count * runPitch)
        for k in 0..<pass.outputChannels {
            for run in 0..<runs.count {
                for place in 0..<runs.tapsPerRun {
                    intaglio_pack_chunks(
                        source + pass.weightOffset(0, k, runs.tap(run: run, place: place, pass)),
                        Int64(pass.inputChannels), entries.base,
                        Int64(place * pass.inputChannels), packed.base + run * runPitch + k * 32)
                }
            }
        }
        return packed
    }
}

extension Accumulation {
    /// Offset of a tap's weights from `weightAddress`.
    func weightOffset(_ group: Int, _ k: Int, _ tap: (r: Int, s: Int)) -> Int {
        ((group * outputChannels + k) * taps + tap.r * tapColumns + tap.s) * weightTapPitchBytes
    }
}

internal import CDatapathKernels
internal import Commands
internal import Glibc
internal import Kernels
internal import Threads

/// Expanded weights in the order of the MAC kernels, and the points where a 32-bit sum could overflow.
///
///     pairs   [group][block of 16 channels][pair of the runs][16 channels][2]
///     chunks  [32-element chunk of the runs][4 channels][32]            at most 4 channels of one group, long runs
///
/// Depends on nothing but the codes, the weight table, the largest magnitude of each channel's operands and the shape:
/// equal inputs give equal packs.
final class PackedWeights {
    /// A stretch of the runs whose sums fit 32 bits.
    struct Segment {
        /// Pieces: run, first pair, pairs.
        var pieces: [(run: Int, firstPair: Int, pairs: Int)] = []
        /// Pairs of the runs before this segment.
        var pairsBefore = 0
    }

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

    /// Elements of one block of one group.
    var blockPitch: Int { runs.count * runs.pairs * 32 }
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
        guard range.count == codes.count, key == self.key else { return false }
        if entries !== self.entries, !(0..<256).allSatisfy({ entries.base[$0] == self.entries.base[$0] }) {
            return false
        }
        if let seen, seen.range == range, seen.stamp == stamp { return true }
        guard memcmp(buffer.pointer(reading: range), codes.base, range.count) == 0 else { return false }
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
        let blockPitch = runs.count * runs.pairs * 32
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
        let runPitch = (runs.length + 31) / 32 * 128
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

    static func wholeSegment(_ runs: WeightRuns) -> Segment {
        Segment(pieces: (0..<runs.count).map { (run: $0, firstPair: 0, pairs: runs.pairs) })
    }

    /// Whether no sum of any subset of products passes 32 bits.
    private static func sumsFit(_ chunks: AlignedMemory<Int16>, _ runs: WeightRuns, _ largest: [Int64]) -> Bool {
        let runPitch = (runs.length + 31) / 32 * 128
        return (0..<4).allSatisfy { k in
            var bound: Int64 = 0
            for run in 0..<runs.count {
                for position in 0..<runs.length {
                    let weight = chunks.base[run * runPitch + position / 32 * 128 + k * 32 + position % 32]
                    bound += abs(Int64(weight)) * largest[position % largest.count]
                }
            }
            return bound <= Int64(Int32.max)
        }
    }

    /// Cuts the runs wherever the bound of some channel would pass 32 bits.
    private static func segments(
        _ pass: Accumulation, _ runs: WeightRuns, blocks: Int, _ weights: AlignedMemory<Int16>, _ largest: [Int64]
    ) -> [Segment] {
        let channels = pass.inputChannels
        let lanes = pass.groups * blocks * 16
        let blockPitch = runs.count * runs.pairs * 32
        var bounds = [Int64](repeating: 0, count: lanes)
        var pairBounds = bounds
        var segments = [Segment()]
        for run in 0..<runs.count {
            var firstPair = 0
            for pair in 0..<runs.pairs {
                var passes = false
                let second = 2 * pair + 1 < runs.length
                for block in 0..<lanes / 16 {
                    let group = block / blocks * channels
                    let v0 = largest[group + 2 * pair % channels]
                    let v1 = second ? largest[group + (2 * pair + 1) % channels] : 0
                    let w = weights.base + block * blockPitch + (run * runs.pairs + pair) * 32
                    for lane in 0..<16 {
                        let bound = abs(Int64(w[2 * lane])) * v0 + abs(Int64(w[2 * lane + 1])) * v1
                        pairBounds[block * 16 + lane] = bound
                        passes = passes || bounds[block * 16 + lane] + bound > Int64(Int32.max)
                    }
                }
                if passes {
                    if pair > firstPair {
                        segments[segments.count - 1].pieces.append(
                            (run: run, firstPair: firstPair, pairs: pair - firstPair))
                    }
                    segments.append(Segment(pairsBefore: run * runs.pairs + pair))
                    firstPair = pair
                    bounds = pairBounds
                    precondition(bounds.allSatisfy { $0 <= Int64(Int32.max) }, "two products fit 32 bits")
                } else {
                    for lane in 0..<lanes { bounds[lane] += pairBounds[lane] }
                }
            }
            if runs.pairs > firstPair {
                segments[segments.count - 1].pieces.append(
                    (run: run, firstPair: firstPair, pairs: runs.pairs - firstPair))
            }
        }
        return segments
    }
}

extension Accumulation {
    /// Offset of a tap's weights from `weightAddress`.
    func weightOffset(_ group: Int, _ k: Int, _ tap: (r: Int, s: Int)) -> Int {
        ((group * outputChannels + k) * taps + tap.r * tapColumns + tap.s) * weightTapPitchBytes
    }
}

/// The packs of the last weight tiles: a schedule that loads the same weights for every row of tiles finds them packed.
struct PackedWeightsCache {
    static let largestBytes = 16 << 20
    private var packs: [PackedWeights] = []

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
        packs.append(
            PackedWeights(
                pass, key: key, entries: entries, source: buffer.pointer(reading: range), count: range.count, team: team
            ))
        var bytes = packs.reduce(0) { $0 + $1.bytes }
        while bytes > PackedWeightsCache.largestBytes, packs.count > 1 { bytes -= packs.removeFirst().bytes }
        return packs.last!
    }
}

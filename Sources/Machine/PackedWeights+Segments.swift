internal import Commands

/// Where a 32-bit sum could overflow: there the runs are cut.
extension PackedWeights {
    /// A stretch of the runs whose sums fit 32 bits.
    struct Segment {
        /// Pieces: run, first pair, pairs.
        var pieces: [(run: Int, firstPair: Int, pairs: Int)] = []
        /// Pairs of the runs before this segment.
        var pairsBefore = 0
    }

    static func wholeSegment(_ runs: WeightRuns) -> Segment {
        Segment(pieces: (0..<runs.count).map { (run: $0, firstPair: 0, pairs: runs.pairs) })
    }

    /// Whether no sum of any subset of products passes 32 bits.
    static func sumsFit(_ chunks: AlignedMemory<Int16>, _ runs: WeightRuns, _ largest: [Int64]) -> Bool {
        let runPitch = runs.chunkedPitch
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
    static func segments(
        _ pass: Accumulation, _ runs: WeightRuns, blocks: Int, _ weights: AlignedMemory<Int16>, _ largest: [Int64]
    ) -> [Segment] {
        let channels = pass.inputChannels
        let lanes = pass.groups * blocks * 16
        let blockPitch = runs.blockPitch
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

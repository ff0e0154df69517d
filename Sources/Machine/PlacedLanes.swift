internal import Commands

/// Where the results of a pass go whose output lanes are phases and channels of a transposed convolution: by the
/// placements in the channel block, whatever they say.
///
///     lanes    | phase 0 0: k k k | phase 0 1: k k k | phase 1 0: k k k | phase 1 1: k k k |
///     run      lanes side by side whose results all lie in the output tile: they drain together
///     chunk    lanes of a run whose results lie side by side: they are written together
///
/// Which results lie in the tile depends on whether the block is in the first or the last row or column of blocks.
final class PlacedLanes {
    struct Key: Equatable {
        var first: Int
        var lanes: Int
        var addsBias: Bool
        var bytesPerElement: Int
        var offsetY: Int
        var offsetX: Int
        var lastRows: Int
        var lastColumns: Int
        var strideY: Int
        var strideX: Int

        init(_ pass: Accumulation) {
            precondition(pass.groups == 1, "phases of \(pass.groups) groups")
            (first, lanes, addsBias) = (pass.firstOutputChannel, pass.lanes, pass.first)
            bytesPerElement = pass.outputBytesPerElement
            (offsetY, offsetX) = (pass.outputOffsetY, pass.outputOffsetX)
            (lastRows, lastColumns) = (pass.lastPhaseRows, pass.lastPhaseColumns)
            (strideY, strideX) = (pass.outputStrideY, pass.outputStrideX)
        }
    }

    struct Chunk {
        /// From the run's first lane.
        var lane: Int
        var count: Int
        /// Bytes from the first pixel of the block.
        var offset: Int
    }

    struct Run {
        /// From the pass's first lane.
        var first: Int
        let drain: DrainLanes.View
        let chunks: [Chunk]
    }

    /// Whether a block is at an edge of the tile at which it reaches beyond it.
    struct Edges: OptionSet {
        let rawValue: Int
        static let top = Edges(rawValue: 1)
        static let bottom = Edges(rawValue: 2)
        static let left = Edges(rawValue: 4)
        static let right = Edges(rawValue: 8)
    }

    private let key: Key
    private let channels: [Int]
    /// By the edges of a block.
    private let runs: [[Run]]

    init(_ key: Key, _ context: LayerContext) {
        self.key = key
        let placements = context.configuration.placements
        precondition(
            key.first >= 0 && key.first + key.lanes <= placements.count,
            "lanes \(key.first)..<\(key.first + key.lanes) of \(placements.count) placements")
        let own = Array(placements[key.first..<key.first + key.lanes])
        channels = own.map(\.channel)
        runs = (0..<16).map { edges in PlacedLanes.runs(own, key, Edges(rawValue: edges), context) }
    }

    private static func runs(
        _ placements: [ResultPlacement], _ key: Key, _ edges: Edges, _ context: LayerContext
    ) -> [Run] {
        func isInside(_ placement: ResultPlacement) -> Bool {
            !(edges.contains(.top) && placement.phaseRow < -key.offsetY)
                && !(edges.contains(.bottom) && placement.phaseRow >= key.lastRows)
                && !(edges.contains(.left) && placement.phaseColumn < -key.offsetX)
                && !(edges.contains(.right) && placement.phaseColumn >= key.lastColumns)
        }
        var runs: [Run] = []
        var lane = 0
        while lane < placements.count {
            var end = lane
            while end < placements.count, isInside(placements[end]) { end += 1 }
            if end > lane {
                let set = LayerContext.Channels(
                    first: key.first + lane, channels: end - lane, groups: 1, groupPitch: end - lane)
                let drain = context.drain(LayerContext.DrainKey(channels: set, addsBias: key.addsBias, copies: 1))
                runs.append(
                    Run(
                        first: lane, drain: drain.view,
                        chunks: chunks(placements[lane..<end], bytesPerElement: key.bytesPerElement)))
            }
            lane = max(end, lane + 1)
        }
        return runs
    }

    private static func chunks(_ placements: ArraySlice<ResultPlacement>, bytesPerElement: Int) -> [Chunk] {
        var chunks: [Chunk] = []
        for (lane, placement) in placements.enumerated() {
            if let last = chunks.last, placement.offset == last.offset + last.count * bytesPerElement {
                chunks[chunks.count - 1].count += 1
            } else {
                chunks.append(Chunk(lane: lane, count: 1, offset: placement.offset))
            }
        }
        return chunks
    }

    /// The blocks of a row, from left to right, in parts with the same edges.
    func forEachPart(row i: Int, _ columns: Range<Int>, of pass: Accumulation, _ body: (Range<Int>, [Run]) -> Void) {
        var vertical: Edges = []
        if i == 0, key.offsetY < 0 { vertical.insert(.top) }
        if i == pass.rows - 1, key.lastRows < key.strideY { vertical.insert(.bottom) }
        var first = columns.lowerBound
        while first < columns.upperBound {
            var (edges, end) = (vertical, columns.upperBound)
            let last = pass.columns - 1
            if first == 0, key.offsetX < 0 {
                edges.insert(.left)
                end = 1
            }
            if key.lastColumns < key.strideX {
                if first == last { edges.insert(.right) } else { end = min(end, last) }
            }
            body(first..<end, runs[edges.rawValue])
            first = end
        }
    }

    /// The channel, of the whole tensor, of a lane of the pass.
    func channel(_ lane: Int) -> Int { channels[lane] }
}

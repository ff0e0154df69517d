internal import CDatapathKernels
internal import Commands

/// The multiplications of one pass, row by row: where operands and packed weights lie, in segments whose sums provably fit 32 bits.
///
/// Plain memory, so that threads share it without counting references.
final class ProductSegments {
    /// Of a pass that multiplies nothing.
    static var none: ProductSegments { ProductSegments() }

    fileprivate struct Segment: BitwiseCopyable {
        var firstRun: Int
        var runs: Int
        /// Of group 0.
        var weights: UnsafePointer<Int16>
    }

    private let pack: PackedWeights?
    private let segments: AlignedMemory<Segment>
    private let runs: AlignedMemory<intaglio_run>
    let view: View

    private init() {
        pack = nil
        segments = AlignedMemory(count: 0)
        runs = AlignedMemory(count: 0)
        view = View(segments: segments.base, count: 0, runs: runs.base, blocks: 0, blockPitch: 0, isChunked: false, tile: nil, level: .portable)
    }

    /// `tile` must live, and stay as it is, as long as rows run.
    init(_ pass: Accumulation, _ pack: PackedWeights, _ tile: OperandTile.View, level: KernelLevel) {
        self.pack = pack
        segments = AlignedMemory(count: pack.segments.count)
        runs = AlignedMemory(count: pack.segments.reduce(0) { $0 + $1.pieces.count })
        var run = 0
        for (index, segment) in pack.segments.enumerated() {
            segments.base[index] = Segment(
                firstRun: run, runs: segment.pieces.count, weights: pack.weights.base + (pack.isChunked ? 0 : segment.pairsBefore * 32))
            for piece in segment.pieces {
                let start = pack.runs.offset(run: piece.run, pass, rowPitch: tile.rowPitch, pixelPitch: tile.channels)
                runs.base[run] = intaglio_run(offset: Int64(start + 2 * piece.firstPair), pairs: Int64(piece.pairs))
                run += 1
            }
        }
        view = View(
            segments: segments.base, count: pack.segments.count, runs: runs.base, blocks: pack.blocks, blockPitch: pack.blockPitch, isChunked: pack.isChunked,
            tile: tile, level: level)
    }

    struct View {
        private let segments: UnsafePointer<Segment>
        /// Segments; 0 where nothing is multiplied.
        let count: Int
        private let runs: UnsafePointer<intaglio_run>
        private let blocks: Int
        private let blockPitch: Int
        private let isChunked: Bool
        private let tile: OperandTile.View?
        private let level: KernelLevel

        fileprivate init(
            segments: UnsafePointer<Segment>, count: Int, runs: UnsafePointer<intaglio_run>, blocks: Int, blockPitch: Int, isChunked: Bool,
            tile: OperandTile.View?, level: KernelLevel
        ) {
            (self.segments, self.count, self.runs, self.blocks, self.blockPitch) = (segments, count, runs, blocks, blockPitch)
            (self.isChunked, self.tile, self.level) = (isChunked, tile, level)
        }

        /// `sums` of positions (i, `columns`), one segment, all groups.
        func multiply(_ pass: Accumulation, segment index: Int, row i: Int, columns: Range<Int>, sums: UnsafeMutablePointer<Int32>, sumPitch: Int) {
            guard let tile else { return }
            let segment = segments[index]
            let runs = runs + segment.firstRun
            let first = tile.pointer(y: pass.inputRow(i, tap: 0), x: pass.inputColumn(columns.lowerBound, tap: 0))
            let stride = Int64(pass.inputStrideX * tile.channels)
            for group in 0..<pass.groups {
                let operands = first + group * pass.inputChannels
                let weights = segment.weights + group * blocks * blockPitch
                if isChunked {
                    intaglio_dot_row(level.rawValue, operands, stride, Int64(columns.count), runs, Int64(segment.runs), weights, sums, Int64(sumPitch))
                } else {
                    intaglio_mac_row(
                        level.rawValue, operands, stride, Int64(columns.count), runs, Int64(segment.runs), weights, Int64(blockPitch), Int64(blocks),
                        sums + group * pass.outputChannels, Int64(sumPitch))
                }
            }
        }
    }
}

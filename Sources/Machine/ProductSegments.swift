internal import CDatapathKernels
internal import Commands
internal import Kernels

/// The multiplications of a pass, row by row: where packed weights lie and which operands they meet, in segments whose
/// sums provably fit 32 bits.
///
/// Plain memory, so that threads share it without counting references. Passes of one shape share it.
final class ProductSegments {
    fileprivate struct Segment: BitwiseCopyable {
        var firstRun: Int
        var runs: Int
        /// Of group 0.
        var weights: UnsafePointer<Int16>
    }

    /// What the operands' places depend on, beside the weights.
    struct Key: Equatable {
        var rowPitch: Int
        var pixelPitch: Int
        var tapStepY: Int
        var tapStepX: Int

        init(_ pass: Accumulation, _ tile: OperandTile.View) {
            (rowPitch, pixelPitch, tapStepY, tapStepX) = (tile.rowPitch, tile.channels, pass.tapStepY, pass.tapStepX)
        }
    }

    let key: Key
    private let segments: AlignedMemory<Segment>
    private let runs: AlignedMemory<intaglio_run>
    let view: View

    /// The weights of `pack` must live as long.
    init(_ pass: Accumulation, _ pack: PackedWeights, _ tile: OperandTile.View, level: KernelLevel) {
        key = Key(pass, tile)
        segments = AlignedMemory(count: pack.segments.count)
        runs = AlignedMemory(count: pack.segments.reduce(0) { $0 + $1.pieces.count })
        var run = 0
        for (index, segment) in pack.segments.enumerated() {
            segments.base[index] = Segment(
                firstRun: run, runs: segment.pieces.count,
                weights: pack.weights.base + (pack.isChunked ? 0 : segment.pairsBefore * 32))
            for piece in segment.pieces {
                let start = pack.runs.offset(run: piece.run, pass, rowPitch: tile.rowPitch, pixelPitch: tile.channels)
                runs.base[run] = intaglio_run(offset: Int64(start + 2 * piece.firstPair), pairs: Int64(piece.pairs))
                run += 1
            }
        }
        view = View(
            segments: segments.base, count: pack.segments.count, runs: runs.base, blocks: pack.blocks,
            blockPitch: pack.runs.blockPitch, isChunked: pack.isChunked,
            level: level)
    }

    struct View {
        private let segments: UnsafePointer<Segment>
        let count: Int
        private let runs: UnsafePointer<intaglio_run>
        private let blocks: Int
        private let blockPitch: Int
        private let isChunked: Bool
        private let level: KernelLevel

        fileprivate init(
            segments: UnsafePointer<Segment>, count: Int, runs: UnsafePointer<intaglio_run>, blocks: Int,
            blockPitch: Int, isChunked: Bool,
            level: KernelLevel
        ) {
            (self.segments, self.count, self.runs, self.blocks, self.blockPitch) = (
                segments, count, runs, blocks, blockPitch
            )
            (self.isChunked, self.level) = (isChunked, level)
        }

        /// `sums` of positions (i, `columns`), one segment, all groups.
        func multiply(
            _ pass: Accumulation, _ tile: OperandTile.View, segment index: Int, row i: Int, columns: Range<Int>,
            sums: UnsafeMutablePointer<Int32>, sumPitch: Int
        ) {
            let segment = segments[index]
            let runs = runs + segment.firstRun
            let first = tile.pointer(y: pass.inputRow(i, tap: 0), x: pass.inputColumn(columns.lowerBound, tap: 0))
            for group in 0..<pass.groups {
                var row = intaglio_mac_arguments(
                    operands: first + group * pass.inputChannels,
                    pixelStride: Int64(pass.inputStrideX * tile.channels), pixels: Int64(columns.count),
                    runs: runs, runCount: Int64(segment.runs),
                    weights: segment.weights + group * blocks * blockPitch, blockPitch: Int64(blockPitch),
                    blocks: Int64(blocks), sums: sums + group * pass.outputChannels, sumPitch: Int64(sumPitch))
                if isChunked {
                    intaglio_dot_row(level.rawValue, &row)
                } else {
                    intaglio_mac_row(level.rawValue, &row)
                }
            }
        }
    }
}

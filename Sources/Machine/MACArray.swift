internal import CDatapathKernels
internal import Commands
internal import MachineDescription

/// C0 x K0 x P0 multipliers: sums of products of a row of output positions.
///
/// The lanes' shape costs time and traffic, never a bit: what it counts (`UnitActivity`) follows the steps that the array would issue, while the sums come
/// from the C kernel, in segments that provably fit 32 bits.
struct MACArray {
    let description: MACArrayDescription
    let level: KernelLevel

    /// Int32 elements from one position's sums to the next. Sums of few channels lie side by side, so that positions can share a vector.
    static func sumPitch(_ pass: Accumulation) -> Int {
        if pass.groups == 1 && pass.outputChannels <= 8 { return pass.outputChannels }
        return (pass.groups - 1) * pass.outputChannels + (pass.outputChannels + 15) / 16 * 16
    }

    /// The kernel's runs of one segment and group.
    static func kernelRuns(_ segment: PackedWeights.Segment, _ pack: PackedWeights, _ pass: Accumulation, _ tile: OperandTile, group: Int) -> [intaglio_run] {
        segment.pieces.map { piece in
            let start = pack.runs.offset(run: piece.run, pass, rowPitch: tile.rowPitch, pixelPitch: tile.channels)
            return intaglio_run(offset: Int64(start + 2 * piece.firstPair + group * pass.inputChannels), pairs: Int64(piece.pairs))
        }
    }

    /// `sums` of positions (i, `columns`), one segment, all groups. `runs[g]` as `kernelRuns` gives them.
    func multiply(
        _ pass: Accumulation, _ pack: PackedWeights, segment: PackedWeights.Segment, runs: [[intaglio_run]], tile: OperandTile, row i: Int,
        columns: Range<Int>, sums: UnsafeMutablePointer<Int32>
    ) {
        let pitch = MACArray.sumPitch(pass)
        let operands = tile.pointer(y: pass.inputRow(i, tap: 0), x: pass.inputColumn(columns.lowerBound, tap: 0))
        let stride = Int64(pass.inputStrideX * tile.channels)
        for group in 0..<pass.groups {
            let weights = pack.weights.base + group * pack.blocks * pack.blockPitch
            if pack.isChunked {
                intaglio_dot_row(
                    level.rawValue, operands, stride, Int64(columns.count), runs[group], Int64(runs[group].count), weights, sums, Int64(pitch))
            } else {
                intaglio_mac_row(
                    level.rawValue, operands, stride, Int64(columns.count), runs[group], Int64(runs[group].count), weights + segment.pairsBefore * 32,
                    Int64(pack.blockPitch), Int64(pack.blocks), sums + group * pass.outputChannels, Int64(pitch))
            }
        }
    }

    /// What a row of positions asks of the array and the buffers. `validTapColumns`: over all taps of a kernel row, positions inside the tensor.
    func activity(_ pass: Accumulation, row i: Int, validTapColumns: Int) -> UnitActivity {
        var activity = UnitActivity()
        let outputGroups = ceilingDivision(pass.outputChannels, description.outputChannelLanes)
        let inputGroups = ceilingDivision(pass.inputChannels, description.inputChannelLanes)
        for _ in 0..<pass.groups {
            let begun = ceilingDivision(pass.columns, description.pixelLanes) * outputGroups
            let steps = begun * pass.taps * inputGroups
            activity.groups += begun
            activity.steps += steps
            activity.bufferReadBytes += steps * description.inputChannelLanes * description.outputChannelLanes
            let validTapRows = (0..<pass.tapRows).count { (0..<pass.inputHeight).contains(pass.inputRow(i, tap: $0)) }
            activity.bufferReadBytes += validTapRows * validTapColumns * inputGroups * outputGroups * description.inputChannelLanes
        }
        return activity
    }
}

func ceilingDivision(_ dividend: Int, _ divisor: Int) -> Int { (dividend + divisor - 1) / divisor }

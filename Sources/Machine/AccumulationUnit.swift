internal import Commands
internal import MachineDescription

/// Runs one `Accumulation`: operand tile and packed weights, then row by row the MAC array, partial sums or drain, and the results' way into the buffer.
///
///     activation buffer ──> codebook-mux ──> operand tile ─┐
///     weight buffer ──> expand, pack ──────────────────────┴─> MAC array ──> sums ──┬─(last)──> post-processor or normalization ──> activation buffer
///                                                 accumulator buffer <──(not last)──┘
struct AccumulationUnit {
    let array: MACArray
    let threads: Int
    private var tile = OperandTile()
    private var weights = PackedWeightsCache()
    private var scratch: [RowScratch]

    init(description: MACArrayDescription, level: KernelLevel, threads: Int) {
        array = MACArray(description: description, level: level)
        self.threads = threads
        scratch = Array(repeating: RowScratch(), count: threads)
    }

    mutating func run(
        _ pass: Accumulation, _ context: LayerContext, weightBuffer: borrowing OnChipBuffer, activationBuffer: inout OnChipBuffer,
        accumulators: borrowing AccumulatorBuffer
    ) -> (activity: UnitActivity, saturatedOutputs: Int) {
        guard pass.rows > 0, pass.columns > 0, pass.lanes > 0 else { return (UnitActivity(), 0) }
        var pack: PackedWeights?
        if pass.taps > 0, pass.inputChannels > 0 {
            let decoder = tile.prepare(pass, context, activationBuffer, threads: threads)
            pack = weights.pack(pass, decoder, entries: context.weightEntries, weightBuffer, level: array.level)
        }
        let partialSums = pass.first && pass.last
            ? nil : accumulators.pointer(pass.accumulatorAddress..<pass.accumulatorAddress + pass.rows * pass.columns * pass.lanes)
        let output = pass.last ? activationBuffer.pointer(writing: pass.outputByteRange) : nil
        let rows = AccumulationRows(
            pass, context, array: array, tile: tile, pack: pack, activations: activationBuffer.view, partialSums: partialSums,
            accumulatorBits: accumulators.bits, output: output)
        let slices = min(threads, pass.rows)
        for slice in 0..<slices {
            scratch[slice].reserve(rows.stripColumns * rows.sumPitch, isWide: rows.isWide, hasValues: pass.drain == .normalization)
        }
        let tallies = UnsafeMutablePointer<AccumulationRows.Tally>.allocate(capacity: slices)
        tallies.initialize(repeating: AccumulationRows.Tally(), count: slices)
        defer { tallies.deallocate() }
        let scratch = scratch
        inParallel(over: pass.rows, threads: threads) { slice, range in
            for i in range { rows.run(row: i, scratch[slice], &tallies[slice]) }
        }
        var total = AccumulationRows.Tally()
        for slice in 0..<slices {
            total.activity += tallies[slice].activity
            total.saturatedOutputs += tallies[slice].saturatedOutputs
        }
        return (total.activity, total.saturatedOutputs)
    }
}

internal import Commands
internal import Kernels
internal import MachineDescription
internal import Threads

/// Prepares an `Accumulation`: operand tile and packed weights. What is left are rows of positions, which threads
/// share.
///
///     activation buffer ──> codebook-mux ──> operand tile ─┐
///     weight buffer ──> expand, pack ──────────────────────┴─> MAC array ──> sums ──┬─(last)──> post-processor or
///                                                 accumulator buffer <──(not last)──┘           normalization
///                                                                                               ──> activation buffer
struct AccumulationUnit {
    let array: MACArrayActivity
    private var tile = OperandTile()
    private var weights = PackedWeightsCache()
    private let team: ThreadTeam

    init(description: MACArrayDescription, level: KernelLevel, team: ThreadTeam) {
        array = MACArrayActivity(description: description, level: level)
        self.team = team
    }

    /// Whether the operand tile that earlier passes read must make room for this one.
    func replacesTile(_ pass: Accumulation, _ context: LayerContext, _ buffer: borrowing OnChipBuffer) -> Bool {
        pass.readsOperands && !tile.holds(pass, AccumulationUnit.decoder(pass, context), buffer)
    }

    /// - Parameter owners: gets what must live while the rows run.
    /// - Returns: the pass's rows, and how to fill the operand tile before they run, unless that is done; nil for a
    ///   pass of nothing.
    mutating func prepare(
        _ pass: Accumulation, _ context: LayerContext, weightBuffer: borrowing OnChipBuffer,
        activationBuffer: inout OnChipBuffer,
        accumulators: borrowing AccumulatorBuffer, owners: inout [AnyObject]
    ) -> (rows: AccumulationRows, decoding: OperandDecoding?)? {
        guard pass.rows > 0, pass.columns > 0, pass.lanes > 0 else { return nil }
        precondition(!pass.joinsPhases || pass.outputRingRows == 0, "blocks of phases to a ring of rows")
        var products: (segments: ProductSegments.View, tile: OperandTile.View)?
        var decoding: OperandDecoding?
        if pass.readsOperands {
            let decoder = AccumulationUnit.decoder(pass, context)
            if !tile.holds(pass, decoder, activationBuffer) { decoding = tile.replace(pass, decoder, activationBuffer) }
            let pack = weights.pack(
                pass, decoder, entries: context.weightEntries, weightBuffer, level: array.level, team: team)
            let segments = pack.products(pass, tile.view)
            products = (segments.view, tile.view)
            owners.append(pack)
            owners.append(segments)
        }
        let partialSums =
            pass.first && pass.last
            ? nil
            : accumulators.pointer(
                pass.accumulatorAddress..<pass.accumulatorAddress + pass.rows * pass.columns * pass.lanes)
        let output = pass.last ? activationBuffer.pointer(writing: pass.outputByteRange) : nil
        let rows = AccumulationRows(
            pass, context, array: array, products: products, activations: activationBuffer.view,
            partialSums: partialSums,
            accumulatorBits: accumulators.bits, output: output, owners: &owners)
        return (rows, decoding)
    }

    private static func decoder(_ pass: Accumulation, _ context: LayerContext) -> OperandDecoder {
        context.decoder(LayerContext.DecoderKey(channels: pass.inputChannelSet, operand: pass.operand, isSecond: false))
    }
}

extension Accumulation {
    /// Whether anything is multiplied: not for a phase without taps.
    fileprivate var readsOperands: Bool { rows > 0 && columns > 0 && lanes > 0 && taps > 0 && inputChannels > 0 }
}

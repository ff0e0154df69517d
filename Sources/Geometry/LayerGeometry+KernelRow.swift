package import Commands
package import Schedules

/// The lanes `kernelRow` of a convolution: input lanes run over the S C consecutive codes of one kernel row, which the
/// load lays side by side for each output column (`TransferWindows`).
///
///     row of the picture   | c0 c1 c2 | c0 c1 c2 | c0 c1 c2 | ...        3 channels
///     window j             S C codes from code (j stride - padding) C on: a pixel of S C channels
///
/// So the layer runs as a convolution of R x 1 taps and S C channels over columns that are the output's: weights
/// `[K][R][S][C]` are `[K][R][S C]` as they lie.
package struct KernelRow: Hashable {
    /// How output columns read the picture's.
    package let columns: AxisGeometry
    /// C.
    package let channels: Int

    /// From one window to the next, in codes: sX C.
    package var step: Int { columns.stride * channels }
    /// Place of the first code of a column's window in the whole row; may be negative.
    package func start(ofColumn column: Int) -> Int { column * step - columns.padding * channels }
    /// Codes of a row of the picture.
    package var limit: Int { columns.input * channels }
}

extension LayerGeometry {
    /// The layer with lanes that run over kernel rows; nil for layers that are no convolution, have groups or dilated
    /// columns.
    package func joiningKernelRow() -> LayerGeometry? {
        guard kind == .convolution, groups == 1, horizontal.kind == .window, horizontal.dilation == 1 else {
            return nil
        }
        var layer = self
        layer.kernelRow = KernelRow(columns: horizontal, channels: inputChannels)
        layer.inputChannels *= horizontal.kernel
        layer.horizontal = AxisGeometry(input: horizontal.output, output: horizontal.output)
        return layer
    }

    /// S where lanes run over kernel rows, otherwise 1.
    package var kernelRowTaps: Int { kernelRow?.columns.kernel ?? 1 }

    /// How output columns read those of the operands in external memory.
    package var loadedColumns: AxisGeometry { kernelRow?.columns ?? horizontal }

    /// The tiles of columns as they are loaded.
    package func loadedColumns(_ tiles: AxisTiles) -> AxisTiles {
        kernelRow == nil ? tiles : loadedColumns.tiles(of: tiles.extent)
    }

    /// How the layer uses the lanes of the MAC array.
    package var lanes: Lanes {
        if kernelRow != nil { return .kernelRow }
        return joinsPhases ? .phases : merging == nil ? .channels : .mergedGroups
    }
}

extension LayerConfiguration {
    /// The configuration with the records of the operand's channels `count` times: one for each lane of a kernel row.
    package func repeatingInputs(_ count: Int) -> LayerConfiguration {
        guard count > 1 else { return self }
        var repeated = self
        repeated.input.selects = (0..<count).flatMap { _ in input.selects }
        repeated.input.offsets = (0..<count).flatMap { _ in input.offsets }
        return repeated
    }
}

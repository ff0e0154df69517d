import FixedPoint
package import Schedules

/// The taps of one pass over a convolution's or a fully connected layer's kernel: a rectangle of it.
///
/// Where the weights of all taps do not fit half of the weight buffer, each kernel tile is a pass of its own, whose
/// sums wait in the accumulator buffer as those of input-channel tiles do.
package struct KernelTile: Hashable {
    package var rows: Range<Int>
    package var columns: Range<Int>

    package var taps: Int { rows.count * columns.count }

    /// The tiles of a kernel, row by row of tiles; one where nothing is split.
    package static func tiles(of layer: LayerGeometry, _ tile: Tile) -> [KernelTile] {
        let rows = ranges(of: layer.vertical.laidKernel, extent: rows(of: layer, tile))
        let columns = ranges(of: layer.horizontal.laidKernel, extent: columns(of: layer, tile))
        return rows.flatMap { rows in columns.map { KernelTile(rows: rows, columns: $0) } }
    }

    /// How many there are.
    package static func count(of layer: LayerGeometry, _ tile: Tile) -> Int {
        ceilDivide(layer.vertical.laidKernel, by: rows(of: layer, tile))
            * ceilDivide(layer.horizontal.laidKernel, by: columns(of: layer, tile))
    }

    /// Taps of the largest, which is the first.
    package static func largestTaps(of layer: LayerGeometry, _ tile: Tile) -> Int {
        rows(of: layer, tile) * columns(of: layer, tile)
    }

    private static func rows(of layer: LayerGeometry, _ tile: Tile) -> Int {
        min(tile.kernelRows ?? .max, layer.vertical.laidKernel)
    }

    private static func columns(of layer: LayerGeometry, _ tile: Tile) -> Int {
        min(tile.kernelColumns ?? .max, layer.horizontal.laidKernel)
    }

    private static func ranges(of kernel: Int, extent: Int) -> [Range<Int>] {
        stride(from: 0, to: kernel, by: extent).map { $0..<min($0 + extent, kernel) }
    }
}

extension LayerGeometry {
    /// Whether its taps may be split: a transposed convolution's are by phases already, normalization has one.
    package var canSplitTaps: Bool { kind == .convolution }
}

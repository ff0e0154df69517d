import FixedPoint

/// How output positions of a layer read input positions along one axis.
package struct AxisGeometry: Hashable {
    package enum Kind: Hashable {
        /// Output o reads inputs `o stride + r dilation - padding`, 0 <= r < kernel.
        case window
        /// Output o reads inputs i with 0 <= `o + padding - stride i` < kernel.
        case transposed
        /// Output o reads input `o / stride` (pixel shuffle, nearest resize).
        case shuffled
    }

    package var kind = Kind.window
    /// Extents of the whole tensors.
    package var input: Int
    package var output: Int
    package var kernel = 1
    package var stride = 1
    package var dilation = 1
    /// Before the first position.
    package var padding = 0
    /// Whether the phases of a transposed axis share the output lanes (`Lanes.phases`).
    package internal(set) var joinsPhases = false

    package init(
        kind: Kind = Kind.window, input: Int, output: Int, kernel: Int = 1, stride: Int = 1, dilation: Int = 1,
        padding: Int = 0
    ) {
        self.kind = kind
        self.input = input
        self.output = output
        self.kernel = kernel
        self.stride = stride
        self.dilation = dilation
        self.padding = padding
    }

    /// The input positions that the output positions need, clipped to the tensor; never empty (one position is loaded
    /// even where only padding is read).
    package func inputRange(of positions: Range<Int>) -> Range<Int> {
        let (first, last): (Int, Int)
        switch kind {
        case .window:
            first = positions.lowerBound * stride - padding
            last = (positions.upperBound - 1) * stride + (kernel - 1) * dilation - padding
        case .transposed:
            first =
                joinsPhases
                ? blocks(of: positions).lowerBound - (laidKernel - 1)
                : -floorDivide(kernel - 1 - padding - positions.lowerBound, by: stride)
            last = floorDivide(positions.upperBound - 1 + padding, by: stride)
        case .shuffled:
            first = positions.lowerBound / stride
            last = (positions.upperBound - 1) / stride
        }
        let clippedFirst = min(max(first, 0), input - 1)
        return clippedFirst..<max(clippedFirst, min(last, input - 1)) + 1
    }

    /// Extents of tiles begin at multiples of this, except at the ragged end.
    package var alignment: Int { kind == .window ? 1 : stride }

    package func tiles(of extent: Int) -> AxisTiles { AxisTiles(axis: self, extent: extent) }

    /// Input positions that tiles of any extent read.
    package var leastInputs: Int { tiles(of: alignment).inputDistinct }

    /// The output phases of a transposed axis.
    package var phases: [AxisPhase] {
        guard kind == .transposed else { return [] }
        return (0..<stride).map { offset in
            let firstTap = (offset + padding) % stride
            return AxisPhase(
                offset: offset, firstTap: firstTap,
                taps: firstTap < kernel ? ceilDivide(kernel - firstTap, by: stride) : 0,
                inputOffset: (offset + padding - firstTap) / stride)
        }
    }

    /// Output positions of a phase in the first `extent` outputs; of an axis without phases all of them.
    package func positions(of phase: AxisPhase, in extent: Int) -> Int {
        kind == .transposed ? ceilDivide(max(extent - phase.offset, 0), by: stride) : extent
    }

    /// The same in the whole tensor.
    package func positions(of phase: AxisPhase) -> Int { positions(of: phase, in: output) }

    /// The kernel's taps that a phase reads, in its order.
    package func taps(of phase: AxisPhase) -> [Int] { (0..<phase.taps).map { phase.firstTap + stride * $0 } }
}

/// One phase of a transposed axis: outputs `stride m + offset` read inputs `m - t + inputOffset` with the kernel's taps
/// `firstTap + stride t`, 0 <= t < taps.
package struct AxisPhase: Hashable {
    package var offset: Int
    package var firstTap: Int
    package var taps: Int
    package var inputOffset: Int

    package init(offset: Int, firstTap: Int, taps: Int, inputOffset: Int) {
        self.offset = offset
        self.firstTap = firstTap
        self.taps = taps
        self.inputOffset = inputOffset
    }
}

/// The tiles of one axis: all of `extent` outputs but the last, which has the rest.
package struct AxisTiles: Hashable {
    package let axis: AxisGeometry
    package let extent: Int
    package let count: Int
    /// Sum and largest of the tiles' input extents.
    package let inputTotal: Int
    package let inputLargest: Int

    package init(axis: AxisGeometry, extent: Int) {
        self.axis = axis
        self.extent = extent
        self.count = ceilDivide(axis.output, by: extent)
        var (total, largest) = (0, 0)
        for start in stride(from: 0, to: axis.output, by: extent) {
            let positions = axis.inputRange(of: start..<min(start + extent, axis.output)).count
            total += positions
            largest = max(largest, positions)
        }
        (self.inputTotal, self.inputLargest) = (total, largest)
    }

    /// Input positions that some tile reads.
    package var inputDistinct: Int {
        var (distinct, end) = (0, 0)
        for index in 0..<count {
            let range = axis.inputRange(of: outputRange(index))
            distinct += max(0, range.upperBound - max(range.lowerBound, end))
            end = max(end, range.upperBound)
        }
        return distinct
    }

    package func outputRange(_ index: Int) -> Range<Int> { index * extent..<min((index + 1) * extent, axis.output) }
}

import FixedPoint
package import Schedules

/// The lanes `phases` of a transposed convolution: K sY sX output lanes, one for each channel of each phase, over
/// blocks of sY x sX outputs.
///
///     output o = stride m + q - padding        phase q, 0 <= q < stride, of block m
///     reads inputs m - u, 0 <= u < ceil(kernel / stride), with tap stride u + q of the kernel; beyond the kernel: 0
///
///     kernel 5, stride 2, padding 2     q = 0 | w0 w2 w4 |     one window of 3 inputs
///                                       q = 1 | w1 w3  0 |     for both phases
extension AxisGeometry {
    /// Taps as weights are laid: of the blocks' window, where phases share the output lanes.
    package var laidKernel: Int { joinsPhases ? ceilDivide(kernel, by: stride) : kernel }

    /// The blocks that hold these outputs.
    package func blocks(of positions: Range<Int>) -> Range<Int> {
        floorDivide(positions.lowerBound + padding, by: stride)..<floorDivide(
            positions.upperBound - 1 + padding, by: stride) + 1
    }

    /// Blocks of the largest of the tiles of so many outputs: all begin at the same phase.
    package func mostBlocks(of extent: Int) -> Int { blocks(of: 0..<min(extent, output)).count }
}

extension LayerGeometry {
    /// Phases along one axis that a lane's placement can count.
    package static let mostPhases = 256

    /// The layer with phases that share the output lanes; nil for layers without phases.
    package func joiningPhases() -> LayerGeometry? {
        guard kind == .transposedConvolution, vertical.stride * horizontal.stride > 1,
            max(vertical.stride, horizontal.stride) <= LayerGeometry.mostPhases
        else { return nil }
        var layer = self
        (layer.vertical.joinsPhases, layer.horizontal.joinsPhases) = (true, true)
        return layer
    }

    package var joinsPhases: Bool { vertical.joinsPhases }
    /// Output lanes of one channel: sY sX where phases share the lanes, otherwise 1.
    package var lanesOfChannel: Int { joinsPhases ? vertical.stride * horizontal.stride : 1 }
    /// Taps as weights are laid.
    package var laidTaps: Int { vertical.laidKernel * horizontal.laidKernel }
    /// Whether some phase has no weight for a tap of the window.
    package var lacksTaps: Bool {
        joinsPhases && (vertical.kernel % vertical.stride != 0 || horizontal.kernel % horizontal.stride != 0)
    }
}

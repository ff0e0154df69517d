import Diagnostics
import Graph
import Tensors

extension ReferenceModel {
    /// `u = k 2^F + m`, saturated to 16 bits; m = 0 without a second operand.
    ///
    /// - Throws: `referenceFormatsDisagree` unless every tensor is of 16-bit integers.
    func runReconstructLatent(
        _ grid: LatentGrid, of operands: [StoredOperand], into target: LayerTarget
    ) throws(Diagnostic) -> LayerResult {
        try runOnLatents(grid, operands, into: target) { symbol, mean in symbol * powerOfTwo(grid.fractionBits) + mean }
    }
}

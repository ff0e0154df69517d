import Diagnostics
import Graph
import Networks
import Tensors

extension ReferenceModel {
    /// `k = floor((y - m + 2^(F-1)) / 2^F)` (F = 0: `k = y - m`), saturated to 16 bits; m = 0 without a second operand.
    ///
    /// - Throws: `referenceFormatsDisagree` unless every tensor is of 16-bit integers.
    func runQuantizeLatent(
        _ grid: LatentGrid, of operands: [StoredOperand], into target: LayerTarget
    ) throws(Diagnostic) -> LayerResult {
        try runOnLatents(grid, operands, into: target) { latent, mean in
            halfUpOfQuotient(latent - mean, powerOfTwo(grid.fractionBits))
        }
    }

    /// Element by element over the latents (or symbols) and the means that belong to them.
    func runOnLatents(
        _ grid: LatentGrid, _ operands: [StoredOperand], into target: LayerTarget,
        _ operation: (_ latent: Int128, _ mean: Int128) -> Int128
    ) throws(Diagnostic) -> LayerResult {
        for (name, format) in operands.map({ ($0.name, $0.format) }) + [(target.layer, target.format)]
        where format.bytesPerElement != 2 {
            throw Diagnostic(
                .referenceFormatsDisagree, at: "layer \(target.layer)", found: "tensor \(name) stored as codes",
                expected: "16-bit integers",
                remedy: "give latents, symbols and means the format integers16")
        }
        let latents = Tensor(shape: target.shape, elements: try operands[0].values(operandBits: nil))
        var means: Tensor<Int32>?
        if operands.count == 2 {
            means = Tensor(shape: operands[1].tensor.shape, elements: try operands[1].values(operandBits: nil))
        }
        var row = OutputRow(channels: target.shape.channels)
        for y in 0..<target.shape.height {
            for x in 0..<target.shape.width {
                for c in 0..<target.shape.channels {
                    let mean = means.map { Int128($0[y, x, grid.firstMeanChannel + c]) } ?? 0
                    row.append(store16Bits(operation(Int128(latents[y, x, c]), mean)), channel: c)
                }
            }
        }
        return LayerResult(
            output: Tensor(shape: target.shape, elements: row.elements),
            saturatedOutputsByChannel: row.saturatedOutputsByChannel)
    }
}

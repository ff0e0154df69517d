import Diagnostics
import Networks
import Tensors

extension ReferenceModel {
    /// Post-processing of the decoded value itself, element by element.
    func runRequantize(
        _ parameters: PostProcessing, of operand: StoredOperand, into target: LayerTarget
    ) throws(Diagnostic) -> LayerResult {
        let stage = try PostProcessingStage(parameters, target: target)
        let values = try operand.values(of: target)
        let shape = target.shape

        return try assembleRows(shape) { y throws(Diagnostic) in
            var row = OutputRow(channels: shape.channels)
            for x in 0..<shape.width {
                for c in 0..<shape.channels {
                    row.append(try stage.store(Int64(values[shape.index(y, x, c)]), channel: c), channel: c)
                }
            }
            return row
        }
    }
}

import Diagnostics
import FixedPoint
import Networks
import Tensors

extension ReferenceModel {
    /// `sum = a mantissaA + b mantissaB`, rounded once as `sum / 2^(31-exponent)`, then saturate, clip, encode.
    ///
    /// - Throws: `referenceRoundingNotAdmitted` for the rules of two roundings and `onnxFloat32`.
    func runAdd(
        _ parameters: AdditionParameters, of operandA: StoredOperand, and operandB: StoredOperand,
        into target: LayerTarget
    )
        throws(Diagnostic) -> LayerResult
    {
        let mantissas = [parameters.mantissaA, parameters.mantissaB]
        try target.require(
            mantissas.allSatisfy { $0.magnitude < 1 << 31 } && (-31...30).contains(parameters.exponent),
            "mantissas \(mantissas[0]) and \(mantissas[1]), exponent \(parameters.exponent)",
            expected: "magnitudes below 2^31, exponent in -31...30")
        let admitted: [RoundingRule] = [.single, .halfEven, .halfAway, .floor, .ceiling, .towardZero]
        guard admitted.contains(parameters.rounding) else {
            throw Diagnostic(
                .referenceRoundingNotAdmitted, at: "layer \(target.layer)",
                found: "add with \(parameters.rounding.rawValue)",
                expected: "one of \(admitted.map(\.rawValue).joined(separator: ", "))",
                remedy: "choose a rule of one rounding for the add")
        }
        let output = try OutputStage(
            target: target, resultBits: parameters.resultBits, clipLow: parameters.clipLow,
            clipHigh: parameters.clipHigh)
        let a = try operandA.values(of: target)
        let b = try operandB.values(of: target)
        let shape = target.shape
        let second = operandB.tensor.shape
        let isPixel = second.height == 1 && second.width == 1

        return try assembleRows(shape) { y throws(Diagnostic) in
            var row = OutputRow(channels: shape.channels)
            for x in 0..<shape.width {
                for c in 0..<shape.channels {
                    let addend = isPixel ? b[second.index(0, 0, c)] : b[second.index(y, x, c)]
                    let sum =
                        Int128(a[shape.index(y, x, c)]) * Int128(parameters.mantissaA) + Int128(addend)
                        * Int128(parameters.mantissaB)
                    let rounded = try! parameters.rounding.rounded(sum, shiftedRightBy: 31 - parameters.exponent)
                    row.append(output.store(rounded, channel: c), channel: c)
                }
            }
            return row
        }
    }
}

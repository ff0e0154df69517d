import Diagnostics
import Graph
import Networks
import Quantization
import Tensors

extension ReferenceModel {
    /// `n_i = beta_i + sum over j of gamma_ij q_j`, the magnitude of `NormalizedMagnitude` or `TableMagnitude`, the
    /// sign of v put back, then saturate, clip, encode.
    func runNormalization(
        _ form: NormalizationForm, _ parameters: NormalizationParameters, of operand: StoredOperand,
        into target: LayerTarget
    )
        throws(Diagnostic) -> LayerResult
    {
        let shape = target.shape
        let channels = shape.channels
        try require(parameters, fit: target, form: form)
        let gamma = try parameters.gammaDecoder.expandedWeights(
            parameters.gammaCodes, bits: target.widths.weightBits, layer: target.layer)
        let output = try OutputStage(
            target: target, resultBits: parameters.resultBits, clipLow: parameters.clipLow,
            clipHigh: parameters.clipHigh)
        let largestOperand = Int128(1) << (target.widths.activationBits - 1) - 1
        if !form.isSquareRootForm { try requireMagnitudes(of: operand, atMost: Int(largestOperand)) }
        let values = try operand.values(operandBits: target.widths.activationBits)
        let magnitudes = (0..<channels).map { channel -> @Sendable (Int128, Int128) -> Int128 in
            let (mantissa, shift) = (Int128(parameters.scaleMantissas[channel]), parameters.scaleShifts[channel])
            if let table = parameters.table {
                return { TableMagnitude(table: table, mantissa: mantissa, shift: shift)(form, magnitude: $0, norm: $1) }
            }
            return { NormalizedMagnitude(mantissa: mantissa, shift: shift)(form, magnitude: $0, norm: $1) }
        }

        return try assembleRows(shape) { y throws(Diagnostic) in
            var row = OutputRow(channels: shape.channels)
            for x in 0..<shape.width {
                let pixel = Array(values[shape.index(y, x, 0)..<shape.index(y, x, channels)])
                let q = (0..<channels).map { j in
                    let v = Int128(pixel[j])
                    guard form.isSquareRootForm else { return Int32(abs(v)) }
                    return Int32(min(largestOperand, halfUpOfQuotient(v * v, powerOfTwo(parameters.operandShifts[j]))))
                }
                for i in 0..<channels {
                    let norm = parameters.beta[i] + dotProduct(q, from: 0, gamma, from: i * channels, count: channels)
                    try requireAccumulator(
                        norm, bits: min(target.widths.accumulatorBits, 41), layer: target.layer, channel: i)
                    let magnitude = magnitudes[i](Int128(abs(pixel[i])), Int128(norm))
                    row.append(output.store(pixel[i] < 0 ? -magnitude : magnitude, channel: i), channel: i)
                }
            }
            return row
        }
    }

    /// In the first-power forms |v| itself is the MAC operand, so the most negative V-bit value has no place.
    private func requireMagnitudes(of operand: StoredOperand, atMost limit: Int) throws(Diagnostic) {
        for c in 0..<operand.tensor.shape.channels {
            let range = operand.format.valueRange(channel: c)
            guard range.lowerBound >= -limit else {
                throw Diagnostic(
                    .codebookValueTooWide, at: "tensor \(operand.name), channel \(c)",
                    found: "the value \(range.lowerBound)",
                    expected: "magnitudes up to \(limit), which are MAC operands here",
                    remedy: "choose smaller entries and offsets, or a larger V")
            }
        }
    }

    private func require(
        _ parameters: NormalizationParameters, fit target: LayerTarget, form: NormalizationForm
    ) throws(Diagnostic) {
        let channels = target.shape.channels
        try target.require(
            parameters.gammaCodes.count == channels * channels, "\(parameters.gammaCodes.count) gamma codes",
            expected: "\(channels * channels)")
        let counts = [
            parameters.operandShifts.count, parameters.beta.count, parameters.scaleMantissas.count,
            parameters.scaleShifts.count,
        ]
        try target.require(
            counts.allSatisfy { $0 == channels }, "\(counts) operand shifts, betas, scale mantissas and scale shifts",
            expected: "\(channels) of each")
        let used = Set(parameters.gammaCodes).map { parameters.gammaDecoder.entries[Int($0)] }
        try target.require(used.allSatisfy { $0 >= 0 }, "gamma \(used.min() ?? 0)", expected: "no negative gamma")
        let shifts = form.isSquareRootForm ? 0...30 : 0...0
        try target.require(
            parameters.operandShifts.allSatisfy(shifts.contains), "operand shifts \(parameters.operandShifts)",
            expected: "each in \(shifts.lowerBound)...\(shifts.upperBound) for \(form.rawValue)")
        for (channel, beta) in parameters.beta.enumerated() {
            try target.require(beta >= 1, "beta \(beta) of channel \(channel)", expected: "at least 1")
            try requireAccumulator(
                beta, bits: min(target.widths.accumulatorBits, 41), layer: target.layer, channel: channel)
        }
        try target.require(
            parameters.scaleMantissas.allSatisfy { (1..<1 << 24).contains($0) }
                && parameters.scaleShifts.allSatisfy((0...62).contains),
            "scale mantissas \(parameters.scaleMantissas), shifts \(parameters.scaleShifts)",
            expected: "mantissas in 1 ..< 2^24, shifts in 0...62")
        if let fault = parameters.table?.fault(hasSegments: form != .igdn1) {
            try target.require(false, "a normalization table with \(fault.found)", expected: fault.expected)
        }
    }
}

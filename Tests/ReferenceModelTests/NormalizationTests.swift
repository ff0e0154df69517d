import Diagnostics
import Graph
import Networks
import Quantization
import Random
import ReferenceModel
import Tensors
import Testing

/// The four forms by hand, against brute force over the defining inequalities, and at the ends of the allowed ranges.
@Suite("Normalization")
struct NormalizationTests {
    /// Two channels, gamma [[1, 2], [0, 1]], beta [1, 9], v = (3, -4).
    @Test("Two channels by hand")
    func byHand() throws {
        // Squares 9, 16: n = 1 + 9 + 32 = 42 and 9 + 16 = 25. Magnitudes 3, 4: n = 1 + 3 + 8 = 12 and 9 + 4 = 13.
        let expected: [(NormalizationForm, UInt32, [Int32])] = [
            (.igdn, 1, [19, -20]),  // 3 sqrt 42 = 19.44; 4 x 5
            (.gdn, 100, [46, -80]),  // 300 / sqrt 42 = 46.29; 400 / 5
            (.gdn1, 100, [25, -31]),  // 300 / 12; 400 / 13 = 30.77
            (.igdn1, 1, [36, -52]),  // 3 x 12; 4 x 13
        ]
        for (form, mantissa, values) in expected {
            let parameters = NormalizationParameters(
                gammaCodes: [129, 130, 128, 129], gammaDecoder: .linear(), operandShifts: [0, 0], beta: [1, 9],
                scaleMantissas: [mantissa, mantissa],
                scaleShifts: [0, 0])
            // One step above the most negative value, which the first-power forms exclude.
            let set = CodebookSet.uniform(.linearSigned, channels: 2, step: 1, offset: 1)
            let layer = SingleLayer(
                operator: .normalization(form), parameters: .normalization(parameters), inputFormats: [.codes(set)])
            // v = code - 128 + 1
            #expect(try layer.run(tensor(1, 1, 2, [130, 123])).output.elements == values, "\(form)")
        }
    }

    @Test("The operand is shifted half up and saturates at 2^(V-1) - 1")
    func operand() throws {
        // V = 9, v = 255: v^2 = 65,025. Shift 8: 254.004 -> 254. Shift 7: 508.008 -> 508 -> 255. v = 8, shift 7: 64 /
        // 128 = 0.5 -> 1. With gamma 1, beta 1, igdn1-like reading by igdn: n = 1 + q; |v| M sqrt(n) / 2^S with v = 255
        // and n = 255: 255 sqrt 255 = 4072.03; n = 256: 4080. v = 8, n = 2: 8 sqrt 2 = 11.31.
        for (v, shift, expected) in [(255, 8, 4072), (255, 7, 4080), (8, 7, 11)] as [(Int32, Int, Int32)] {
            let found = try single(
                .igdn, v: v, gamma: 1, operandShift: shift, beta: 1, mantissa: 1, shift: 0, activationBits: 9)
            #expect(found.output.elements == [expected], "v \(v), shift \(shift)")
        }
    }

    @Test("Every small operand equals the definition searched from above", arguments: NormalizationForm.allCases)
    func bruteForce(form: NormalizationForm) throws {
        for (mantissa, shift) in [(1, 0), (3, 1), (7, 2), (100, 3), (255, 6)] {
            for n in Array(1...40) + [63, 64, 65, 99, 100, 1023, 1024] {
                for v in -12...12 {
                    let found = try single(
                        form, v: Int32(v), gamma: 0, operandShift: 0, beta: Int64(n), mantissa: UInt32(mantissa),
                        shift: shift)
                    let magnitude = definition(form, abs(v), n, mantissa, shift)
                    let expected = Int32(v < 0 ? -magnitude : magnitude)
                    #expect(
                        found.output.elements == [min(max(expected, -32768), 32767)],
                        "\(form) v \(v), n \(n), M \(mantissa), S \(shift)")
                }
            }
        }
    }

    @Test(
        "The square-root forms are within half a step of the real quotient", arguments: [NormalizationForm.gdn, .igdn],
        [UInt64(1), 2, 3])
    func againstReals(form: NormalizationForm, seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<300 {
            let v = Int32.random(in: -32768...32767, using: &generator)
            let n = Int64.random(in: 1...1 << 36, using: &generator)
            let mantissa = UInt32.random(in: 1 << 23..<1 << 24, using: &generator)
            // Brings the result near 2^13.
            let root = Double(n).squareRoot()
            let factor = form == .gdn ? Double(mantissa) / root : Double(mantissa) * root
            let shift = max(
                0,
                Int((factor * abs(Double(v)) / 8192).rounded(.up)).bitWidth
                    - Int((factor * abs(Double(v)) / 8192).rounded(.up)).leadingZeroBitCount)
            let real = Double(v) * factor / Double(sign: .plus, exponent: shift, significand: 1)
            let found = try single(form, v: v, gamma: 0, operandShift: 0, beta: n, mantissa: mantissa, shift: shift)
                .output.elements[0]
            #expect(
                abs(Double(found) - real) <= 0.5 + 1e-6,
                "seed \(seed): \(form) v \(v), n \(n), M \(mantissa), S \(shift)")
        }
    }

    @Test("The ends of the ranges")
    func extremes() throws {
        let mantissa: UInt32 = (1 << 24) - 1
        let n = Int64(1) << 40 - 1
        // 2^15 (2^24 - 1) / (2^5 sqrt(2^40 - 1)) = 2^14 - 2^-10 + less than 2^-24: rounds to 2^14.
        #expect(
            try single(.gdn, v: -32768, gamma: 0, operandShift: 0, beta: n, mantissa: mantissa, shift: 5).output
                .elements == [-16384])
        // 2^15 (2^24 - 1) sqrt(2^40 - 1) / 2^45 = 2^14 - 2^-10 - ...: rounds to 2^14.
        #expect(
            try single(.igdn, v: -32768, gamma: 0, operandShift: 0, beta: n, mantissa: mantissa, shift: 45).output
                .elements == [-16384])
        // Everything is far below 1/2 at the largest shift for gdn, and at S = 0 igdn passes every width.
        #expect(
            try single(.gdn, v: 32767, gamma: 0, operandShift: 0, beta: 1, mantissa: mantissa, shift: 62).output
                .elements == [0])
        let saturated = try single(.igdn, v: -32768, gamma: 0, operandShift: 0, beta: n, mantissa: mantissa, shift: 0)
        #expect(saturated.output.elements == [-32768])
        #expect(saturated.saturatedOutputs == 1)
    }

    /// The tables of `ExactTableNormalizationTests`, worked by hand there: four segments, two offset bits, B = 9.
    @Test("By a table, by hand")
    func table() throws {
        let lines = NormalizationTable(
            indexBits: 2, offsetBits: 2, baseBits: 9, slopeBits: 6, slopeShift: 1, bases: [256, 209, 181, 148],
            slopes: [-23, -14, -17, -10])
        for (form, results) in [
            (NormalizationForm.gdn, [20, -20, 3]), (.igdn, [316, -316, 3]), (.gdn1, [4, -4, 3]),
            (.igdn1, [2700, -2700, 3]),
        ] as [(NormalizationForm, [Int32])] {
            for ((v, n, shift), result) in zip(
                [(100, 27, 0), (-100, 27, 0), (5, 1, 1)] as [(Int32, Int64, Int)], results)
            {
                let found = try single(
                    form, v: v, gamma: 0, operandShift: 0, beta: n, mantissa: 1, shift: shift,
                    table: form == .igdn1 ? .product(baseBits: 9) : lines)
                #expect(found.output.elements == [result], "\(form), v \(v), n \(n)")
            }
        }
        // The longest way to the right and to the left: 2^15 (2^24 - 1) y / 2^(62 + 8 + 39), and 2^15 (2^24 - 1) y
        // 2^31.
        let (mantissa, n) = (UInt32(1 << 24 - 1), Int64(1) << 40 - 1)
        #expect(
            try single(
                .gdn1, v: -32767, gamma: 0, operandShift: 0, beta: n, mantissa: mantissa, shift: 62, table: lines
            ).output.elements == [0])
        let saturated = try single(
            .igdn1, v: -32767, gamma: 0, operandShift: 0, beta: n, mantissa: mantissa, shift: 0,
            table: .product(baseBits: 9))
        #expect(saturated.output.elements == [-32768] && saturated.saturatedOutputs == 1)
        var broken = lines
        broken.slopes[1] = -32 * 9
        let refusal = expectDiagnostic(.referenceParametersUnfit) {
            try single(.gdn, v: 1, gamma: 0, operandShift: 0, beta: 1, mantissa: 1, shift: 0, table: broken)
        }
        #expect(
            refusal?.found == "a normalization table with slope -288 of segment 1"
                && refusal?.expected == "6 bits signed")
    }

    /// One pixel of one channel; the first-power forms read codes, whose range leaves out the most negative value.
    private func single(
        _ form: NormalizationForm, v: Int32, gamma: UInt8, operandShift: Int, beta: Int64, mantissa: UInt32, shift: Int,
        activationBits: Int = 16,
        table: NormalizationTable? = nil
    ) throws -> LayerResult {
        let parameters = NormalizationParameters(
            gammaCodes: [128 + gamma], gammaDecoder: .linear(), operandShifts: [operandShift], beta: [beta],
            scaleMantissas: [mantissa],
            scaleShifts: [shift], table: table)
        let book = try Codebook(entries: [v])
        var layer = SingleLayer(
            operator: .normalization(form), parameters: .normalization(parameters),
            inputFormats: [.codes(.uniform(book, channels: 1, step: 1))])
        layer.widths.activationBits = activationBits
        return try layer.run(tensor(1, 1, 1, [0]))
    }

    /// The magnitude by stepping up while the inequality holds (square-root forms) or by counting subtractions
    /// (first-power forms).
    private func definition(_ form: NormalizationForm, _ v: Int, _ n: Int, _ mantissa: Int, _ shift: Int) -> Int {
        let scale = 1 << shift
        var q = 0
        switch form {
        case .gdn: while (2 * q + 1) * (2 * q + 1) * n * scale * scale <= 4 * v * v * mantissa * mantissa { q += 1 }
        case .igdn: while (2 * q + 1) * (2 * q + 1) * scale * scale <= 4 * v * v * mantissa * mantissa * n { q += 1 }
        case .gdn1: while (q + 1) * 2 * n * scale <= 2 * v * mantissa + n * scale { q += 1 }
        case .igdn1: while (2 * q + 1) * scale <= 2 * v * n * mantissa { q += 1 }
        }
        return q
    }
}

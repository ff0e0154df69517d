import Quantization
import Testing

@Suite struct NormalizationTableTests {
    /// The largest |y / (f 2^F) - 1| over all norms: both ends of every run of norms that share an offset.
    private func largestError(_ function: NormalizationTable.Function, _ table: NormalizationTable) -> Double {
        let isRoot = function != .reciprocal
        let octaveBits = isRoot ? table.indexBits - 1 : table.indexBits
        let one = Double(1 << (table.baseBits - 1))
        let steps = 1 << (octaveBits + table.offsetBits)
        var largest = 0.0
        for octave in 0..<(isRoot ? 2 : 1) {
            for step in 0..<steps {
                let (segment, offset) = (
                    octave << octaveBits + step >> table.offsetBits, step % (1 << table.offsetBits)
                )
                let y = Double(Int(table.bases[segment]) + (Int(table.slopes[segment]) * offset) >> table.slopeShift)
                for end in [Double(step), Double(step + 1)] {
                    let x = (1 + end / Double(steps)) * Double(1 << octave)
                    let f =
                        function == .squareRoot ? x.squareRoot() : function == .reciprocal ? 1 / x : 1 / x.squareRoot()
                    largest = max(largest, abs(y / (f * one) - 1))
                }
            }
        }
        return largest
    }

    @Test(
        "The error of the tables over all norms is what docs/quantization.md says, in units of 1e-7",
        arguments: [
            (NormalizationTable.Function.reciprocalSquareRoot, 626), (.squareRoot, 342), (.reciprocal, 504),
        ])
    func standardError(function: NormalizationTable.Function, tenMillionths: Int) {
        let table = NormalizationTable.derived(for: function)
        #expect(Int((largestError(function, table) * 1e7).rounded(.up)) == tenMillionths)
        #expect(table.bases.count == 64 && table.fault(hasSegments: true) == nil)
    }

    @Test(
        "The reciprocal's lines, from fractions",
        arguments: [(6, 12, 17, 12), (1, 1, 9, 2), (8, 16, 18, 18), (3, 7, 12, 9)])
    func reciprocal(indexBits: Int, offsetBits: Int, baseBits: Int, slopeBits: Int) {
        let widths = NormalizationTable.Widths(
            indexBits: indexBits, offsetBits: offsetBits, baseBits: baseBits, slopeBits: slopeBits)
        let table = NormalizationTable.derived(for: .reciprocal, widths: widths)
        let one = Int128(1) << Int128(baseBits - 1)
        func floorQuotient(_ numerator: Int128, _ denominator: Int128) -> Int128 {
            let (quotient, remainder) = numerator.quotientAndRemainder(dividingBy: denominator)
            return remainder < 0 ? quotient - 1 : quotient
        }
        // f at the ends and in the middle is 2k / p with k = 2^I and p = 2 (k + s), 2 (k + s) + 1, 2 (k + s) + 2.
        let segments = Int128(1) << Int128(indexBits)
        func slope(_ s: Int128, _ shift: Int) -> Int128 {
            // 1/(k+s+1) - 1/(k+s) = -1 / ((k+s)(k+s+1)), times k one 2^T / 2^O, half up
            let numerator = -segments * one * Int128(1) << Int128(shift)
            let denominator = (segments + s) * (segments + s + 1) * Int128(1) << Int128(offsetBits)
            return floorQuotient(2 * numerator + denominator, 2 * denominator)
        }
        let limit = Int128(1) << Int128(slopeBits - 1)
        // Falling lines: the steepest is the first.
        let shift = (0...31).last { slope(0, $0) >= -limit } ?? 0
        #expect(table.slopeShift == shift)
        for s in 0..<Int(segments) {
            let place = segments + Int128(s)
            // (3 f(a) + 2 f(c) - f(b)) / 4 over the common denominator p (2p + 1) (p + 1)
            let denominator = place * (2 * place + 1) * (place + 1)
            let numerator =
                segments * one * (3 * (2 * place + 1) * (place + 1) + 4 * place * (place + 1) - place * (2 * place + 1))
            #expect(
                Int128(table.bases[s]) == min(floorQuotient(numerator, 4 * denominator) + 1, 2 * one - 1),
                "segment \(s)")
            // Where no shift does, slopes stop at W bits.
            #expect(Int128(table.slopes[s]) == max(slope(Int128(s), shift), -limit), "segment \(s)")
        }
    }

    @Test("Every width gives a sound table", arguments: NormalizationTable.Function.allCases)
    func everyWidth(function: NormalizationTable.Function) {
        for indexBits in NormalizationTable.indexBitsRange {
            for baseBits in NormalizationTable.baseBitsRange {
                for slopeBits in [2, 9, 18] {
                    for offsetBits in [1, 6, 16] {
                        let table = NormalizationTable.derived(
                            for: function,
                            widths: NormalizationTable.Widths(
                                indexBits: indexBits, offsetBits: offsetBits, baseBits: baseBits, slopeBits: slopeBits))
                        #expect(
                            table.fault(hasSegments: true) == nil,
                            "\(function), \(indexBits), \(offsetBits), \(baseBits), \(slopeBits): \(table)")
                    }
                }
            }
        }
    }

    @Test("What is no table is named")
    func faults() {
        let sound = NormalizationTable.derived(for: .squareRoot)
        func fault(_ change: (inout NormalizationTable) -> Void) -> String? {
            var table = sound
            change(&table)
            return table.fault(hasSegments: true)?.found
        }
        #expect(fault { _ in } == nil)
        #expect(fault { $0.indexBits = 0 } == "indexBits 0")
        #expect(fault { $0.indexBits = 9 } == "indexBits 9")
        #expect(fault { $0.offsetBits = 17 } == "offsetBits 17")
        #expect(fault { $0.baseBits = 8 } == "baseBits 8")
        #expect(fault { $0.baseBits = 19 } == "baseBits 19")
        #expect(fault { $0.slopeBits = 1 } == "slopeBits 1")
        #expect(fault { $0.slopeShift = 32 } == "slopeShift 32")
        #expect(fault { $0.bases.removeLast() } == "63 bases and 64 slopes")
        #expect(fault { $0.slopes[3] = 2048 } == "slope 2048 of segment 3")
        #expect(fault { $0.bases[5] = 1 << 17 } == "131072 on the line of segment 5")
        // The last offset is 4095: base + (slope 4095 >> 12).
        #expect(
            fault {
                $0.bases[5] = 0
                $0.slopes[5] = -1
            } == "-1 on the line of segment 5")
        #expect(NormalizationTable.product(baseBits: 17).fault(hasSegments: false) == nil)
        #expect(sound.fault(hasSegments: false)?.found == "segments in a form that only multiplies")
        #expect(NormalizationTable.product(baseBits: 17).fault(hasSegments: true)?.found == "indexBits 0")
    }
}

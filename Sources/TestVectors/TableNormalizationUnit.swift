import Conformance
import ExactArithmetic
import Quantization
import Random

/// `intaglio_table_normalization_lane`: the unit by segments, with a table of its own for each form.
struct TableNormalizationUnit: VectorUnit {
    struct Stimulus: Sendable {
        var norm = 1
        var value: Int
        var mantissa = 1
        var shift = 0
        var form: Int
        var result = ResultBits()
    }

    /// V and A of the machine.
    let activationBits: Int
    let accumulatorBits: Int
    let latency: Int
    /// In the order of the forms: a derived one at the standard widths, a derived one at the largest, lines of any
    /// slope, and the product.
    let tables: [NormalizationTable]
    private let oracles: [ExactTableNormalization]

    /// Norm, line, product and the output.
    static let leastLatency = 4
    /// Words of a table in the memory.
    private static let tableWords = 256

    init(activationBits: Int, accumulatorBits: Int, latency: Int, seed: UInt64) {
        self.activationBits = activationBits
        self.accumulatorBits = accumulatorBits
        self.latency = latency
        let widest = NormalizationTable.Widths(indexBits: 8, offsetBits: 16, baseBits: 18, slopeBits: 18)
        tables = [
            .derived(for: .reciprocalSquareRoot), .derived(for: .squareRoot, widths: widest), .lines(seed: seed),
            .product(baseBits: 17),
        ]
        oracles = zip(ExactTableNormalization.Form.allCases, tables).map { form, table in
            ExactTableNormalization(
                form, indexBits: table.indexBits, offsetBits: table.offsetBits, baseBits: table.baseBits,
                slopeShift: table.slopeShift,
                bases: table.bases.map { Int($0) }, slopes: table.slopes.map { Int($0) })
        }
    }

    let name = UnitName.normalization

    var interface: UnitInterface {
        UnitInterface(
            module: "intaglio_table_normalization_lane", parameters: [("LATENCY", latency)],
            inputs: [
                UnitPort("norm", 40), UnitPort("value", 16, signed: true), UnitPort("mantissa", 24),
                UnitPort("shift", 6), UnitPort("form", 2),
                UnitPort("index_bits", 4), UnitPort("offset_bits", 5), UnitPort("base_bits", 5),
                UnitPort("slope_shift", 5), UnitPort("result_is_32", 1),
                UnitPort("clip_low", 32, signed: true), UnitPort("clip_high", 32, signed: true),
            ],
            outputs: [UnitPort("result", 32, signed: true), UnitPort("saturated", 1)],
            memories: [
                UnitMemory(
                    name: "segments", words: memory, wordBits: 64, indexPort: "segment_index", indexBits: 10,
                    wordPort: "segment", reads: 1)
            ], latency: latency)
    }

    /// Word {form, segment}: the slope above the base, 32 bits each. Words of no segment hold a line that no form has.
    private var memory: [Int64] {
        tables.flatMap { table in
            (0..<Self.tableWords).map { segment in
                guard segment < table.bases.count else { return 0x0001_2345_0002_AAAA }
                return Int64(table.slopes[segment]) << 32 | Int64(table.bases[segment])
            }
        }
    }

    /// n fits A bits signed and 40 bits.
    var largestNorm: Int { 1 << min(accumulatorBits - 1, 40) - 1 }
    var valueRange: ClosedRange<Int> { -(1 << (activationBits - 1))...(1 << (activationBits - 1) - 1) }

    func oracle(_ form: Int) -> ExactTableNormalization { oracles[form] }

    func rounded(_ stimulus: Stimulus) -> ExactInteger {
        oracle(stimulus.form).normalized(
            ExactInteger(stimulus.value), norm: ExactInteger(stimulus.norm), scale: ExactInteger(stimulus.mantissa),
            shift: stimulus.shift)
    }

    func inputs(_ stimulus: Stimulus) -> [Int64] {
        let table = tables[stimulus.form]
        return [
            stimulus.norm, stimulus.value, stimulus.mantissa, stimulus.shift, stimulus.form, table.indexBits,
            table.offsetBits, table.baseBits, table.slopeShift,
            stimulus.result.isWide ? 1 : 0, stimulus.result.clipLow, stimulus.result.clipHigh,
        ].map { Int64($0) }
    }

    func outputs(_ stimulus: Stimulus) -> [Int64] {
        let stored = stimulus.result.store(rounded(stimulus))
        return [stored.result, stored.saturated]
    }

    func random(using generator: inout SeededGenerator) -> Stimulus {
        var stimulus = Stimulus(
            norm: min(max(1, Int(generator.unsigned(bits: 40))), largestNorm),
            value: Int(generator.signed(bits: activationBits)),
            mantissa: max(1, Int(generator.unsigned(bits: 24))),
            shift: generator.integer(0...(generator.once(in: 3) ? 62 : 24)),
            form: generator.integer(0...3))
        stimulus.result.isWide = generator.once(in: 2)
        if generator.once(in: 3) {
            let limits = [Int(generator.signed(bits: 32)), Int(generator.signed(bits: 32))]
            stimulus.result.clipLow = limits.min()!
            stimulus.result.clipHigh = limits.max()!
        }
        return stimulus
    }
}

extension NormalizationTable {
    /// 128 lines from any base to any last value, both ends of 18 bits among them.
    fileprivate static func lines(seed: UInt64) -> NormalizationTable {
        var generator = SeededGenerator(seed: seed)
        let (largest, lastOffset, shift) = (1 << 18 - 1, 1 << 16 - 1, 15)
        let limit = 1 << 17
        var table = NormalizationTable(
            indexBits: 7, offsetBits: 16, baseBits: 18, slopeBits: 18, slopeShift: shift, bases: [], slopes: [])
        for segment in 0..<128 {
            let first = segment == 0 ? 0 : segment == 1 ? largest : generator.integer(0...largest)
            let last = segment == 0 ? largest : segment == 1 ? 0 : generator.integer(0...largest)
            // Cut towards zero, so that the line stays between its ends.
            let slope = (last - first) * (1 << shift) / lastOffset
            table.bases.append(UInt32(first))
            table.slopes.append(Int32(min(max(slope, -limit), limit - 1)))
        }
        return table
    }
}

import Conformance
import Quantization
import Random

/// `intaglio_encode_lane`: a result to its code, or to 16 bits.
struct EncoderUnit: VectorUnit {
    struct Stimulus: Sendable {
        var result: Int
        var select = 0
        var offset = 0
        var isInteger16 = false
        var hasCodeMap = false
    }

    let codebooks: [Codebook]
    /// A permutation of the codes, so that every code is recognized behind the map.
    let codeMap: [UInt8]

    init(activationBits: Int, codebooks count: Int, seed: UInt64) {
        codebooks = UnitCodebooks(count: count, bits: activationBits, seed: seed).codebooks
        codeMap = (0..<256).map { UInt8(truncatingIfNeeded: $0 * 77 + 131) }
    }

    let name = UnitName.encoder

    var interface: UnitInterface {
        UnitInterface(
            module: "intaglio_encode_lane", parameters: [],
            inputs: [
                UnitPort("result", 32, signed: true), UnitPort("select", 8), UnitPort("offset", 32, signed: true),
                UnitPort("threshold_count", 8),
                UnitPort("lowest", 32, signed: true), UnitPort("highest", 32, signed: true),
                UnitPort("is_integer16", 1), UnitPort("has_code_map", 1),
            ],
            outputs: [UnitPort("element", 16), UnitPort("saturated", 1)],
            memories: [
                UnitMemory(
                    name: "thresholds", words: thresholdMemory, wordBits: 32, indexPort: "threshold_index",
                    indexBits: 16, wordPort: "threshold", reads: 8),
                UnitMemory(
                    name: "code_map", words: codeMap.map { Int64($0) }, wordBits: 8, indexPort: "map_index",
                    indexBits: 8, wordPort: "map_code", reads: 1),
            ],
            latency: 9)
    }

    /// Word {select, i} is threshold i; what is no threshold would always be reached, if it were looked at.
    private var thresholdMemory: [Int64] {
        codebooks.flatMap { book in
            (0..<256).map { (1..<book.entries.count).contains($0) ? Int64(book.thresholds[$0 - 1]) : Int64(Int32.min) }
        }
    }

    func inputs(_ stimulus: Stimulus) -> [Int64] {
        let entries = codebooks[stimulus.select].entries
        return [
            Int64(stimulus.result), Int64(stimulus.select), Int64(stimulus.offset), Int64(entries.count - 1),
            Int64(entries[0]), Int64(entries.last!),
            stimulus.isInteger16 ? 1 : 0, stimulus.hasCodeMap ? 1 : 0,
        ]
    }

    /// Number of thresholds that the level reaches.
    func code(_ stimulus: Stimulus) -> Int {
        codebooks[stimulus.select].thresholds.count { stimulus.result - stimulus.offset >= Int($0) }
    }

    /// Store, steps 3 and 4 of docs/arithmetic.md.
    func outputs(_ stimulus: Stimulus) -> [Int64] {
        if stimulus.isInteger16 {
            let stored = min(max(stimulus.result, -32768), 32767)
            return [Int64(stored & 0xFFFF), stored == stimulus.result ? 0 : 1]
        }
        let entries = codebooks[stimulus.select].entries
        let isInside = (Int(entries[0])...Int(entries.last!)).contains(stimulus.result - stimulus.offset)
        let code = code(stimulus)
        return [Int64(stimulus.hasCodeMap ? Int(codeMap[code]) : code), isInside ? 0 : 1]
    }

    func random(using generator: inout SeededGenerator) -> Stimulus {
        let select = generator.integer(0...codebooks.count - 1)
        let book = codebooks[select]
        let offset = generator.once(in: 4) ? 0 : Int(generator.signed(bits: generator.once(in: 8) ? 32 : 16))
        let near = Int(generator.element(of: book.entries + book.thresholds)) + offset + generator.integer(-1...1)
        let result = generator.once(in: 8) ? Int(generator.signed(bits: 32)) : near
        var stimulus = Stimulus(
            result: min(max(result, Int(Int32.min)), Int(Int32.max)), select: select, offset: offset,
            hasCodeMap: generator.once(in: 3))
        if generator.once(in: 8) {
            stimulus.isInteger16 = true
            stimulus.hasCodeMap = false
            stimulus.result = Int(generator.signed(bits: generator.once(in: 2) ? 18 : 32))
        }
        return stimulus
    }
}

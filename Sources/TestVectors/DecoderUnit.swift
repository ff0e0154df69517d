import Conformance
import ExactArithmetic
import Quantization
import Random

/// `intaglio_decode_lane`: code, select and offset to the value and the operand of the multipliers.
struct DecoderUnit: VectorUnit {
    struct Stimulus: Sendable {
        var code: Int
        var select: Int
        var offset = 0
        var mode = 0
        var shift = 0
        var activationBits: Int
        var padding = false
    }

    /// V of the machine.
    let bits: Int
    let codebooks: [Codebook]

    init(activationBits: Int, codebooks count: Int, seed: UInt64) {
        bits = activationBits
        codebooks = UnitCodebooks(count: count, bits: activationBits, seed: seed).codebooks
    }

    let name = UnitName.decoder

    var interface: UnitInterface {
        UnitInterface(
            module: "intaglio_decode_lane", parameters: [],
            inputs: [
                UnitPort("code", 8), UnitPort("select", 8), UnitPort("offset", 16, signed: true), UnitPort("mode", 2),
                UnitPort("shift", 5),
                UnitPort("activation_bits", 5), UnitPort("padding", 1),
            ],
            outputs: [UnitPort("value", 16, signed: true), UnitPort("operand", 16, signed: true)],
            memories: [
                UnitMemory(
                    name: "entries", words: entryMemory, wordBits: 16, indexPort: "entry_index", indexBits: 16,
                    wordPort: "entry", reads: 1)
            ],
            latency: 0)
    }

    /// 256 words a codebook; those beyond its entries hold a word that no codebook holds.
    private var entryMemory: [Int64] {
        codebooks.flatMap { book in (0..<256).map { $0 < book.entries.count ? Int64(book.entries[$0]) : 0x5AA5 } }
    }

    func value(_ stimulus: Stimulus) -> Int {
        stimulus.padding ? 0 : Int(codebooks[stimulus.select].entries[stimulus.code]) + stimulus.offset
    }

    func inputs(_ stimulus: Stimulus) -> [Int64] {
        [
            stimulus.code, stimulus.select, stimulus.offset, stimulus.mode, stimulus.shift, stimulus.activationBits,
            stimulus.padding ? 1 : 0,
        ].map { Int64($0) }
    }

    func outputs(_ stimulus: Stimulus) -> [Int64] {
        let value = value(stimulus)
        let exact = ExactInteger(value)
        let operand: ExactInteger =
            switch stimulus.mode {
            case 1:
                ExactNormalization.squaredMagnitude(exact, operandBits: stimulus.activationBits, shift: stimulus.shift)
            case 2: ExactNormalization.absoluteMagnitude(exact)
            default: exact
            }
        return [Int64(value), Int64(exactly: operand)!]
    }

    func random(using generator: inout SeededGenerator) -> Stimulus {
        let select = generator.integer(0...codebooks.count - 1)
        let entries = codebooks[select].entries
        // Every entry plus the offset fits V bits: the network file must prove it.
        let room = (-(1 << (bits - 1)) - Int(entries[0]))...((1 << (bits - 1)) - 1 - Int(entries.last!))
        let offset =
            generator.once(in: 2) ? 0 : generator.integer(max(room.lowerBound, -32768)...min(room.upperBound, 32767))
        let code = generator.integer(0...entries.count - 1)
        var stimulus = Stimulus(
            code: code, select: select, offset: offset, mode: generator.integer(0...2), activationBits: bits,
            padding: generator.once(in: 16))
        if stimulus.mode == 1 { stimulus.shift = generator.integer(0...30) }
        if stimulus.mode == 2, value(stimulus) == -32768 { stimulus.mode = 0 }
        return stimulus
    }
}

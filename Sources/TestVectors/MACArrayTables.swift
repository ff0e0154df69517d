import Conformance
import ExactArithmetic
import FixedPoint
import Quantization
import Random

/// What stands in the memories beside the MAC array: codebooks, records of channels, expanded weights.
///
/// Channels lie in blocks of C0. Block 0 is linear without offset; block 1 reaches the lowest value of V bits, block 2
/// the highest; the others have any codebook, offset and shift.
struct MACArrayTables: Sendable {
    static let (linearBlock, lowestBlock, highestBlock) = (0, 1, 2)

    struct Channel: Sendable {
        var select = 0
        var offset = 0
        var shift = 0
    }

    let codebooks: [Codebook]
    let channels: [Channel]
    /// Expanded weights, strictly increasing: both ends of W bits, 0, every power of two.
    let weights: [Int]
    /// By kind, channel and code: what the multipliers get, or nil where no code of the channel gives it.
    private let operands: [[[Int?]]]

    /// - Parameters:
    ///   - lanes: C0.
    ///   - activationBits: V; `narrowBits` is the V of a network with fewer.
    init(lanes: Int, activationBits bits: Int, narrowBits: Int, weightBits: Int, codebooks count: Int, seed: UInt64) {
        var generator = SeededGenerator(seed: seed ^ 0x00AC_0DE5)
        let codebooks = UnitCodebooks(count: count, bits: bits, seed: seed).codebooks
        let (lowest, highest) = (-(1 << (bits - 1)), 1 << (bits - 1) - 1)
        let linear = codebooks[0].entries
        var channels = Array(repeating: Channel(), count: lanes)
        channels += Array(repeating: Channel(offset: lowest - Int(linear.first!), shift: bits - 1), count: lanes)
        channels += Array(repeating: Channel(offset: highest - Int(linear.last!), shift: bits - 1), count: lanes)
        for index in 0..<lanes * ceilDivide(2 * count, by: lanes) {
            let book = codebooks[index % count].entries
            let offset = generator.integer(
                max(lowest - Int(book.first!), -32768)...min(highest - Int(book.last!), 32767))
            channels.append(
                Channel(select: index % count, offset: index < count ? 0 : offset, shift: generator.integer(0...bits)))
        }
        self.codebooks = codebooks
        self.channels = channels
        weights = Self.weights(bits: weightBits, using: &generator)
        operands = Kind.allCases.map { kind in
            channels.map { channel in
                (0..<256).map { code in
                    let book = codebooks[channel.select].entries
                    guard code < book.count else { return nil }
                    return kind.operand(
                        Int(book[code]) + channel.offset, bits: kind == .narrowSquare ? narrowBits : bits,
                        shift: channel.shift)
                }
            }
        }
    }

    /// What the decoders make of a value.
    enum Kind: Int, CaseIterable, Sendable {
        case value, square, narrowSquare, magnitude

        var mode: Int { self == .value ? 0 : self == .magnitude ? 2 : 1 }

        fileprivate func operand(_ value: Int, bits: Int, shift: Int) -> Int? {
            let exact = ExactInteger(value)
            let operand: ExactInteger =
                switch self {
                case .value: exact
                case .square, .narrowSquare: ExactNormalization.squaredMagnitude(exact, operandBits: bits, shift: shift)
                case .magnitude: ExactNormalization.absoluteMagnitude(exact)
                }
            // The magnitude of -32768 has no 16 bits.
            return Int(exactly: operand).flatMap { $0 <= 32767 ? $0 : nil }
        }
    }

    func operand(_ kind: Kind, channel: Int, code: UInt8) -> Int? { operands[kind.rawValue][channel][Int(code)] }

    /// Codes that give an operand.
    func codes(_ kind: Kind, channel: Int) -> [UInt8] {
        operands[kind.rawValue][channel].indices.compactMap {
            operands[kind.rawValue][channel][$0] == nil ? nil : UInt8($0)
        }
    }

    /// The code of a value of the linear block.
    func linearCode(_ value: Int) -> UInt8 { UInt8(codebooks[0].entries.firstIndex { Int($0) == value }!) }

    var linearRange: ClosedRange<Int> { Int(codebooks[0].entries.first!)...Int(codebooks[0].entries.last!) }

    func weightCode(_ weight: Int) -> UInt8 { UInt8(weights.firstIndex(of: weight)!) }

    private static func weights(bits: Int, using generator: inout SeededGenerator) -> [Int] {
        let (lowest, highest) = (-(1 << (bits - 1)), 1 << (bits - 1) - 1)
        var kept: Set<Int> = [lowest, highest, 0, -1]
        for bit in 0..<bits - 1 { kept.formUnion([1 << bit, -(1 << bit)]) }
        while kept.count < min(256, 1 << bits) { kept.insert(generator.integer(lowest...highest)) }
        return kept.sorted()
    }

    /// 256 words a codebook; those beyond its entries hold a word that no codebook holds.
    var entryWords: [Int64] {
        codebooks.flatMap { book in (0..<256).map { $0 < book.entries.count ? Int64(book.entries[$0]) : 0x5AA5 } }
    }

    var weightWords: [Int64] { (0..<256).map { $0 < weights.count ? Int64(weights[$0]) : 0x5AA5 } }

    /// Offset in bits 15...0, select in 39...32, shift in 44...40; the rest, which the array does not read, is ones.
    var recordWords: [Int64] {
        channels.map { channel in
            let fields =
                UInt64(UInt16(truncatingIfNeeded: channel.offset)) | UInt64(channel.select) << 32 | UInt64(
                    channel.shift) << 40
            return Int64(bitPattern: fields | 0xFFFF_E000_FFFF_0000)
        }
    }
}

import Conformance
import Quantization
import Random

/// The codebooks that the vectors of the codebook-mux program: full, short and single ones, with gaps, with step 1, and
/// one with equal thresholds.
struct UnitCodebooks: Sendable {
    let codebooks: [Codebook]

    /// - Parameters:
    ///   - count: J of the machine.
    ///   - bits: V of the machine; codebook 4 reaches both of its ends.
    init(count: Int, bits: Int, seed: UInt64) {
        var generator = SeededGenerator(seed: seed ^ 0x5EED_C0DE)
        let lengths = [256, 256, 1, 2, 256, 37, 255, 129, 256, 3, 64, 200]
        let limit = 1 << (bits - 1)
        codebooks = (0..<count).map { index in
            let length = min(lengths[index % lengths.count], 1 << (bits - 1))
            if index == 0 { return Self.codebook((0..<length).map { $0 - length / 2 }) }
            // Codebooks grow with their index, so that several magnitudes occur.
            let span = index == 4 ? limit : min(limit / 2, max(length, 16 << index))
            var entries: Set<Int> = index == 4 ? [-limit, limit - 1] : []
            while entries.count < length { entries.insert(generator.integer(-span...span - 1)) }
            let sorted = entries.sorted()
            return index == 1 ? Self.withEqualThresholds(sorted) : Self.codebook(sorted)
        }
    }

    private static func codebook(_ entries: [Int]) -> Codebook { try! Codebook(entries: entries.map { Int32($0) }) }

    /// Every sixteenth threshold repeats the one before, so that a code is never chosen.
    private static func withEqualThresholds(_ entries: [Int]) -> Codebook {
        var thresholds = codebook(entries).thresholds
        for index in stride(from: 16, to: thresholds.count, by: 16) { thresholds[index] = thresholds[index - 1] }
        return try! Codebook(entries: entries.map { Int32($0) }, thresholds: thresholds)
    }
}

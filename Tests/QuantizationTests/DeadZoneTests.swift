import Diagnostics
import ExactArithmetic
import Quantization
import Testing

@Suite("The dead-zone law of weights")
struct DeadZoneTests {
    /// CoDeQ's formulas over exact rationals, a = M: d = 2 a P/Q, s = (a - d/2) / (N - 1/2), shift = d/2 - s/2, level q
    /// = s q + shift.
    @Test(
        arguments: [(1, 8, 8), (1, 1024, 8), (1023, 1024, 8), (23, 256, 8), (1, 3, 4), (5, 7, 3), (1, 2, 2)],
        [8, 9, 12, 16])
    func entriesByDefinition(parameters: (Int, Int, Int), bits: Int) throws {
        let (numerator, denominator, levelBits) = parameters
        let law = Law.deadZone(numerator: numerator, denominator: denominator, levelBits: levelBits)
        let entries = try law.weightEntries(bits: bits, at: "test")
        let a = ExactRational(ExactInteger(1 << (bits - 1) - 1), ExactInteger(1))
        let half = ExactRational(ExactInteger(1), ExactInteger(2))
        let halfZone = a * ExactRational(ExactInteger(numerator), ExactInteger(denominator))
        let levels = 1 << (levelBits - 1) - 1
        let s = (a - halfZone) / (ExactRational(ExactInteger(levels), ExactInteger(1)) - half)
        let shift = halfZone - s * half
        #expect(entries.count == 256 && entries[128] == 0)
        for q in 1...levels {
            let level = s * ExactRational(ExactInteger(q), ExactInteger(1)) + shift
            #expect(Int64(exactly: level.rounded(.halfUp)) == Int64(entries[128 + q]), "level \(q)")
            #expect(entries[128 - q] == -entries[128 + q])
        }
        #expect(Int(entries[128 + levels]) == 1 << (bits - 1) - 1, "the largest level is a")
        for code in 0..<256 where abs(code - 128) > levels {
            #expect(entries[code] == entries[code < 128 ? 128 - levels : 128 + levels])
        }
        #expect(entries[129] > 0, "no level but 0 decodes to 0")
        #expect(law.deadZone(bits: bits) == Double((1 << (bits - 1) - 1) * numerator) / Double(denominator))
    }

    @Test func othersHaveNoDeadZone() {
        #expect(Law.linear.deadZone(bits: 8) == nil && Law.table.deadZone(bits: 12) == nil)
    }

    @Test("It is no law of activations or gammas")
    func refusals() {
        let law = Law.deadZone(numerator: 1, denominator: 8, levelBits: 8)
        let refused: [() throws -> Void] = [
            { _ = try law.signedEntries(range: 2047, bits: 12, at: "t") },
            { _ = try law.unsignedEntries(range: 2047, bits: 12, at: "t") },
            { _ = try law.gammaEntries(bits: 12, at: "t") }, { _ = try law.weightEntries(bits: 7, at: "t") },
            { _ = try Law.deadZone(numerator: 8, denominator: 8, levelBits: 8).weightEntries(bits: 12, at: "t") },
        ]
        for body in refused {
            let error = #expect(throws: Diagnostic.self) { try body() }
            #expect(error?.code == .lawParameterOutOfRange)
        }
    }
}

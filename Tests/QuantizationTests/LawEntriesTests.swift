import Diagnostics
import ExactArithmetic
import Foundation
import Quantization
import Testing

@Suite("Entries of laws")
struct LawEntriesTests {
    static let signedLaws: [Law] = [
        .linear, .power(numerator: 3, denominator: 2), .power(numerator: 2, denominator: 1),
        .power(numerator: 5, denominator: 7),
        .power(numerator: 13, denominator: 11), .logarithmic(parameter: 1), .logarithmic(parameter: 6),
        .logarithmic(parameter: 10),
        .minifloat(exponentBits: 3, mantissaBits: 4), .minifloat(exponentBits: 2, mantissaBits: 5),
    ]
    static let unsignedLaws: [Law] = [
        .linear, .power(numerator: 3, denominator: 2), .logarithmic(parameter: 7),
        .minifloat(exponentBits: 3, mantissaBits: 5),
    ]

    /// Whether `r - 1/2 <= M f(i/n)`, each law cleared of fractions and roots; r >= 1.
    static func isReached(_ r: Int, law: Law, range: Int, index: Int, last: Int) -> Bool {
        let odd = ExactInteger(2 * r - 1)
        let twice = ExactInteger(2 * range)
        switch law {
        case .linear:
            return odd * ExactInteger(last) <= twice * ExactInteger(index)
        case .power(let p, let q):
            return odd.power(q) * ExactInteger(last).power(p) <= twice.power(q) * ExactInteger(index).power(p)
        case .logarithmic(let a):
            // 1 + (odd / 2M) (2^a - 1) <= 2^(a i/n), raised to the n-th power.
            let base = ExactRational(odd, twice) * ExactRational(ExactInteger.powerOfTwo(a) - 1) + 1
            return base.numerator.power(last) <= ExactInteger.powerOfTwo(a * index) * base.denominator.power(last)
        case .minifloat(_, let mantissaBits):
            // Doubles hold these small numbers exactly.
            func value(_ code: Int) -> Double {
                let unit = 1 << mantissaBits
                return code < unit
                    ? Double(code)
                    : (1 + Double(code % unit) / Double(unit)) * exp2(Double(code / unit - 1 + mantissaBits))
            }
            return Double(2 * r - 1) * value(last) <= Double(2 * range) * value(index)
        case .deadZone, .table:
            return false
        }
    }

    /// The recurrence of the definition, RHU searched as the largest r that is reached.
    static func entriesByDefinition(_ law: Law, range: Int, last: Int) -> [Int32] {
        var entries: [Int32] = [0]
        for index in 1...last {
            var reached = 0
            var beyond = range + 1
            while beyond - reached > 1 {
                let middle = (reached + beyond) / 2
                if isReached(middle, law: law, range: range, index: index, last: last) {
                    reached = middle
                } else {
                    beyond = middle
                }
            }
            entries.append(max(entries[index - 1] + 1, Int32(reached)))
        }
        return entries
    }

    @Test(arguments: signedLaws, [1, 127, 511, 2047, 32767])
    func signedByDefinition(law: Law, range: Int) throws {
        let entries = try law.signedEntries(range: range, bits: 17, at: "test")
        let positive = Self.entriesByDefinition(law, range: range, last: 127)
        #expect(Array(entries[128...]) == positive)
        #expect((1...127).allSatisfy { entries[128 - $0] == -positive[$0] })
        #expect(entries[0] == entries[1] - 1)
        #expect(entries.count == 256)
    }

    @Test(arguments: unsignedLaws, [1, 256, 2047, 32767])
    func unsignedByDefinition(law: Law, range: Int) throws {
        #expect(
            try law.unsignedEntries(range: range, bits: 17, at: "test")
                == Self.entriesByDefinition(law, range: range, last: 255))
    }

    /// A convex law in a range of at most 127 steps (unsigned: 255) has step 1 throughout.
    @Test(arguments: [Law.linear, .power(numerator: 3, denominator: 2), .logarithmic(parameter: 6)], [1, 100, 127])
    func smallRangesAreLinear(law: Law, range: Int) throws {
        #expect(try law.signedEntries(range: range, bits: 8, at: "test") == (0..<256).map { Int32($0 - 128) })
        #expect(try law.unsignedEntries(range: 2 * range + 1, bits: 9, at: "test") == (0..<256).map { Int32($0) })
    }

    /// Against floating point, wherever the value is not within a millionth of a tie.
    @Test func powerAndLogarithmAgainstFloats() throws {
        let forms: [(Law, (Double) -> Double)] = [
            (.power(numerator: 3, denominator: 2), { pow($0, 1.5) }),
            (.power(numerator: 2, denominator: 1), { $0 * $0 }),
            (.logarithmic(parameter: 6), { (exp2(6 * $0) - 1) / 63 }),
        ]
        for (law, form) in forms {
            let entries = try law.signedEntries(range: 8191, bits: 14, at: "test")
            var compared = 0
            for index in 1...127 {
                let shifted = 8191 * form(Double(index) / 127) + 0.5
                guard abs(shifted - shifted.rounded()) > 1e-6, Int32(shifted) > entries[127 + index] + 1 else {
                    continue
                }
                compared += 1
                #expect(entries[128 + index] == Int32(shifted), "\(law) at \(index)")
            }
            #expect(compared > 90, "\(law): \(compared) compared")
        }
    }

    /// Where M f(i/127) is a half, it goes up: minifloat 3 4 with a range of 3/2 of its top value 1984 puts code i < 32
    /// at 1.5 i.
    @Test func tiesGoUp() throws {
        let entries = try Law.minifloat(exponentBits: 3, mantissaBits: 4).signedEntries(
            range: 2976, bits: 13, at: "test")
        #expect(entries[128...133] == [0, 2, 3, 5, 6, 8])
        #expect(entries[123...127] == [-8, -6, -5, -3, -2])
        #expect(entries[255] == 2976 && entries[0] == -2977 && entries[1] == -2976)
    }

    @Test(arguments: 8...16)
    func weightsFillTheirBits(bits: Int) throws {
        for law in [
            Law.linear, .power(numerator: 3, denominator: 2), .logarithmic(parameter: 6),
            .minifloat(exponentBits: 3, mantissaBits: 4),
        ] {
            let entries = try law.weightEntries(bits: bits, at: "test")
            #expect(entries[128] == 0)
            #expect(Int(entries[255]) == 1 << (bits - 1) - 1)
            #expect(Int(entries[0]) == -(1 << (bits - 1)))
            let decoder = try WeightDecoder.weights(law, bits: bits, at: "test")
            #expect(
                decoder.entries == entries && decoder.bits == bits && decoder.isMemoryFree
                    && decoder.law == law.description)
        }
    }

    @Test(arguments: 9...16)
    func gammasFillTheirBits(bits: Int) throws {
        for law in Self.unsignedLaws {
            let entries = try law.gammaEntries(bits: bits, at: "test")
            #expect(entries[0] == 0 && Int(entries[255]) == 1 << (bits - 1) - 1)
            #expect(zip(entries, entries.dropFirst()).allSatisfy { $0 < $1 })
            #expect(try WeightDecoder.gammas(law, bits: bits, at: "test").entries == entries)
        }
    }

    @Test(arguments: signedLaws)
    func thresholdsLieInTheMiddle(law: Law) throws {
        let codebook = try Codebook.signed(law, range: 2047, bits: 13, at: "test")
        for code in 1..<256 {
            let middle = ExactRational(
                ExactInteger(codebook.entries[code - 1]) + ExactInteger(codebook.entries[code]), 2)
            #expect(ExactInteger(codebook.thresholds[code - 1]) == middle.rounded(.ceiling))
        }
    }

    @Test func linearCodebooksAreTheFixedOnes() throws {
        #expect(try Codebook.unsigned(.linear, range: 255, bits: 9, at: "test") == .linearUnsigned)
        #expect(try Codebook.signed(.linear, range: 127, bits: 8, at: "test") == .linearSigned)
    }
}

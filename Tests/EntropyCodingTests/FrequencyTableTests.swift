import Diagnostics
import EntropyCoding
import Foundation
import Random
import Testing

@Suite struct FrequencyTableTests {
    @Test("Frequencies of any masses are positive and sum to 2^16")
    func sums() {
        var random = SeededGenerator(seed: 1)
        for _ in 0..<200 {
            let masses = (0..<Int.random(in: 2...400, using: &random)).map { _ in
                Bool.random(using: &random)
                    ? Double.random(in: 0...1, using: &random) : pow(2, Double.random(in: -60...0, using: &random))
            }
            let frequencies = IntegerFrequencies.nearest(to: masses)
            #expect(frequencies.count == masses.count)
            #expect(frequencies.reduce(0, +) == 65536)
            #expect(frequencies.allSatisfy { $0 >= 1 })
        }
    }

    @Test("Masses that are whole 2^-16 parts keep them")
    func exactMasses() {
        let frequencies = [1, 2, 3, 30_000, 65_536 - 30_006]
        #expect(IntegerFrequencies.nearest(to: frequencies.map { Double($0) / 65_536 }) == frequencies)
    }

    @Test("A histogram gives every symbol a code, and the frequent more")
    func histogram() {
        let frequencies = IntegerFrequencies.histogram([0, 10, 1_000, 10, 0])
        #expect(frequencies.reduce(0, +) == 65536)
        #expect(frequencies[0] >= 1 && frequencies[5] >= 1)
        #expect(frequencies[2] > 60 * frequencies[1] && frequencies[1] == frequencies[3])
    }

    @Test(
        "Gaussian tables: symmetric, exact sums, and within 0.5 % of the entropy of the real distribution",
        arguments: 0..<2)
    func gaussian(quantizer: Int) {
        let tables = GaussianTables.tables()
        #expect(tables.count == 2 * GaussianTables.levelCount)
        for level in 0..<GaussianTables.levelCount {
            let scale = 0.11 * pow(256 / 0.11, Double(level) / 63)
            let table = quantizer * GaussianTables.levelCount + level
            let frequencies = tables.frequencies(table)
            let largest = -Int(tables.firstSymbols[table])
            #expect(frequencies.count == 2 * largest + 2)
            #expect(frequencies.reduce(0, +) == 65536)
            // Independent masses: the error function of each cell's ends, summed far beyond the table.
            var entropy = 0.0
            var crossEntropy = 0.0
            for k in -4096...4096 {
                let mass = Self.mass(k, scale: scale, quantizer: quantizer)
                guard mass > 1e-30 else { continue }
                entropy -= mass * log2(mass)
                if abs(k) <= largest {
                    crossEntropy -= mass * log2(Double(frequencies[k + largest]) / 65536)
                } else {
                    crossEntropy +=
                        mass * (16 - log2(Double(frequencies.last!)) + 5 + floor(log2(Double(2 * (abs(k) - largest)))))
                }
            }
            // Nearly deterministic symbols cost at least what a frequency of 65535 leaves.
            #expect(
                crossEntropy - entropy < 0.005 * entropy + 2e-4,
                "level \(level): \(entropy) bits, by the table \(crossEntropy)")
        }
    }

    private static func mass(_ k: Int, scale: Double, quantizer: Int) -> Double {
        func cumulative(_ x: Double) -> Double { 0.5 * erfc(-x / scale / 2.0.squareRoot()) }
        let m = Double(abs(k))
        if quantizer == 0 { return cumulative(0.5 - m) - cumulative(-0.5 - m) }
        if k == 0 { return cumulative(0.25) - cumulative(-0.25) }
        if abs(k) == 1 { return cumulative(-0.25) - cumulative(-1) }
        return cumulative(1 - m) - cumulative(-m)
    }

    @Test("Thresholds lie between the scales that they part")
    func thresholds() {
        let thresholds = GaussianTables.thresholds(fractionBits: 7)
        #expect(thresholds.count == 63)
        for (index, threshold) in thresholds.enumerated() {
            #expect(
                Double(threshold) / 128 > GaussianTables.scales[index]
                    && Double(threshold - 1) / 128 < GaussianTables.scales[index + 1])
        }
        #expect(abs(GaussianTables.scales[0] - 0.11) < 1e-12 && abs(GaussianTables.scales[63] - 256) < 1e-9)
    }

    @Test("codecTablesInvalid: tables that cannot code are refused", arguments: 0..<5)
    func refused(fault: Int) {
        let faults: [(first: [Int32], counts: [Int32], starts: [UInt16])] = [
            ([0], [3], [0, 5]), ([0], [3], [1, 5, 9]), ([0], [3], [0, 5, 5]), ([0], [1], [0]),
            ([32_767], [3], [0, 5, 9]),
        ]
        #expect {
            try FrequencyTables(
                firstSymbols: faults[fault].first, slotCounts: faults[fault].counts, starts: faults[fault].starts,
                at: "here")
        } throws: {
            ($0 as? Diagnostic)?.code == .codecTablesInvalid
        }
    }

    @Test("A rate is 16 bits less the logarithm of the frequency, to the nearest 1/256 bit")
    func rates() throws {
        for frequency in [1, 2, 3, 5, 7, 100, 1_000, 12_345, 32_768, 40_000, 65_535] {
            let tables = FrequencyTables(firstSymbols: [0], frequencies: [[frequency, 65_536 - frequency]])
            let exact = (16 - log2(Double(frequency))) * 256
            #expect(abs(Double(RateTable(tables).cost(0, table: 0)) - exact) <= 0.5 + 1e-6)
        }
    }

    @Test("An escape costs its slot, 5 bits of length and the payload")
    func escapeRates() {
        let tables = FrequencyTables(firstSymbols: [-1], frequencies: [[1 << 14, 1 << 14, 1 << 14, 1 << 14]])
        let rates = RateTable(tables)
        for (symbol, bits) in [(2, 7), (-2, 8), (3, 8), (-3, 9), (32_767, 2 + 5 + 15), (-32_768, 2 + 5 + 15)]
            as [(Int32, Int32)]
        {
            #expect(rates.cost(symbol, table: 0) == bits * 256, "symbol \(symbol)")
        }
    }
}

import Diagnostics
import EntropyCoding
import EntropyUnits
import Foundation
import Machine
import Random
import ReferenceModel
import Testing

@Suite struct TrellisTests {
    static let tables = GaussianTables.tables()
    static let rates = RateTable(tables)
    static let pitch = GaussianTables.levelCount

    @Test("Machine and reference model choose the same indices", arguments: [TrellisTable.fourStates, .eightStates])
    func unitEqualsReference(trellis: TrellisTable) {
        var random = SeededGenerator(seed: 7)
        for round in 0..<300 {
            let step = Int.random(in: 1...40, using: &random)
            let settings = DecisionSettings(
                step: step, lambda: round % 5 == 0 ? 0 : Int64.random(in: 0...5_000, using: &random))
            let (latents, indices) = Self.draw(Int.random(in: 0...200, using: &random), step: step, using: &random)
            let unit = TrellisUnit(trellis, settings: settings).run(
                latents, tableIndices: indices, rates: Self.rates, quantizerPitch: Self.pitch)
            let reference = ReferenceModel.quantizeTrellis(
                latents, tableIndices: indices, rates: Self.rates, quantizerPitch: Self.pitch, trellis: trellis,
                settings: settings
            ) { ReferenceModel.trellisCandidates($0, quantizer: $1, step: Int32(step)) }
            #expect(unit == reference.symbols, "round \(round)")
        }
    }

    @Test(
        "No path over the same candidates costs less: exhaustive search on 2,000 sequences",
        arguments: [TrellisTable.fourStates, .eightStates])
    func optimal(trellis: TrellisTable) {
        var random = SeededGenerator(seed: 8)
        var gaps: [Double] = []
        for _ in 0..<2_000 {
            let step = Int.random(in: 2...30, using: &random)
            let settings = DecisionSettings(
                step: step,
                squaredGridStepsPerBit: 0.3235 * Double(step * step) * Double.random(in: 0...6, using: &random))
            let (latents, indices) = Self.draw(Int.random(in: 1...10, using: &random), step: step, using: &random)
            let chosen = TrellisUnit(trellis, settings: settings).run(
                latents, tableIndices: indices, rates: Self.rates, quantizerPitch: Self.pitch)
            let problem = Problem(latents: latents, indices: indices, trellis: trellis, settings: settings)
            let cost = problem.cost(of: chosen)
            #expect(
                cost
                    == problem.least(from: 0, state: 0) {
                        ReferenceModel.trellisCandidates($0, quantizer: $1, step: Int32(step))
                    })
            guard latents.allSatisfy({ abs($0) <= 25 * Int32(step) }) else { continue }
            let all = ReferenceModel.quantizeTrellis(
                latents, tableIndices: indices, rates: Self.rates, quantizerPitch: Self.pitch, trellis: trellis,
                settings: settings
            ) { _, _ in Array(-15...15) }
            #expect(all.cost <= Int128(cost))
            gaps.append(Double(cost) / max(1, Double(all.cost)) - 1)
        }
        let mean = gaps.reduce(0, +) / Double(gaps.count)
        print(
            """
            trellis of \(trellis.stateCount) states: cost above that of all k in -15...15: mean \(mean * 100) %, most \
            \(gaps.max()! * 100) %
            """
        )
        #expect(gaps.count > 500 && mean < 0.005)
    }

    @Test("Granular gain of a uniform source", arguments: [(TrellisTable.fourStates, 0.995), (.eightStates, 1.085)])
    func granularGain(trellis: TrellisTable, decibels: Double) {
        var random = SeededGenerator(seed: 9)
        // Within 1,000 steps of 0, so that the denser levels around 0 count for nothing.
        let step: Int32 = 64
        let latents = (0..<1_000_000).map { _ in Int32.random(in: -1_000 * step..<1_000 * step, using: &random) }
        let symbols = TrellisUnit(trellis, settings: DecisionSettings(step: Int(step), lambda: 0)).run(
            latents, tableIndices: [UInt16](repeating: 0, count: latents.count), rates: Self.rates,
            quantizerPitch: Self.pitch)
        var state = 0
        var sum = 0.0
        for (x, k) in zip(latents, symbols) {
            let level = (2 * k - Int32(trellis.quantizer(of: state)) * k.signum()) * step
            sum += Double(x - level) * Double(x - level)
            state = trellis.next(state, parity: Int(k & 1))
        }
        let gain = 10 * log10(Double(4 * step * step) / 12 / (sum / Double(latents.count)))
        print("granular gain of \(trellis.stateCount) states: \(gain) dB")
        #expect(abs(gain - decibels) < 0.02)
    }

    @Test("What the trellis chose is decoded along the trellis", arguments: [TrellisTable.fourStates, .eightStates])
    func coded(trellis: TrellisTable) throws {
        var random = SeededGenerator(seed: 10)
        let settings = DecisionSettings(step: 9, squaredGridStepsPerBit: 26)
        let (latents, indices) = Self.draw(5_000, step: 9, using: &random)
        let symbols = TrellisUnit(trellis, settings: settings).run(
            latents, tableIndices: indices, rates: Self.rates, quantizerPitch: Self.pitch)
        var state = 0
        var paired: [UInt16] = []
        for (k, index) in zip(symbols, indices) {
            paired.append(index + UInt16(trellis.quantizer(of: state) * Self.pitch))
            state = trellis.next(state, parity: Int(k & 1))
        }
        let bytes = InterleavedEncoder.encode(symbols, tableIndices: paired, of: Self.tables)
        var decoder = try InterleavedDecoder(bytes, tables: Self.tables, at: "test")
        #expect(decoder.decode(tableIndices: indices, along: trellis, quantizerPitch: Self.pitch) == symbols)
        try decoder.requireEnd()
    }

    @Test("Metrics fit the registers that are stated")
    func widths() {
        // Largest cost: (2^17)^2 2^12 + 38 bits x 256 x 2^24; three samples from any of 8 states to any other, and one
        // more before the subtraction.
        let largest = Int128(1) << 46 + Int128(9_728) << 24
        #expect(Int128(DecisionSettings.largestCost) == largest)
        for (states, samples) in [(4, 3), (8, 4)] {
            let bits = DecisionSettings.metricBits(states: states)
            #expect(largest * Int128(samples) < Int128(1) << (bits - 1))
            #expect(largest * Int128(samples) >= Int128(1) << (bits - 2))
        }
    }

    @Test("trellisTableInvalid: tables that are no trellis are refused", arguments: 0..<5)
    func refused(fault: Int) {
        let faults: [(transitions: [[Int]], quantizers: [Int])] = [
            ([[0, 1], [1, 0], [0, 1]], [0, 1, 0]), ([[0, 2], [2, 0], [1, 3], [3, 4]], [0, 0, 1, 1]),
            ([[0, 0], [2, 1], [1, 3], [3, 2]], [0, 0, 1, 1]),
            ([[0, 2], [2, 0], [1, 2], [3, 1]], [0, 0, 1, 1]), ([[0, 2], [2, 0], [1, 3], [3, 1]], [0, 0, 0, 0]),
        ]
        #expect {
            try TrellisTable(transitions: faults[fault].transitions, quantizers: faults[fault].quantizers, at: "here")
        } throws: {
            ($0 as? Diagnostic)?.code == .trellisTableInvalid
        }
    }

    @Test(
        "Rate-distortion decisions of the scalar quantizer are the best of their candidates; without lambda they round")
    func scalar() {
        var random = SeededGenerator(seed: 11)
        for lambda: Int64 in [0, 50, 500, 5_000] {
            let (latents, indices) = Self.draw(3_000, step: 8, using: &random)
            let settings = DecisionSettings(step: 16, lambda: lambda)
            let chosen = ScalarQuantizer.decide(latents, tableIndices: indices, rates: Self.rates, settings: settings)
            for (index, x) in latents.enumerated() {
                let nearest = Int32((Double(x) / 16 + 0.5).rounded(.down))
                let candidates = [nearest, nearest - nearest.signum(), 0]
                let costs = candidates.map { k in
                    Int128(x - 16 * k) * Int128(x - 16 * k) * 4096 + Int128(lambda)
                        * Int128(Self.rates.cost(k, table: Int(indices[index])))
                }
                #expect(chosen[index] == candidates[costs.firstIndex(of: costs.min()!)!])
            }
        }
        let values = (-200...200).map { Int32($0) }
        #expect(ScalarQuantizer.round(values, step: 16) == values.map { Int32((Double($0) / 16 + 0.5).rounded(.down)) })
        #expect(ScalarQuantizer.round(values, step: 7) == values.map { Int32((Double($0) / 7 + 0.5).rounded(.down)) })
    }

    /// Latents as Gaussians of their table's scale, now and then far outside.
    private static func draw(
        _ count: Int, step: Int, using random: inout SeededGenerator
    ) -> (latents: [Int32], indices: [UInt16]) {
        var latents: [Int32] = []
        var indices: [UInt16] = []
        for _ in 0..<count {
            let level = Int.random(in: 0..<40, using: &random)
            let (u, v) = (Double.random(in: 1e-9..<1, using: &random), Double.random(in: 0..<1, using: &random))
            let gaussian = (-2 * log(u)).squareRoot() * cos(2 * .pi * v)
            let isFar = Int.random(in: 0..<100, using: &random) == 0
            latents.append(
                isFar
                    ? Int32.random(in: -65_535...65_535, using: &random)
                    : Int32((gaussian * GaussianTables.scales[level] * 2 * Double(step)).rounded()))
            indices.append(UInt16(level))
        }
        return (latents, indices)
    }
}

/// A short sequence whose cheapest path is looked for among all.
private struct Problem {
    let latents: [Int32]
    let indices: [UInt16]
    let trellis: TrellisTable
    let settings: DecisionSettings

    func cost(_ k: Int32, at index: Int, state: Int) -> Int64 {
        let quantizer = trellis.quantizer(of: state)
        let distance = Int64(latents[index]) - Int64(2 * k - Int32(quantizer) * k.signum()) * Int64(settings.step)
        let rate = TrellisTests.rates.cost(k, table: Int(indices[index]) + quantizer * TrellisTests.pitch)
        return distance * distance * 4096 + settings.lambda * Int64(rate)
    }

    func cost(of symbols: [Int32]) -> Int64 {
        var state = 0
        var sum: Int64 = 0
        for (index, k) in symbols.enumerated() {
            sum += cost(k, at: index, state: state)
            state = trellis.next(state, parity: Int(k & 1))
        }
        return sum
    }

    func least(from index: Int, state: Int, _ candidates: (Int32, Int) -> [Int32]) -> Int64 {
        guard index < latents.count else { return 0 }
        return candidates(latents[index], trellis.quantizer(of: state)).map { k in
            cost(k, at: index, state: state)
                + least(from: index + 1, state: trellis.next(state, parity: Int(k & 1)), candidates)
        }.min()!
    }
}

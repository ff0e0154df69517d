import Commands
import FixedPoint
import Machine
import Testing

/// The codebook-mux and the element-wise unit, alone.
@Suite struct CodebookMuxTests {
    private let signedCodebook: [Int16] = (0..<256).map { Int16(3 * $0 - 384 + $0 % 3) }

    @Test("Every code decodes to its entry plus the offset, for every select")
    func decoding() throws {
        let books = [signedCodebook, (0..<200).map { Int16(7 * $0) }]
        let configuration = LayerConfiguration(
            input: OperandConfiguration(entries: books, selects: [0, 1], offsets: [-11, 500]),
            output: ResultConfiguration(thresholds: [], limits: [], selects: [], offsets: []), drain: .none)
        let activations = (0..<512).map { UInt8($0 / 2) } + Array(repeating: 0, count: 1024)
        var work = Elementwise()
        work.function = .reconstructLatent
        (work.rows, work.columns, work.channels, work.inputPixelPitchBytes) = (16, 16, 2, 2)
        (work.outputAddress, work.outputPixelPitchBytes, work.outputBytesPerElement) = (512, 4, 2)
        let outcome = try TestBench(configuration: configuration, weights: [0], activations: activations).run {
            addresses in
            work.parameters = addresses
            return [.elementwise(work)]
        }
        for code in 0..<256 {
            for channel in 0..<2 {
                let entry = Int(books[channel][min(code, books[channel].count - 1)]) + [-11, 500][channel]
                let address = 512 + code * 4 + channel * 2
                let stored = Int(
                    Int16(
                        bitPattern: UInt16(outcome.activations[address]) | UInt16(outcome.activations[address + 1]) << 8
                    ))
                #expect(stored == entry, "code \(code), channel \(channel)")
            }
        }
    }

    @Test(
        "Every 16-bit value encodes to the number of thresholds it reaches, and counts as saturated beyond the ends",
        arguments: [1, 4000])
    func encoding(spread: Int32) throws {
        // A spread of 4000 makes the tables too long to list: codes are then searched.
        let thresholds = (1..<256).map { Int32($0 * $0 / 9 - 3000) * spread }
        let limits = CodebookLimits(lowest: -3001 * spread, highest: 4300 * spread)
        let map = (0...255).map { UInt8(255 - $0) }
        let multiplier = QuantizedMultiplier(mantissa: 1 << 30, exponent: spread == 1 ? 1 : 10)
        let configuration = LayerConfiguration(
            input: OperandConfiguration(entries: [], selects: [], offsets: []),
            output: ResultConfiguration(
                thresholds: [thresholds], limits: [limits], selects: [0], offsets: [77], codeMap: map),
            drain: .postProcessing(
                PostProcessingConfiguration(
                    bias: [], multipliers: [multiplier], multipliersNegative: [multiplier], rounding: .single,
                    resultBits: 32, clipLow: .min, clipHigh: .max)))
        for first in stride(from: -32768, to: 32768, by: 16384) {
            var work = Elementwise()
            work.function = .requantize
            (work.rows, work.columns, work.inputPixelPitchBytes, work.inputBytesPerElement) = (64, 256, 2, 2)
            work.outputAddress = 32768
            let values = (first..<first + 16384).map { Int16($0) }
            let activations =
                values.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] }
                + Array(repeating: 0, count: 16384)
            let outcome = try TestBench(configuration: configuration, weights: [0], activations: activations).run {
                addresses in
                work.parameters = addresses
                return [.elementwise(work)]
            }
            var saturated = 0
            for (index, value) in values.enumerated() {
                let x = Int32(value) * (spread == 1 ? 1 : 512) - 77
                let code = thresholds.count { x >= $0 }
                if x < limits.lowest || x > limits.highest { saturated += 1 }
                if outcome.activations[32768 + index] != map[code] {
                    Issue.record("value \(value): \(outcome.activations[32768 + index]), not \(map[code])")
                }
            }
            #expect(outcome.saturatedOutputs == saturated)
        }
    }

    @Test("Additions, latents and shuffles equal their formulas")
    func elementwise() throws {
        for seed in UInt64(0)..<40 {
            var random = RandomLayer(seed: seed)
            var work = Elementwise()
            work.function = Elementwise.Function.allCases[Int(seed) % 5]
            (work.rows, work.columns, work.channels) = (random.int(1...4), random.int(1...6), random.int(1...9))
            (work.window.tileRows, work.window.tileColumns) = (work.rows, work.columns)
            work.shuffleFactor = work.function == .copy ? random.int(1...2) : 1
            work.channels *= work.shuffleFactor * work.shuffleFactor
            work.hasSecond =
                work.function == .add || (work.function != .copy && work.function != .requantize && random.chance(50))
            work.fractionBits = random.int(0...6)
            let codes = OperandConfiguration(
                entries: [signedCodebook], selects: Array(repeating: 0, count: work.channels),
                offsets: (0..<work.channels).map { Int32($0) })
            let integers = OperandConfiguration(entries: [], selects: [], offsets: [])
            let isSixteen = work.function == .quantizeLatent || work.function == .reconstructLatent
            let output =
                isSixteen
                ? ResultConfiguration(thresholds: [], limits: [], selects: [], offsets: [])
                : random.result(channels: work.channels, limit: 2000)
            let drain: DrainConfiguration
            switch work.function {
            case .add:
                drain = .addition(
                    AdditionConfiguration(
                        mantissaA: Int64(random.int(-1 << 31 + 1...1 << 31 - 1)),
                        mantissaB: Int64(random.int(-1 << 31 + 1...1 << 31 - 1)), exponent: random.int(-4...4),
                        rounding: [.single, .halfEven, .halfAway, .floor, .ceiling, .towardZero][random.int(0...5)],
                        resultBits: 32, clipLow: .min, clipHigh: 1500))
            case .requantize:
                var post = random.postProcessing(channels: work.channels, magnitude: 1000, limit: 2000)
                post.bias = []
                drain = .postProcessing(post)
            default: drain = .none
            }
            let configuration = LayerConfiguration(
                input: isSixteen ? integers : codes, second: work.hasSecond ? codes : nil, output: output, drain: drain)
            work.inputBytesPerElement = isSixteen ? 2 : 1
            work.outputBytesPerElement = work.function == .copy ? 1 : output.isInteger16 ? 2 : 1
            work.inputPixelPitchBytes = work.channels * work.inputBytesPerElement + random.int(0...2)
            (work.secondAddress, work.secondPixelPitchBytes) = (4000, work.channels)
            work.outputAddress = 8000
            work.outputPixelPitchBytes =
                work.channels / (work.shuffleFactor * work.shuffleFactor) * work.outputBytesPerElement
                + random.int(0...2)
            if random.chance(50) {
                work.inputRingRows = work.rows + random.int(0...2)
                work.inputRingRow = random.int(0...work.inputRingRows - 1)
                work.secondRingRows = work.hasSecond ? work.rows + random.int(0...2) : 0
                work.secondRingRow = random.int(0...max(0, work.secondRingRows - 1))
                work.outputRingRows = work.rows * work.shuffleFactor + random.int(0...2)
                work.outputRingRow = random.int(0...work.outputRingRows - 1)
            }
            let activations = (0..<12_000).map { _ in UInt8(random.int(0...255)) }
            let outcome = try TestBench(configuration: configuration, weights: [0], activations: activations).run {
                addresses in
                work.parameters = addresses
                return [.elementwise(work)]
            }
            var expected = activations
            let saturated = evaluate(work, configuration, activations, &expected)
            #expect(outcome.activations == expected, "seed \(seed): \(work), \(drain)")
            #expect(outcome.saturatedOutputsByChannel == saturated, "seed \(seed)")
            #expect(outcome.saturatedOutputs == saturated.reduce(0, +), "seed \(seed)")
            let elements = work.rows * work.columns * work.channels
            #expect(
                outcome.activity[0].bufferReadBytes == elements * (work.inputBytesPerElement + (work.hasSecond ? 1 : 0))
            )
            #expect(outcome.activity[0].bufferWriteBytes == elements * work.outputBytesPerElement)
        }
    }

    /// The buffer's row of a row of a tile.
    private func place(_ row: Int, _ ringRow: Int, _ ringRows: Int) -> Int {
        ringRows > 0 && ringRow + row >= ringRows ? ringRow + row - ringRows : ringRow + row
    }

    private func evaluate(
        _ work: Elementwise, _ configuration: LayerConfiguration, _ memory: [UInt8], _ expected: inout [UInt8]
    ) -> [Int] {
        var saturated = Array(repeating: 0, count: work.function == .copy ? 0 : work.channels)
        let f = work.shuffleFactor
        for i in 0..<work.rows {
            for j in 0..<work.columns {
                for c in 0..<work.channels {
                    let first =
                        work.inputAddress + (place(i, work.inputRingRow, work.inputRingRows) * work.columns + j)
                        * work.inputPixelPitchBytes + c * work.inputBytesPerElement
                    let row = place(i * f + c % (f * f) / f, work.outputRingRow, work.outputRingRows)
                    let output =
                        work.outputAddress + (row * work.columns * f + j * f + c % f)
                        * work.outputPixelPitchBytes
                        + c / (f * f) * work.outputBytesPerElement
                    guard work.function != .copy else {
                        expected[output] = memory[first]
                        continue
                    }
                    let a =
                        work.inputBytesPerElement == 2
                        ? Int(Int16(bitPattern: UInt16(memory[first]) | UInt16(memory[first + 1]) << 8))
                        : Definitions.decode(memory[first], configuration.input, channel: c)
                    let b =
                        work.hasSecond
                        ? Definitions.decode(
                            memory[
                                work.secondAddress
                                    + (place(i, work.secondRingRow, work.secondRingRows) * work.columns + j)
                                    * work.secondPixelPitchBytes + c],
                            configuration.second!, channel: c) : 0
                    let (element, isSaturated) = Definitions.encode(
                        rounded(work, configuration.drain, a, b, channel: c), configuration.drain, configuration.output,
                        channel: c)
                    saturated[c] += isSaturated ? 1 : 0
                    expected[output] = UInt8(truncatingIfNeeded: element)
                    if work.outputBytesPerElement == 2 {
                        expected[output + 1] = UInt8(truncatingIfNeeded: element >> 8)
                    }
                }
            }
        }
        return saturated
    }

    private func rounded(_ work: Elementwise, _ drain: DrainConfiguration, _ a: Int, _ b: Int, channel: Int) -> Int {
        switch (work.function, drain) {
        case (.quantizeLatent, _):
            (a - b + (work.fractionBits > 0 ? 1 << (work.fractionBits - 1) : 0)) >> work.fractionBits
        case (.reconstructLatent, _): a << work.fractionBits + b
        case (.add, .addition(let addition)):
            Definitions.requantize(
                a * Int(addition.mantissaA) + b * Int(addition.mantissaB),
                QuantizedMultiplier(mantissa: 1, exponent: addition.exponent), addition.rounding)
        case (_, .postProcessing(let post)):
            Definitions.requantize(
                a, a < 0 ? post.multipliersNegative[channel] : post.multipliers[channel], post.rounding)
        default: a
        }
    }
}

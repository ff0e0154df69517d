import CDatapathKernels
import Commands
import FixedPoint
import Kernels
import Machine
import MachineDescription
import Random
import Testing

@Suite struct NormalizationTests {
    @Test(
        "Normalization passes equal the defining inequalities, or the lines of a table, at every kernel level",
        arguments: NormalizationConfiguration.Form.allCases,
        [false, true])
    func passes(form: NormalizationConfiguration.Form, byTable: Bool) throws {
        for seed in UInt64(0)..<25 {
            var random = RandomLayer(seed: seed * 4 + UInt64(form.rawValue))
            let channels = random.int(1...40)
            var pass = Accumulation()
            (pass.rows, pass.columns) = (random.int(1...4), random.int(1...20))
            (pass.inputHeight, pass.inputWidth, pass.tileRows, pass.tileColumns) = (
                pass.rows, pass.columns, pass.rows, pass.columns
            )
            pass.inputChannels = channels
            pass.layerGroupInputChannels = channels
            pass.firstOutputChannel = random.int(0...channels / 2)
            pass.outputChannels = random.int(1...channels - pass.firstOutputChannel)
            pass.layerGroupOutputChannels = channels
            pass.operand = form == .gdn || form == .igdn ? .square : .magnitude
            pass.drain = .normalization
            (pass.inputAddress, pass.inputPixelPitchBytes, pass.weightTapPitchBytes) = (
                100, channels + random.int(0...3), channels
            )
            random.placeOutput(&pass)
            let output = random.result(channels: channels, limit: 3000)
            pass.outputBytesPerElement = output.isInteger16 ? 2 : 1
            pass.outputPixelPitchBytes = pass.outputChannels * pass.outputBytesPerElement + random.int(0...3)
            random.placeInRings(&pass)
            let bits = [8, 12, 16][random.int(0...2)]
            // Small scales often, so that quotients meet exact ties.
            let scale = random.chance(50) ? 1 : 1 << 24 - 1
            var input = random.operand(channels: channels, limit: (1 << (bits - 1)) - 1)
            input.entries = input.entries.map { $0.filter { $0 > .min } }
            let configuration = LayerConfiguration(
                input: input, output: output, weightEntries: (0..<256).map { _ in Int16(random.int(0...255)) },
                drain: .normalization(
                    NormalizationConfiguration(
                        form: form, operandShifts: (0..<channels).map { _ in UInt8(random.int(0...bits - 1)) },
                        beta: (0..<channels).map { _ in
                            Int64(random.chance(50) ? random.int(1...4) : random.int(1...1 << 20))
                        },
                        scaleMantissas: (0..<channels).map { _ in UInt32(random.int(1...scale)) },
                        scaleShifts: (0..<channels).map { _ in
                            UInt8(scale == 1 ? random.int(0...4) : random.int(0...62))
                        },
                        table: byTable ? random.table(form) : nil, resultBits: 32, clipLow: .min,
                        clipHigh: .max)))
            let weights = (0..<TestBench.weightBytes).map { _ in UInt8(random.int(0...255)) }
            let activations = (0..<TestBench.activationBytes).map { _ in UInt8(random.int(0...255)) }
            var expected = activations
            var partialSums: [Int: Int] = [:]
            let naive = NaiveAccumulation(pass: pass, configuration: configuration, activationBits: bits)
            let saturated = naive.run(weights: weights, activations: &expected, partialSums: &partialSums)
            for level in KernelLevel.available {
                var bench = TestBench(configuration: configuration, weights: weights, activations: activations)
                (bench.activationBits, bench.kernels) = (bits, level)
                let outcome = try bench.run { addresses in
                    pass.parameters = addresses
                    return [.accumulate(pass)]
                }
                #expect(outcome.activations == expected, "seed \(seed), \(level), \(form), \(configuration.drain)")
                #expect(outcome.saturatedOutputsByChannel == saturated, "seed \(seed), \(level), \(form)")
                #expect(outcome.saturatedOutputs == saturated.reduce(0, +), "seed \(seed), \(level), \(form)")
                #expect(outcome.activity == [naive.activity(bench.description.macArray)], "seed \(seed)")
            }
        }
    }

    @Test(
        "The magnitude satisfies its inequality and its successor does not",
        arguments: NormalizationConfiguration.Form.allCases)
    func magnitudes(form: NormalizationConfiguration.Form) {
        var generator = SeededGenerator(seed: 11)
        for index in 0..<20_000 {
            let v = Int.random(in: 0..<1 << 15, using: &generator)
            let m = Int.random(in: 1..<1 << Int.random(in: 1...24, using: &generator), using: &generator)
            let n = Int.random(in: 1..<1 << Int.random(in: 1...40, using: &generator), using: &generator)
            let shift = Int.random(in: 0...62, using: &generator)
            let expected = Definitions.normalize(form, magnitude: v, m, n, shift)
            guard expected < 1 << 33 else { continue }
            let kernel = Int32([NormalizationConfiguration.Form.gdn, .igdn, .gdn1, .igdn1].firstIndex(of: form)!)
            for estimate in max(0, expected - 2)...expected + 2 {
                #expect(
                    intaglio_normalized_magnitude(kernel, Int64(v * m), Int64(n), Int64(shift), Int64(estimate))
                        == expected,
                    "case \(index): \(form) v \(v) M \(m) n \(n) S \(shift)")
            }
        }
    }
}

import Commands
import Kernels
import Machine
import MachineDescription
import Testing

@Suite struct AccumulationTests {
    private func expect(
        _ layer: RandomLayer.Case, seed: UInt64, _ configure: (inout TestBench) -> Void = { _ in }
    ) throws {
        var bench = TestBench(
            configuration: layer.configuration, weights: layer.weights, activations: layer.activations)
        configure(&bench)
        var pass = layer.pass
        let outcome = try bench.run { addresses in
            pass.parameters = addresses
            return [.accumulate(pass)]
        }
        var expected = layer.activations
        var partialSums: [Int: Int] = [:]
        let naive = NaiveAccumulation(pass: pass, configuration: layer.configuration, activationBits: 16)
        let saturated = naive.run(weights: layer.weights, activations: &expected, partialSums: &partialSums)
        let difference = zip(expected, outcome.activations).enumerated().first { $0.element.0 != $0.element.1 }
        #expect(
            difference == nil,
            """
            seed \(seed), \(bench.kernels), \(bench.threads) threads: byte \(difference?.offset ?? -1) of \(pass), \
            \(layer.configuration.drain)
            """
        )
        #expect(outcome.saturatedOutputsByChannel == saturated, "seed \(seed)")
        #expect(outcome.saturatedOutputs == saturated.reduce(0, +), "seed \(seed)")
        #expect(outcome.activity == [naive.activity(bench.description.macArray)], "seed \(seed)")
    }

    @Test("Random passes equal the sums of the definition, at every kernel level", arguments: 0..<8)
    func randomPasses(batch: Int) throws {
        for index in 0..<20 {
            let seed = UInt64(batch * 1000 + index)
            var random = RandomLayer(seed: seed)
            let layer = random.convolution()
            for level in KernelLevel.available { try expect(layer, seed: seed) { $0.kernels = level } }
        }
    }

    @Test("Blocks of phases equal the sums of the definition, lanes in any order", arguments: 0..<8)
    func phases(batch: Int) throws {
        for index in 0..<40 {
            let seed = UInt64(batch * 1000 + index)
            var random = RandomLayer(seed: seed)
            let layer = random.phases()
            for level in KernelLevel.available { try expect(layer, seed: seed) { $0.kernels = level } }
        }
    }

    @Test("Threads change no byte and no count")
    func threads() throws {
        for seed in UInt64(50)..<70 {
            var random = RandomLayer(seed: seed)
            let layer = seed % 2 == 0 ? random.convolution() : random.phases()
            for threads in [2, 3, 7] { try expect(layer, seed: seed) { $0.threads = threads } }
        }
    }

    @Test("Input channels split over two passes give the sums of one")
    func splitChannels() throws {
        for seed in UInt64(0)..<12 {
            var random = RandomLayer(seed: 7000 + seed)
            var layer = random.convolution()
            while layer.pass.inputChannels < 2 { layer = random.convolution() }
            var passes = [layer.pass, layer.pass]
            let half = layer.pass.inputChannels / 2
            passes[0].inputChannels = half
            passes[0].last = false
            passes[0].accumulatorAddress = 17
            passes[1].accumulatorAddress = 17
            passes[1].first = false
            passes[1].inputChannels -= half
            passes[1].firstInputChannel += half
            passes[1].inputAddress += half
            passes[1].weightAddress += half
            let bench = TestBench(
                configuration: layer.configuration, weights: layer.weights, activations: layer.activations)
            let outcome = try bench.run { addresses in
                passes[0].parameters = addresses
                passes[1].parameters = addresses
                return passes.map { .accumulate($0) }
            }
            var expected = layer.activations
            var whole = layer.activations
            var partialSums: [Int: Int] = [:]
            for pass in passes {
                _ = NaiveAccumulation(pass: pass, configuration: layer.configuration, activationBits: 16).run(
                    weights: layer.weights, activations: &expected, partialSums: &partialSums)
            }
            _ = NaiveAccumulation(pass: layer.pass, configuration: layer.configuration, activationBits: 16).run(
                weights: layer.weights, activations: &whole, partialSums: &partialSums)
            #expect(expected == whole, "seed \(seed): the definition itself does not depend on the split")
            #expect(outcome.activations == expected, "seed \(seed)")
            #expect(
                outcome.activity
                    == passes.map {
                        NaiveAccumulation(pass: $0, configuration: layer.configuration, activationBits: 16).activity(
                            bench.description.macArray)
                    })
        }
    }
}

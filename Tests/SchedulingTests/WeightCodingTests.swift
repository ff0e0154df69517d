import Commands
import Diagnostics
import Geometry
import Graph
import Lowering
import MachineDescription
import Networks
import Quantization
import Random
import Schedules
import Scheduling
import Testing
import Timing
import WeightCoding

/// Coded weights and skipped zeros against a count over the bytes that lie in the weight buffer, command by command, on
/// random layers with random tiles.
@Suite struct WeightCodingTests {
    /// A random program whose weights are mostly zero: in single codes, and in whole blocks of input channels.
    private struct Sample {
        let network: QuantizedNetwork
        let schedule: Schedule
        var machine: MachineDescription
        let program: Program

        init(seed: Int, statistics: Bool) throws {
            var generator = SeededGenerator(seed: seed)
            let (graph, height, width, integers16) = RandomLayers.graph(&generator)
            let network = try Sample.network(
                graph, height: height, width: width, integers16: integers16, seed: seed, &generator)
            self.network = statistics ? network.withWeightStatistics() : network
            machine = TestMachines.tiny(pingPong: generator.integer(0...3) > 0)
            schedule = try RandomLayers.schedule(network, height: height, width: width, machine: machine, &generator)
            program = try Program(network: NetworkFormats(self.network), schedule: schedule, machine: machine)
        }

        /// Three layers of more channels than lanes, with the schedule that the search finds.
        init(machine: MachineDescription, seed: Int) throws {
            var generator = SeededGenerator(seed: seed)
            let graph = Graph(
                name: "wide", inputs: [GraphInput(name: "image", channels: 20)],
                layers: [
                    Layer(name: "a", operator: TestNetworks.convolution(44, 3, 2), inputs: ["image"]),
                    Layer(name: "b", operator: .normalization(.gdn), inputs: ["a"]),
                    Layer(name: "c", operator: TestNetworks.transposed(19, 5, 2), inputs: ["b"]),
                ], outputs: ["c"])
            network = try Sample.network(graph, height: 8, width: 12, integers16: [], seed: seed, &generator)
                .withWeightStatistics()
            self.machine = machine
            schedule = try Schedule(bestFor: NetworkFormats(network), on: machine, height: 8, width: 12)
            program = try Program(network: NetworkFormats(network), schedule: schedule, machine: machine)
        }

        private static func network(
            _ graph: Graph, height: Int, width: Int, integers16: Set<String>, seed: Int,
            _ generator: inout SeededGenerator
        ) throws -> QuantizedNetwork {
            var network = try TestNetworks.network(
                graph, height: height, width: width, integers16: integers16, seed: seed)
            for layer in graph.layers {
                switch network.parameters[layer.name] {
                case .accumulation(var accumulation):
                    accumulation.weightCodes = Sample.thinned(accumulation.weightCodes, zero: 128, &generator)
                    network.parameters[layer.name] = .accumulation(accumulation)
                case .normalization(var normalization):
                    normalization.gammaCodes = Sample.thinned(normalization.gammaCodes, zero: 0, &generator)
                    network.parameters[layer.name] = .normalization(normalization)
                default: break
                }
            }
            return network
        }

        private static func thinned(_ codes: [UInt8], zero: UInt8, _ generator: inout SeededGenerator) -> [UInt8] {
            var codes = codes
            let part = generator.integer(0...10)
            for index in codes.indices where generator.integer(0...9) < part { codes[index] = zero }
            return codes
        }

        func estimate() throws -> WeightCodingEstimate {
            try WeightCodingEstimate(
                program, network: network, machine: machine)
        }

        func entries(_ layer: Int) -> [Int16] {
            switch network.parameters[network.graph.layers[layer].name] {
            case .accumulation(let accumulation): accumulation.weightDecoder.entries
            case .normalization(let normalization): normalization.gammaDecoder.entries
            default: []
            }
        }
    }

    /// Steps of a pass, group of K0 channels after group: all, those with a weight that is not zero, and the fullest
    /// channel's, from the bytes in the weight buffer.
    private func steps(
        _ pass: Accumulation, _ buffer: [UInt8], _ entries: [Int16], _ array: MACArrayDescription
    ) -> [(all: Int, issued: Int, bound: Int)] {
        var counts: [(all: Int, issued: Int, bound: Int)] = []
        for group in 0..<pass.groups {
            for first in stride(from: 0, to: pass.outputChannels, by: array.outputChannelLanes) {
                var (count, fullest) = ((all: 0, issued: 0, bound: 0), [Int: Int]())
                for tap in 0..<pass.taps {
                    for start in stride(from: 0, to: pass.inputChannels, by: array.inputChannelLanes) {
                        count.all += 1
                        var isZero = true
                        for k in first..<min(first + array.outputChannelLanes, pass.outputChannels) {
                            for c in start..<min(start + array.inputChannelLanes, pass.inputChannels) {
                                let address =
                                    pass.weightAddress + ((group * pass.outputChannels + k) * pass.taps + tap)
                                    * pass.weightTapPitchBytes + c
                                guard entries[Int(buffer[address])] != 0 else { continue }
                                isZero = false
                                fullest[k, default: 0] += 1
                            }
                        }
                        if !isZero { count.issued += 1 }
                    }
                }
                count.bound = ((fullest.values.max() ?? 0) + array.inputChannelLanes - 1) / array.inputChannelLanes
                counts.append(count)
            }
        }
        return counts
    }

    @Test(
        "Zero steps, traffic and both streams' passes are what the bytes in the weight buffer say",
        arguments: [false, true])
    func countedFromTheBuffer(statistics: Bool) throws {
        var samples = try (1...120).map { (seed: $0, sample: try Sample(seed: $0, statistics: statistics)) }
        if statistics {
            for seed in 1...8 {
                samples.append(
                    (seed, try Sample(machine: seed % 2 == 0 ? TestMachines.small : TestMachines.mid, seed: seed)))
            }
        }
        var zeroSteps = 0
        for (seed, original) in samples {
            var sample = original
            sample.machine.macArray.zeroSkipping = true
            sample.machine.weightDecoder = WeightDecoderDescription(law: .huffman, symbolsPerCycle: 3)
            let estimate = try sample.estimate()
            let array = sample.machine.macArray
            let image = try ExternalImage(sample.program.layout, network: sample.network).bytes
            var buffer = [UInt8](repeating: 0, count: sample.machine.weightBuffer.bytes)
            var expected = sample.network.graph.layers.map { _ in (steps: 0, zero: 0, read: 0) }
            for (index, command) in sample.program.commands.enumerated() {
                switch command.operation {
                case .load(let transfer) where transfer.buffer == .weightBuffer:
                    expected[command.layer].read += transfer.bytes
                    for byte in 0..<transfer.bytes {
                        buffer[
                            transfer.bufferAddress + byte / transfer.chunkBytes * transfer.chunkPitchBytes + byte
                                % transfer.chunkBytes] =
                            image[transfer.externalAddress + byte]
                    }
                case .accumulate(let pass):
                    let counts = steps(pass, buffer, sample.entries(command.layer), array)
                    let pixelGroups = pass.rows * ((pass.columns + array.pixelLanes - 1) / array.pixelLanes)
                    expected[command.layer].steps += pixelGroups * counts.reduce(0) { $0 + $1.all }
                    expected[command.layer].zero += pixelGroups * counts.reduce(0) { $0 + $1.all - $1.issued }
                    let (issued, bound) = (
                        CommandCost(pass, issuedSteps: counts.map(\.issued), on: sample.machine),
                        CommandCost(pass, issuedSteps: counts.map(\.bound), on: sample.machine)
                    )
                    #expect(estimate.timeline.commands[index].cycles == issued.cycles, "seed \(seed), command \(index)")
                    #expect(estimate.boundTimeline?.commands[index].cycles == bound.cycles)
                    #expect(
                        bound.cycles <= issued.cycles && issued.cycles <= CommandCost(pass, on: sample.machine).cycles)
                default: break
                }
            }
            for (found, expected) in zip(estimate.layers, expected) {
                #expect(
                    (found.steps, found.zeroSteps, found.weightReadBytes) == (
                        expected.steps, expected.zero, expected.read
                    ), "seed \(seed)")
                zeroSteps += found.zeroSteps
            }
            guard estimate.layers.count == expected.count else { return }
        }
        #expect(zeroSteps > 1000, "few steps were zero: the case was not met")
    }

    @Test("Coded bytes of every tile are those that coding its bytes gives, and the machine gets the decoded ones")
    func codedTiles() throws {
        for seed in 1...120 {
            var sample = try Sample(seed: seed, statistics: seed % 2 == 0)
            sample.machine.weightDecoder = WeightDecoderDescription(law: .huffman, symbolsPerCycle: 1)
            let estimate = try sample.estimate()
            let raw = try ExternalImage(sample.program.layout, network: sample.network).bytes
            var image = raw
            try estimate.check(sample.network, sample.program.layout, image: &image, codes: true)
            #expect(image == raw, "seed \(seed)")
            var expected = sample.network.graph.layers.map { _ in 0 }
            for region in sample.program.parameterRegions {
                guard case .weights(let tile) = region.content else { continue }
                let layer = sample.network.graph.layers[tile.layer]
                let (name, program) = (layer.name, sample.program.layout.layers[tile.layer])
                let weights = try #require(sample.network.weights(of: name))
                // The zeros of merged groups and of joined phases belong to the code.
                let geometry = sample.program.layout.geometry.layers[tile.layer]
                let laid = try #require(program.laidWeights(sample.network, of: geometry))
                #expect(laid.codes.count >= weights.codes.count)
                let statistics =
                    program.mergedGroups == 1 && program.phaseLanes == nil
                    ? sample.network.weightStatistics[name] ?? WeightStatistics(measuring: laid)
                    : WeightStatistics(measuring: laid)
                let tileBytes = raw[region.address..<region.address + region.bytes]
                expected[tile.layer] += try #require(try statistics.decoded(afterCoding: tileBytes, at: name))
                    .codedBytes
            }
            #expect(estimate.layers.map(\.codedWeightBytes) == expected, "seed \(seed)")
            for (index, command) in sample.program.commands.enumerated() where command.engine == .load {
                guard case .load(let transfer) = command.operation, transfer.buffer == .weightBuffer else { continue }
                // At one symbol a cycle: latency 10, a cycle a weight, two registers.
                #expect(
                    estimate.timeline.commands[index].cycles >= 10 + transfer.bytes + 1,
                    "seed \(seed), command \(index)")
            }
        }
    }

    @Test("Without a zero nothing is skipped: the estimate is the simulation")
    func nothingToSkip() throws {
        var compared = 0
        for seed in 1...30 {
            var sample = try Sample(seed: seed, statistics: false)
            var network = sample.network
            for layer in network.graph.layers {
                switch network.parameters[layer.name] {
                case .accumulation(var accumulation):
                    accumulation.weightCodes = accumulation.weightCodes.map { $0 == 128 ? 1 : $0 }
                    network.parameters[layer.name] = .accumulation(accumulation)
                case .normalization(var normalization):
                    normalization.gammaCodes = normalization.gammaCodes.map { max($0, 1) }
                    network.parameters[layer.name] = .normalization(normalization)
                default: break
                }
            }
            sample.machine.macArray.zeroSkipping = true
            let estimate = try WeightCodingEstimate(
                sample.program, network: network, machine: sample.machine)
            #expect(estimate.layers.allSatisfy { $0.zeroWeights == 0 })
            // Phases that share the lanes lack taps: these zeros are laid, and make whole steps.
            guard sample.program.layout.layers.allSatisfy({ $0.phaseLanes == nil }) else { continue }
            compared += 1
            #expect(
                estimate.timeline == (try Timeline(simulating: sample.program.commands, on: sample.machine)),
                "seed \(seed)")
            #expect(estimate.layers.allSatisfy { $0.zeroSteps == 0 })
        }
        #expect(compared > 15, "\(compared) samples without joined phases")
    }

    @Test("Statistics that are not those of the weights are found before a run; a plan without any weights is refused")
    func mismatch() throws {
        var sample = try Sample(seed: 3, statistics: true)
        sample.machine.weightDecoder = WeightDecoderDescription(law: .huffman, symbolsPerCycle: 2)
        let estimate = try sample.estimate()
        var found = 0
        for (index, layer) in sample.network.graph.layers.enumerated() where layer.usesArray {
            guard case .accumulation(var accumulation)? = sample.network.parameters[layer.name] else { continue }
            accumulation.weightCodes[0] = accumulation.weightCodes[0] == 128 ? 7 : 128
            var changed = sample.network
            changed.parameters[layer.name] = .accumulation(accumulation)
            var image = try ExternalImage(sample.program.layout, network: changed).bytes
            for codes in [true, false] {
                let error = #expect(throws: Diagnostic.self) {
                    try estimate.check(changed, sample.program.layout, image: &image, codes: codes)
                }
                #expect(
                    error?.code == .weightStatisticsMismatch
                        && error?.place == "layer \(layer.name), weight statistics", "layer \(index)")
            }
            accumulation.weightCodes = []
            changed.parameters[layer.name] = .accumulation(accumulation)
            changed.weightStatistics = [:]
            let error = #expect(throws: Diagnostic.self) {
                _ = try WeightCodingEstimate(
                    sample.program, network: changed, machine: sample.machine)
            }
            #expect(error?.code == .layerParametersMismatch)
            found += 1
        }
        #expect(found > 0, "no layer to change")
    }
}

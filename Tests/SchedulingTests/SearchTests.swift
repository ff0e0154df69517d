import Commands
import Diagnostics
import FixedPoint
import Geometry
import Graph
import Lowering
import MachineDescription
import Networks
import Random
import Schedules
import Scheduling
import Testing
import Timing

@Suite struct SearchTests {
    static let networks: [(Graph, Set<String>)] = [
        (TestNetworks.bls2017, []), (TestNetworks.hyperprior64, TestNetworks.hyperprior64Integers),
    ]

    /// Both networks on the three machines at both sizes: a schedule is found, verifies, lowers, and is the same when
    /// searched again.
    @Test func findsSchedulesForTheBundledNetworks() throws {
        for (graph, integers16) in SearchTests.networks {
            for (height, width) in [(512, 768), (2176, 3840)] {
                let network = try TestNetworks.network(
                    graph, height: height, width: width, integers16: integers16, withWeights: false)
                for machine in [TestMachines.small, TestMachines.mid, TestMachines.large] {
                    let clock = ContinuousClock()
                    var found: Schedule?
                    let searchTime = try clock.measure {
                        found = try Schedule(
                            bestFor: NetworkFormats(network), on: machine, height: height, width: width)
                    }
                    let schedule = found!
                    try schedule.verify(network: NetworkFormats(network), machine: machine)
                    #expect(
                        try Schedule(bestFor: NetworkFormats(network), on: machine, height: height, width: width)
                            == schedule)
                    #expect(try Schedule(yaml: schedule.description) == schedule)
                    var lowered: Program?
                    let lowerTime = try clock.measure {
                        lowered = try Program(network: NetworkFormats(network), schedule: schedule, machine: machine)
                    }
                    let program = lowered!
                    for layer in program.layers {
                        #expect(layer.weightBufferPeakBytes <= machine.weightBuffer.bytes)
                        #expect(layer.activationBufferPeakBytes <= machine.activationBuffer.bytes)
                    }
                    print(
                        """
                        \(graph.name) \(machine.name) \(width)x\(height): search \(searchTime), lowering \(lowerTime), \
                        \(program.commands.count) commands
                        """
                    )
                }
            }
        }
    }

    /// A 9x9 transposed convolution of 128 channels needs 81 x 8 x 128 = 82,944 bytes of weights for K0 = 8 channels:
    /// more than half of 128 KiB.
    @Test func splitsInputChannelsWhereWeightsDoNotFit() throws {
        let network = try TestNetworks.network(TestNetworks.bls2017, height: 64, width: 96, withWeights: false)
        let schedule = try Schedule(
            bestFor: NetworkFormats(network), on: TestMachines.small, height: 64, width: 96, lanes: .channels,
            fuse: .off)
        #expect(schedule[layer: "g_s.4"]!.tile.inputChannels < 128)
    }

    /// The whole kernel would need 32 x 32 x 256 bytes for 16 x 16 lanes, twice a half: passes of some rows, whose sums
    /// wait.
    @Test func splitsTapsWhereWeightsDoNotFit() throws {
        let convolution = Convolution(
            outputChannels: 48, kernelHeight: 32, kernelWidth: 32, strideY: 32, strideX: 32)
        let graph = Graph(
            name: "patches", inputs: [GraphInput(name: "image", channels: 3)],
            layers: [Layer(name: "embed", operator: .convolution(convolution), inputs: ["image"])], outputs: ["embed"])
        let network = try TestNetworks.network(graph, height: 64, width: 64)
        // Rows of the kernel are 6 words each; tap by tap they are 32.
        let whole = try Schedule(bestFor: NetworkFormats(network), on: TestMachines.mid, height: 64, width: 64)
        #expect(whole.layers[0].lanes == .kernelRow && whole.layers[0].tile.kernelRows == nil)
        let schedule = try Schedule(
            bestFor: NetworkFormats(network), on: TestMachines.mid, height: 64, width: 64, lanes: .channels)
        let tile = schedule.layers[0].tile
        let rows = try #require(tile.kernelRows)
        #expect(tile.kernelColumns == nil && rows * 32 * roundUp(tile.outputChannels, to: 16) * 16 <= 131_072)
        let program = try Program(network: NetworkFormats(network), schedule: schedule, machine: TestMachines.mid)
        let passes = program.commands.compactMap { command -> Accumulation? in
            if case .accumulate(let pass) = command.operation { pass } else { nil }
        }
        // Each row of the kernel once, from the first pass of a tile to its last.
        var next = 0
        for pass in passes {
            #expect(pass.inputOffsetY == next && pass.first == (next == 0) && pass.tapColumns == 32)
            next += pass.tapRows
            #expect(pass.last == (next == 32))
            if pass.last { next = 0 }
        }
        #expect(passes.count > 1 && next == 0)
        let troubles = try ToyRun(program, network: network, machine: TestMachines.mid, seed: 1).troubles()
        #expect(troubles.isEmpty)
    }

    /// Of 1,280 channels in and 1,536 out the records take 64 + 8 x 1,280 + 24 x 1,536 bytes, of 4,096 and 4,096
    /// 131,136; a half has 32,768, which 4,096 that come in fill alone.
    @Test(arguments: [(1280, 1536), (4096, 4096), (65_536, 24), (24, 65_536)])
    func loadsParametersByChannelTileWhereTheyDoNotFit(inputs: Int, outputs: Int) throws {
        let graph = Graph(
            name: "wide", inputs: [GraphInput(name: "image", channels: inputs)],
            layers: [Layer(name: "sum", operator: .fullyConnected(outputChannels: outputs), inputs: ["image"])],
            outputs: ["sum"])
        let network = try TestNetworks.network(graph, height: 1, width: 1)
        var machine = TestMachines.mid
        machine.parameterMemory.bytes = 65_536
        let schedule = try Schedule(bestFor: NetworkFormats(network), on: machine, height: 1, width: 1)
        let program = try Program(network: NetworkFormats(network), schedule: schedule, machine: machine)
        var (loaded, blocks) = (0, 0)
        for case .load(let transfer) in program.commands.map(\.operation) where transfer.buffer == .parameterMemory {
            loaded = max(loaded, transfer.bytes)
            blocks += 1
        }
        let tile = schedule.layers[0].tile
        let tiles = ceilDivide(outputs, by: tile.outputChannels)
        if inputs < 4096 {
            #expect(loaded == 64 + 8 * inputs + 24 * tile.outputChannels)
            #expect(tiles > 1 && blocks == 4 * tiles)
        } else {
            #expect(loaded == 64 + 8 * tile.inputChannels + 24 * tile.outputChannels)
            #expect(blocks == 4 * tiles * ceilDivide(inputs, by: tile.inputChannels))
        }
        #expect(program.layers[0].parameterMemoryBytes == 512 + 512 + 1032 + loaded && loaded <= 32_768 - 2056)
        let troubles = try ToyRun(program, network: network, machine: machine, seed: 1).troubles()
        #expect(troubles.isEmpty)
    }

    /// Hundreds of random layers on a machine with small buffers: what the search finds runs by definition; what it
    /// does not find is a typed diagnostic.
    @Test func randomLayersAreScheduledAndRunByDefinition() throws {
        var found = 0
        for seed in 1001...1400 {
            var generator = SeededGenerator(seed: seed)
            let (graph, height, width, integers16) = RandomLayers.graph(&generator)
            let network = try TestNetworks.network(
                graph, height: height, width: width, integers16: integers16, seed: seed)
            let machine = TestMachines.tiny(
                weightBytes: generator.element(of: [512, 2048, 8192]),
                activationBytes: generator.element(of: [512, 2048, 8192]),
                accumulatorBytes: generator.element(of: [0, 1024, 4096]), pingPong: generator.integer(0...2) > 0)
            let schedule: Schedule
            do {
                schedule = try Schedule(bestFor: NetworkFormats(network), on: machine, height: height, width: width)
            } catch {
                #expect(error.code == .scheduleNotFound, "seed \(seed): \(error)")
                continue
            }
            found += 1
            let program = try Program(network: NetworkFormats(network), schedule: schedule, machine: machine)
            let troubles = try ToyRun(program, network: network, machine: machine, seed: seed).troubles(
                .random(seed: seed))
            #expect(troubles.isEmpty, "seed \(seed)\n\(graph.layers)\n\(schedule)")
            guard troubles.isEmpty else { return }
        }
        #expect(found > 200, "only \(found) of 400 found")
    }

    @Test func namesTheLayerAndTheNumbersWhereNothingFits() throws {
        let network = try TestNetworks.network(TestNetworks.bls2017, height: 64, width: 96, withWeights: false)
        var machine = TestMachines.small
        machine.weightBuffer.bytes = 4096
        // Layer g_s.4, a transposed convolution: 9 x 9 taps of 8 channels for 8 output channels = 5,184 bytes; a half
        // holds 2,048. The taps of g_a.0 are split.
        #expect {
            try Schedule(bestFor: NetworkFormats(network), on: machine, height: 64, width: 96, lanes: .channels)
        } throws: { error in
            guard let diagnostic = error as? Diagnostic else { return false }
            return diagnostic.code == .scheduleNotFound && diagnostic.place == "layer g_s.4"
                && diagnostic.found.contains("81 taps") && diagnostic.found.contains("64 a tap")
                && diagnostic.found.contains("5,184 bytes") && diagnostic.expected.contains("2,048 bytes")
                && diagnostic.remedy.contains("at least 10,368")
        }
    }

    @Test(
        "Tensors of more channels than a channel block counts, schedules of more commands than a list holds are refused"
    )
    func limits() throws {
        let wide = Graph(
            name: "wide", inputs: [GraphInput(name: "image", channels: 1 << 16 + 1)],
            layers: [Layer(name: "sum", operator: .fullyConnected(outputChannels: 1), inputs: ["image"])],
            outputs: ["sum"])
        let refusal = #expect(throws: Diagnostic.self) {
            try Schedule(
                bestFor: NetworkFormats(TestNetworks.network(wide, height: 1, width: 1, withWeights: false)),
                on: TestMachines.small,
                height: 1, width: 1)
        }
        #expect(
            refusal?.code == .layerChannelsExceeded && refusal?.place == "tensor image"
                && refusal?.found == "65,537 channels")

        let copy = Graph(
            name: "copy", inputs: [GraphInput(name: "image", channels: 1)],
            layers: [Layer(name: "copy", operator: .requantize, inputs: ["image"])], outputs: ["copy"])
        let network = try TestNetworks.network(copy, height: 1 << 13, width: 1 << 12)
        var schedule = try Schedule(
            bestFor: NetworkFormats(network), on: TestMachines.small, height: 1 << 13, width: 1 << 12)
        // 2^25 tiles of one pixel.
        (schedule.layers[0].tile.outputRows, schedule.layers[0].tile.outputColumns) = (1, 1)
        var stream = TimedStream(on: TestMachines.small)
        let long = #expect(throws: Diagnostic.self) {
            try ProgramLayout(network: NetworkFormats(network), schedule: schedule, timing: &stream)
        }
        #expect(long?.code == .scheduleTooLong && long?.expected == "at most 16,777,216", "\(String(describing: long))")
    }
}

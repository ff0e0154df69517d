import Commands
import Diagnostics
import Geometry
import Graph
import Lowering
import MachineDescription
import Networks
import Quantization
import Schedules
import Scheduling
import Testing

/// Phases of a transposed convolution that share the output lanes: what is laid, what is run, what is refused, from the
/// definition.
@Suite struct PhasesTests {
    private static func network(
        channels: Int, outputs: Int, kernel: (Int, Int) = (5, 5), stride: (Int, Int) = (2, 2), padding: Int = 2,
        outputPadding: (Int, Int) = (1, 1), decoder: WeightDecoder = .linear(), codes: [UInt8]? = nil
    ) throws -> QuantizedNetwork {
        let transposed = TransposedConvolution(
            outputChannels: outputs, kernelHeight: kernel.0, kernelWidth: kernel.1, strideY: stride.0,
            strideX: stride.1, padding: Padding(all: padding), outputPaddingY: outputPadding.0,
            outputPaddingX: outputPadding.1)
        let graph = Graph(
            name: "upward", inputs: [GraphInput(name: "image", channels: channels)],
            layers: [Layer(name: "up", operator: .transposedConvolution(transposed), inputs: ["image"])],
            outputs: ["up"])
        var network = try TestNetworks.network(graph, height: 12, width: 10)
        guard case .accumulation(var parameters)? = network.parameters["up"] else {
            preconditionFailure("a convolution accumulates")
        }
        parameters.weightDecoder = decoder
        if let codes { parameters.weightCodes = codes }
        network.parameters["up"] = .accumulation(parameters)
        return network
    }

    private static func schedule(
        _ network: QuantizedNetwork, on machine: MachineDescription, lanes: Lanes? = nil
    ) throws -> Schedule {
        try Schedule(bestFor: NetworkFormats(network), on: machine, height: 12, width: 10, lanes: lanes)
    }

    private static func program(
        _ network: QuantizedNetwork, on machine: MachineDescription, lanes: Lanes? = nil,
        _ change: (inout LayerSchedule) -> Void = { _ in }
    ) throws -> Program {
        var schedule = try schedule(network, on: machine, lanes: lanes)
        change(&schedule.layers[0])
        return try Program(network: NetworkFormats(network), schedule: schedule, machine: machine)
    }

    private static func passes(_ program: Program) -> [Accumulation] {
        program.commands.compactMap { if case .accumulate(let pass) = $0.operation { pass } else { nil } }
    }

    /// One row of 5 taps, stride 2: phase 0 has taps 0, 2, 4 and phase 1 taps 1, 3 and none. -128 + 128 is 0, so code
    /// 128 is. Two channel tiles lie one after the other, each phase by phase.
    @Test func weightsLieInTheBlocksWindow() throws {
        let one = try Self.network(
            channels: 1, outputs: 1, kernel: (1, 5), stride: (1, 2), padding: 0, outputPadding: (0, 0),
            codes: [1, 2, 3, 4, 5])
        let joined = try #require(
            one.weights(of: "up")?.joiningPhases(
                kernelRows: 1, kernelColumns: 5, strideY: 1, strideX: 2, channelTiles: [0..<1]))
        #expect(joined.codes == [1, 3, 5, 2, 4, 128])
        #expect(joined.outputChannels == 2 && joined.taps == 3 && joined.inputChannels == 1)
        let three = try Self.network(
            channels: 1, outputs: 3, kernel: (2, 1), stride: (2, 1), padding: 0, outputPadding: (0, 0),
            codes: [1, 2, 3, 4, 5, 6])
        let tiles = three.weights(of: "up")?.joiningPhases(
            kernelRows: 2, kernelColumns: 1, strideY: 2, strideX: 1, channelTiles: [0..<2, 2..<3])
        #expect(tiles?.codes == [1, 3, 2, 4, 5, 6])
    }

    /// Padding 3, stride 2: output 0 is phase 1 of block 1, and outputs 0...4 end in phase 1 of block 3.
    @Test func blocksBeginBeforeTheFirstOutput() {
        var axis = AxisGeometry(kind: .transposed, input: 4, output: 9, kernel: 5, stride: 2, padding: 3)
        #expect(axis.blocks(of: 0..<5) == 1..<4)
        #expect(axis.mostBlocks(of: 4) == 3 && axis.mostBlocks(of: 9) == 5)
        // Blocks 1...3 read inputs -1...3 with the window of 3.
        #expect(axis.inputRange(of: 0..<5) == 0..<4)
        axis.padding = 0
        #expect(axis.blocks(of: 4..<9) == 2..<5)
    }

    /// 5 x 5 taps, stride 2, 64 channels to 3 on 16 x 16 lanes: 12 lanes and 9 taps of 4 steps for 4 blocks, where the
    /// phases one by one take 25 taps of 4 steps for 4 results of each.
    @Test func fewChannelsFillTheLanes() throws {
        let network = try Self.network(channels: 64, outputs: 3)
        let found = try Self.schedule(network, on: TestMachines.mid)
        #expect(found.layers[0].lanes == .phases)
        func steps(_ lanes: Lanes) throws -> Int {
            Self.passes(try Self.program(network, on: TestMachines.mid, lanes: lanes)).reduce(0) {
                $0 + $1.rows * ((($1.columns) + 3) / 4) * (($1.outputChannels + 15) / 16) * $1.taps * 4
            }
        }
        // 12 rows of 10 blocks, 3 groups of 4.
        #expect(try steps(.phases) == 12 * 3 * 36)
        #expect(try steps(.channels) == 12 * 3 * 100)
        let program = try Self.program(network, on: TestMachines.mid, lanes: .phases)
        #expect(Set(Self.passes(program).map(\.outputChannels)) == [12])
        #expect(try ToyRun(program, network: network, machine: TestMachines.mid, seed: 5).troubles().isEmpty)
    }

    /// 128 channels fill the lanes by themselves, and the window has more taps than the phases.
    @Test func manyChannelsStayByThemselves() throws {
        let network = try Self.network(channels: 16, outputs: 128)
        #expect(try Self.schedule(network, on: TestMachines.mid).layers[0].lanes == .channels)
    }

    /// 3 x 4 phases of 5 channels are 60 lanes on 4 lanes, tiles of 2 channels and 3 input channels. Tables take 2,056
    /// bytes, the channel block 64 + 8 x 7 + 32 for each lane: 4,096 of all, which 3,072 do not hold, and 2,944 of a
    /// tile, whose lanes' records and placements lie in a slice of their own.
    @Test func channelTilesHaveTheirOwnLanes() throws {
        let network = try Self.network(
            channels: 7, outputs: 5, kernel: (4, 6), stride: (3, 4), padding: 1, outputPadding: (2, 1))
        for parameterBytes in [128 << 10, 6144] {
            var machine = TestMachines.tiny()
            machine.parameterMemory.bytes = parameterBytes
            let program = try Self.program(network, on: machine, lanes: .phases) {
                ($0.tile.outputChannels, $0.tile.inputChannels) = (2, 3)
                $0.tile.outputRows = 9
            }
            let passes = Self.passes(program)
            #expect(Set(passes.map(\.outputChannels)) == [24, 12] && passes.contains { !$0.last })
            #expect(Set(passes.map(\.firstOutputChannel)) == [0, 24, 48])
            #expect(try ToyRun(program, network: network, machine: machine, seed: 7).troubles().isEmpty)
        }
    }

    @Test func channelsStayWherePhasesCannotBeJoined() throws {
        let network = try Self.network(channels: 64, outputs: 3)
        var machine = TestMachines.mid
        machine.macArray.phases = false
        #expect(try Self.schedule(network, on: machine, lanes: .phases).layers[0].lanes == .channels)
        #expect(try Self.schedule(network, on: machine).layers[0].lanes == .channels)
        let odd = try WeightDecoder(
            entries: (0..<256).map { Int16(2 * $0 - 255) }, isMemoryFree: false, law: "table")
        let zeroless = try Self.network(channels: 64, outputs: 3, decoder: odd)
        #expect(try Self.schedule(zeroless, on: TestMachines.mid).layers[0].lanes == .channels)
        // Every phase has 2 x 2 taps: no zero is needed.
        let even = try Self.network(channels: 64, outputs: 3, kernel: (4, 4), padding: 1, decoder: odd)
        #expect(try Self.schedule(even, on: TestMachines.mid).layers[0].lanes == .phases)
        #expect(try Self.schedule(even, on: TestMachines.mid, lanes: .mergedGroups).layers[0].lanes == .channels)
    }

    private func refusal(
        _ network: QuantizedNetwork, _ machine: MachineDescription = TestMachines.mid,
        _ change: (inout LayerSchedule) -> Void = { _ in }
    ) throws -> Diagnostic {
        var schedule = try Self.schedule(network, on: machine, lanes: .phases)
        schedule.layers[0].lanes = .phases
        change(&schedule.layers[0])
        let changed = schedule
        let error = #expect(throws: Diagnostic.self) {
            try changed.verify(network: NetworkFormats(network), machine: machine)
        }
        return try #require(error)
    }

    @Test func refusalsHaveTheirNumbers() throws {
        let network = try Self.network(channels: 64, outputs: 3)
        var machine = TestMachines.mid
        machine.macArray.phases = false
        let unable = try refusal(network, machine)
        #expect(unable.code == .machineLanesUnsupported && unable.found == "lanes phases")
        #expect(unable.expected == "channels: macArray.phases of machine 'mid' is false")

        let single = try refusal(
            try Self.network(channels: 8, outputs: 3, kernel: (3, 3), stride: (1, 1), padding: 1, outputPadding: (0, 0))
        )
        #expect(single.code == .schedulePhasesNotJoinable && single.found == "lanes phases with a stride of 1 x 1")
        #expect(single.expected.hasPrefix("a transposed convolution with a stride above 1 and at most 256"))

        // Of 4 phases with 3 x 3 taps each the kernel has 25.
        let odd = try WeightDecoder(
            entries: (0..<256).map { Int16(2 * $0 - 255) }, isMemoryFree: false, law: "table")
        let zeroless = try refusal(try Self.network(channels: 64, outputs: 3, decoder: odd))
        #expect(zeroless.code == .scheduleZeroWeightMissing)
        #expect(zeroless.expected == "one, for the 11 of 36 taps that phases do not have")

        // 20 columns in tiles of 8; 12 lanes, 16 with those without a channel, of 9 taps and 64 channels.
        let uneven = try refusal(network) { $0.tile.outputColumns = 8 }
        #expect(uneven.code == .scheduleTileNotAligned && uneven.found == "tile outputColumns 8 with lanes phases")
        #expect(uneven.expected == "a divisor of the 20 columns" && uneven.remedy == "write outputColumns: 4")
        var narrow = TestMachines.mid
        narrow.weightBuffer.bytes = 16_384
        let large = try refusal(network, narrow) { $0.tile.inputChannels = 64 }
        #expect(large.code == .scheduleWeightBufferOverflow && large.found == "tile weights need 9,216 bytes")
        #expect(large.expected == "weightBuffer half holds 8,192")
    }

    @Test func onlyTransposedConvolutionsHavePhases() throws {
        let graph = Graph(
            name: "plain", inputs: [GraphInput(name: "image", channels: 8)],
            layers: [Layer(name: "a", operator: TestNetworks.convolution(8, 3, 2), inputs: ["image"])], outputs: ["a"])
        let network = try TestNetworks.network(graph, height: 12, width: 10)
        let refused = try refusal(network)
        #expect(refused.code == .schedulePhasesNotJoinable)
        #expect(refused.found == "lanes phases of a layer that is no transposed convolution")
    }
}

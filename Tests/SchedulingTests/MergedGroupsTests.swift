import Commands
import Diagnostics
import FixedPoint
import Geometry
import Graph
import Lowering
import MachineDescription
import Networks
import Quantization
import Schedules
import Scheduling
import Testing

/// Groups that share the input lanes: what is laid, what is run, what is refused, from the definition.
@Suite struct MergedGroupsTests {
    /// A 3x3 convolution with groups, and its network.
    private static func network(
        channels: Int, outputs: Int, groups: Int, kernel: Int = 3, decoder: WeightDecoder = .linear(),
        codes: [UInt8]? = nil
    ) throws -> QuantizedNetwork {
        let convolution = Convolution(
            outputChannels: outputs, kernelHeight: kernel, kernelWidth: kernel, padding: Padding(all: kernel / 2),
            groups: groups)
        let graph = Graph(
            name: "grouped", inputs: [GraphInput(name: "image", channels: channels)],
            layers: [Layer(name: "depth", operator: .convolution(convolution), inputs: ["image"])], outputs: ["depth"])
        var network = try TestNetworks.network(graph, height: 12, width: 12)
        guard case .accumulation(var parameters)? = network.parameters["depth"] else {
            preconditionFailure("a convolution accumulates")
        }
        parameters.weightDecoder = decoder
        if let codes { parameters.weightCodes = codes }
        network.parameters["depth"] = .accumulation(parameters)
        return network
    }

    private static func schedule(
        _ network: QuantizedNetwork, on machine: MachineDescription, lanes: Lanes? = nil
    ) throws -> Schedule {
        try Schedule(bestFor: NetworkFormats(network), on: machine, height: 12, width: 12, lanes: lanes)
    }

    private static func program(
        _ network: QuantizedNetwork, on machine: MachineDescription, lanes: Lanes? = nil
    ) throws -> Program {
        try Program(
            network: NetworkFormats(network), schedule: schedule(network, on: machine, lanes: lanes), machine: machine)
    }

    /// Channel tiles of the only layer, its groups merged.
    private static func channelTiles(_ network: QuantizedNetwork, on machine: MachineDescription) throws -> Int {
        let geometry = try NetworkGeometry(NetworkFormats(network), height: 12, width: 12)
        let layer = try #require(geometry.layers[0].mergingGroups(on: machine.macArray))
        let tile = try schedule(network, on: machine, lanes: .mergedGroups).layers[0].tile
        return LayerTiling(layer, tile: tile).channelTiles.count
    }

    private static func passes(_ program: Program) -> [Accumulation] {
        program.commands.compactMap { if case .accumulate(let pass) = $0.operation { pass } else { nil } }
    }

    /// Three groups of 2 input channels and 1 output channel, two of them merged; -128 + 128 is 0, so code 128 is.
    @Test func weightsLieOnTheDiagonal() throws {
        let network = try Self.network(channels: 6, outputs: 3, groups: 3, kernel: 1, codes: [1, 2, 3, 4, 5, 6])
        let merged = try #require(network.weights(of: "depth")?.mergingGroups(2, of: 3))
        #expect(merged.codes == [1, 2, 128, 128, 128, 128, 3, 4, 5, 6, 128, 128])
        #expect(merged.inputChannels == 4 && merged.outputChannels == 3 && merged.taps == 1)
    }

    /// 96 channels on 16 x 16 lanes: 6 merged groups of 9 steps for each 4 pixels, where each channel has 9 by itself.
    @Test func depthwiseLayersFillTheLanes() throws {
        let network = try Self.network(channels: 96, outputs: 96, groups: 96)
        let found = try Self.schedule(network, on: TestMachines.mid)
        #expect(found.layers[0].lanes == .mergedGroups && found.layers[0].tile.inputChannels == 16)
        func steps(_ lanes: Lanes) throws -> Int {
            Self.passes(try Self.program(network, on: TestMachines.mid, lanes: lanes)).reduce(0) {
                let outputs = ceilDivide($1.outputChannels, by: 16) * ceilDivide($1.columns, by: 4)
                return $0 + $1.rows * $1.groups * outputs * $1.taps * ceilDivide($1.inputChannels, by: 16)
            }
        }
        #expect(try steps(.mergedGroups) == 12 * 3 * 9 * 6)
        #expect(try steps(.channels) == 12 * 3 * 9 * 96)
    }

    /// The network's parameters are the same; external memory holds 16 codes in place of one.
    @Test func onlyTheLaidWeightsGrow() throws {
        let network = try Self.network(channels: 96, outputs: 96, groups: 96)
        let programs = try [Lanes.channels, .mergedGroups].map {
            try Self.program(network, on: TestMachines.mid, lanes: $0)
        }
        #expect(programs[0].parameterBytes == programs[1].parameterBytes)
        #expect(programs.map { $0.layers[0].weightBytes } == [864, 864])
        #expect(programs.map { $0.layers[0].mergedGroups } == [1, 16])
        let laid = programs.map { program in
            program.parameterRegions.reduce(0) {
                if case .weights = $1.content { $0 + $1.bytes } else { $0 }
            }
        }
        #expect(laid == [864, 16 * 864])
    }

    /// 72 groups of one channel: four merged groups of 16 and one of 8. With 16 output lanes the last lies behind the
    /// others in one tile; with 32 it would not, and gets a tile of its own.
    @Test func theLastMergedGroupMayBeSmaller() throws {
        let network = try Self.network(channels: 72, outputs: 72, groups: 72)
        let together = try Self.program(network, on: TestMachines.mid, lanes: .mergedGroups)
        #expect(try Self.channelTiles(network, on: TestMachines.mid) == 1)
        #expect(Self.passes(together).prefix(2).map(\.groups) == [4, 1])
        #expect(Self.passes(together).prefix(2).map(\.inputChannels) == [16, 8])
        #expect(Self.passes(together).prefix(2).map(\.firstOutputChannel) == [0, 64])
        let apart = try Self.program(network, on: TestMachines.large, lanes: .mergedGroups)
        #expect(try Self.channelTiles(network, on: TestMachines.large) == 2)
        for program in [(together, TestMachines.mid), (apart, TestMachines.large)] {
            let run = try ToyRun(program.0, network: network, machine: program.1, seed: 5)
            #expect(run.troubles().isEmpty)
        }
    }

    /// Groups of 3 channels: five fill 15 of 16 lanes, so that no word is full and the last one is apart.
    @Test func groupsOfThreeChannels() throws {
        let network = try Self.network(channels: 21, outputs: 14, groups: 7)
        let program = try Self.program(network, on: TestMachines.mid, lanes: .mergedGroups)
        #expect(program.layers[0].mergedGroups == 5)
        #expect(try Self.channelTiles(network, on: TestMachines.mid) == 2)
        #expect(Set(Self.passes(program).map(\.inputChannels)) == [15, 6])
        #expect(try ToyRun(program, network: network, machine: TestMachines.mid, seed: 6).troubles().isEmpty)
    }

    @Test func channelsStayWhereMergingCannotBe() throws {
        let network = try Self.network(channels: 96, outputs: 96, groups: 96)
        var machine = TestMachines.mid
        machine.macArray.mergedGroups = false
        #expect(try Self.schedule(network, on: machine, lanes: .mergedGroups).layers[0].lanes == .channels)
        let odd = try WeightDecoder(
            entries: (0..<256).map { Int16(2 * $0 - 255) }, isMemoryFree: false, law: "table")
        let zeroless = try Self.network(channels: 96, outputs: 96, groups: 96, decoder: odd)
        #expect(try Self.schedule(zeroless, on: TestMachines.mid, lanes: .mergedGroups).layers[0].lanes == .channels)
        let wide = try Self.network(channels: 18, outputs: 18, groups: 2)
        #expect(try Self.schedule(wide, on: TestMachines.mid, lanes: .mergedGroups).layers[0].lanes == .channels)
    }

    private func refusal(
        _ network: QuantizedNetwork, _ machine: MachineDescription = TestMachines.mid,
        _ change: (inout LayerSchedule) -> Void = { _ in }
    ) throws -> Diagnostic {
        var schedule = try Self.schedule(network, on: machine)
        schedule.layers[0].lanes = .mergedGroups
        change(&schedule.layers[0])
        let changed = schedule
        let error = #expect(throws: Diagnostic.self) {
            try changed.verify(network: NetworkFormats(network), machine: machine)
        }
        return try #require(error)
    }

    @Test func refusalsHaveTheirNumbers() throws {
        let depthwise = try Self.network(channels: 960, outputs: 960, groups: 960)
        var machine = TestMachines.mid
        machine.macArray.mergedGroups = false
        let unable = try refusal(depthwise, machine)
        #expect(unable.code == .machineLanesUnsupported)
        #expect(unable.expected == "channels: macArray.mergedGroups of machine 'mid' is false")

        let plain = try refusal(try Self.network(channels: 16, outputs: 16, groups: 1))
        #expect(plain.code == .scheduleGroupsNotMergeable)
        #expect(plain.found == "lanes mergedGroups of a layer without groups")
        let wide = try refusal(try Self.network(channels: 18, outputs: 18, groups: 2))
        #expect(
            wide.code == .scheduleGroupsNotMergeable
                && wide.found == "lanes mergedGroups of groups with 9 input channels each")
        #expect(
            wide.expected.hasPrefix("a convolution whose groups have at most 8, half of the 16 input channel lanes"))

        let odd = try WeightDecoder(
            entries: (0..<256).map { Int16(2 * $0 - 255) }, isMemoryFree: false, law: "table")
        let zeroless = try refusal(try Self.network(channels: 96, outputs: 96, groups: 96, decoder: odd))
        #expect(zeroless.code == .scheduleZeroWeightMissing && zeroless.expected.contains("the 16 groups"))

        // 960 x 9 x 16 bytes in a half of 131,072.
        let large = try refusal(depthwise) { $0.tile.outputChannels = 960 }
        #expect(large.code == .scheduleWeightBufferOverflow)
        #expect(large.found == "tile weights need 138,240 bytes")
        #expect(large.expected == "weightBuffer half holds 131,072")
        let ragged = try refusal(depthwise) { $0.tile.outputChannels = 8 }
        #expect(ragged.code == .scheduleTileNotAligned && ragged.remedy == "write outputChannels: 16")
        let inputs = try refusal(depthwise) { $0.tile.inputChannels = 1 }
        #expect(inputs.code == .scheduleChannelsNotWhole && inputs.remedy == "write inputChannels: 16")
    }
}

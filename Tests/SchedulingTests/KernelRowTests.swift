import Commands
import Diagnostics
import Geometry
import Graph
import Lowering
import MachineDescription
import Networks
import Schedules
import Scheduling
import Testing

/// Lanes that run over the codes of a kernel row: what is laid, what is run, what is refused, from the definition.
@Suite struct KernelRowTests {
    private static func network(
        channels: Int, kernel: Int = 5, stride: Int = 2, dilation: Int = 1, groups: Int = 1, width: Int = 24
    ) throws -> QuantizedNetwork {
        let convolution = Convolution(
            outputChannels: 32, kernelHeight: kernel, kernelWidth: kernel, strideY: stride, strideX: stride,
            padding: Padding(all: kernel / 2), dilationX: dilation, groups: groups)
        let graph = Graph(
            name: "first", inputs: [GraphInput(name: "image", channels: channels)],
            layers: [Layer(name: "conv", operator: .convolution(convolution), inputs: ["image"])], outputs: ["conv"])
        return try TestNetworks.network(graph, height: 16, width: width)
    }

    private static func schedule(
        _ network: QuantizedNetwork, on machine: MachineDescription, lanes: Lanes? = nil, width: Int = 24
    ) throws -> Schedule {
        try Schedule(bestFor: NetworkFormats(network), on: machine, height: 16, width: width, lanes: lanes)
    }

    private static func program(
        _ network: QuantizedNetwork, on machine: MachineDescription, lanes: Lanes? = nil, width: Int = 24
    ) throws -> Program {
        try Program(
            network: NetworkFormats(network), schedule: schedule(network, on: machine, lanes: lanes, width: width),
            machine: machine)
    }

    private static func passes(_ program: Program) -> [Accumulation] {
        program.commands.compactMap { if case .accumulate(let pass) = $0.operation { pass } else { nil } }
    }

    private static func windowLoads(_ program: Program) -> [Transfer] {
        program.commands.compactMap {
            if case .load(let transfer) = $0.operation, transfer.windows != nil { transfer } else { nil }
        }
    }

    /// 5x5 taps of 3 channels on 16 lanes: 5 steps of 15 codes instead of 25 of 3.
    @Test func aFirstLayerFillsTheLanes() throws {
        let network = try Self.network(channels: 3)
        #expect(try Self.schedule(network, on: TestMachines.mid).layers[0].lanes == .kernelRow)
        let program = try Self.program(network, on: TestMachines.mid)
        for pass in Self.passes(program) {
            #expect((pass.tapRows, pass.tapColumns, pass.inputChannels) == (5, 1, 15))
            #expect((pass.inputStrideY, pass.inputStrideX, pass.weightTapPitchBytes) == (2, 1, 16))
            #expect((pass.windowStep, pass.windowLimit) == (6, 72))
            // Two pixels of padding before the first column.
            #expect(pass.windowStart == 6 * pass.firstColumn - 6)
        }
        for load in Self.windowLoads(program) {
            #expect((load.chunkBytes, load.chunkPitchBytes, load.planes) == (15, 16, 1))
            #expect(load.windows!.stepBytes == 6 && load.windows!.wordBytes == 16)
        }
        #expect(!Self.windowLoads(program).isEmpty)
        #expect(try ToyRun(program, network: network, machine: TestMachines.mid, seed: 3).troubles().isEmpty)
    }

    /// External memory holds the same weights; the operand's records are there once for each column of the kernel.
    @Test func onlyTheRecordsGrow() throws {
        let network = try Self.network(channels: 3)
        let programs = try [Lanes.channels, .kernelRow].map {
            try Self.program(network, on: TestMachines.mid, lanes: $0)
        }
        #expect(programs.map { $0.layers[0].kernelRowTaps } == [1, 5])
        #expect(programs.map { $0.layers[0].weightBytes } == [2400, 2400])
        #expect(programs.map { $0.layers[0].inputBytes } == [1152, 1152])
        let records = programs[1].parameterBytes - programs[0].parameterBytes
        #expect(records == 4 * 3 * 8)
        func weights(_ program: Program) throws -> [UInt8] {
            let image = try ExternalImage(program.layout, network: network).bytes
            return program.parameterRegions.flatMap { region -> ArraySlice<UInt8> in
                if case .weights = region.content { image[region.address..<region.address + region.bytes] } else { [] }
            }
        }
        #expect(try weights(programs[0]) == weights(programs[1]))
    }

    /// Tiles of columns: the second tile's picture begins at column 2 x 8 - 2, the first tile's at 0, where 2 columns
    /// of padding, 6 codes, lie before it.
    @Test func tilesBeginWithTheirWindows() throws {
        let network = try Self.network(channels: 3)
        var schedule = try Self.schedule(network, on: TestMachines.mid, lanes: .kernelRow)
        (schedule.layers[0].tile.outputColumns, schedule.layers[0].tile.outputRows) = (8, 3)
        let program = try Program(
            network: NetworkFormats(network), schedule: schedule, machine: TestMachines.mid)
        let leads = Self.windowLoads(program).prefix(2).map { $0.windows!.leadBytes }
        #expect(leads == [6, 0])
        #expect(Self.windowLoads(program).prefix(2).map(\.rowBytes) == [3 * 17, 3 * 10])
        #expect(Self.windowLoads(program).prefix(2).map { $0.windows!.count } == [8, 4])
        #expect(try ToyRun(program, network: network, machine: TestMachines.mid, seed: 4).troubles().isEmpty)
    }

    /// Where all weights of a row do not fit, kernel rows may be split; their codes may not.
    @Test func kernelRowsMayBeSplit() throws {
        let network = try Self.network(channels: 3)
        var schedule = try Self.schedule(network, on: TestMachines.mid, lanes: .kernelRow)
        schedule.layers[0].tile.kernelRows = 2
        let program = try Program(
            network: NetworkFormats(network), schedule: schedule, machine: TestMachines.mid)
        #expect(Set(Self.passes(program).map(\.tapRows)) == [2, 1])
        #expect(try ToyRun(program, network: network, machine: TestMachines.mid, seed: 4).troubles().isEmpty)
    }

    /// Pictures narrower than the kernel, windows wholly in the padding: every byte that is multiplied was written.
    @Test(arguments: [1, 2, 3, 4, 6]) func narrowPictures(width: Int) throws {
        for (kernel, stride) in [(5, 2), (9, 4), (3, 1), (7, 3), (1, 2)] {
            let network = try Self.network(channels: 3, kernel: kernel, stride: stride, width: width)
            for machine in [TestMachines.small, TestMachines.mid, TestMachines.tiny()] {
                let program = try Self.program(network, on: machine, lanes: .kernelRow, width: width)
                #expect(Self.windowLoads(program).isEmpty == (3 * kernel > 8 * machine.macArray.inputChannelLanes))
                #expect(try ToyRun(program, network: network, machine: machine, seed: 5).troubles().isEmpty)
            }
        }
    }

    /// Layers with whole words of channels gain nothing: 64 channels are 4 steps a tap either way.
    @Test func channelsStayWhereNothingIsGained() throws {
        let network = try Self.network(channels: 16, kernel: 3, stride: 1)
        #expect(try Self.schedule(network, on: TestMachines.mid).layers[0].lanes == .channels)
    }

    private func refusal(
        _ network: QuantizedNetwork, _ machine: MachineDescription = TestMachines.mid,
        _ change: (inout LayerSchedule) -> Void = { _ in }
    ) throws -> Diagnostic {
        var schedule = try Self.schedule(network, on: machine)
        schedule.layers[0].lanes = .kernelRow
        change(&schedule.layers[0])
        let changed = schedule
        let error = #expect(throws: Diagnostic.self) {
            try changed.verify(network: NetworkFormats(network), machine: machine)
        }
        return try #require(error)
    }

    @Test func refusalsHaveTheirNumbers() throws {
        var machine = TestMachines.mid
        machine.macArray.kernelRow = false
        let unable = try refusal(try Self.network(channels: 3), machine)
        #expect(unable.code == .machineLanesUnsupported)
        #expect(unable.expected == "channels: macArray.kernelRow of machine 'mid' is false")

        let dilated = try refusal(try Self.network(channels: 3, dilation: 2))
        #expect(dilated.code == .scheduleKernelRowUnsupported)
        #expect(dilated.found == "lanes kernelRow of a kernel whose columns lie 2 apart")
        #expect(dilated.expected == "1, dilationX: a window is a run of codes")
        let grouped = try refusal(try Self.network(channels: 4, groups: 2))
        #expect(grouped.code == .scheduleKernelRowUnsupported && grouped.found == "lanes kernelRow of 2 groups")
        let long = try refusal(try Self.network(channels: 26))
        #expect(long.code == .scheduleKernelRowUnsupported)
        #expect(long.found == "lanes kernelRow of rows of 130 codes, 5 columns of 26 channels")
        #expect(long.expected == "at most 128, 8 words of the 16 input channel lanes of machine 'mid'")

        let network = try Self.network(channels: 3)
        let split = try refusal(network) { $0.tile.inputChannels = 3 }
        #expect(split.code == .scheduleChannelsNotWhole && split.remedy == "write inputChannels: 15")
        let columns = try refusal(network) { $0.tile.kernelColumns = 2 }
        #expect(columns.code == .scheduleTileOutOfRange && columns.expected == "1...1")
        // 7 rows of 12 windows of 16 bytes behind the address.
        let overflow = try refusal(network) {
            $0.tile = Tile(outputRows: 2, outputColumns: 12, outputChannels: 32, inputChannels: 15)
            $0.buffers.input = [524_288 - 1024]
        }
        #expect(overflow.code == .scheduleActivationBufferOverflow)
        #expect(overflow.found == "input half 0 needs 1,344 bytes from 523,264")
    }

    @Test func otherLayersHaveNoKernelRows() throws {
        let graph = Graph(
            name: "first", inputs: [GraphInput(name: "image", channels: 3)],
            layers: [Layer(name: "up", operator: TestNetworks.transposed(3, 5, 2), inputs: ["image"])], outputs: ["up"])
        let refused = try refusal(try TestNetworks.network(graph, height: 16, width: 24))
        #expect(refused.code == .scheduleKernelRowUnsupported)
        #expect(refused.found == "lanes kernelRow of a layer that is no convolution")
    }
}

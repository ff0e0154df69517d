import Diagnostics
import Geometry
import Graph
import MachineDescription
import Networks
import Schedules
import Scheduling
import Testing

/// Each refusal of a group that advances by rows, with its numbers, from one sound schedule and one change.
@Suite struct RowGroupVerifierTests {
    /// conv 3x3, igdn1, deconv 5x5 stride 2, conv 3x3, all of 16 channels, 32 x 32 pixels, on C0 = K0 = 16.
    ///
    ///     rows at a time  8          4                              4                              4
    ///     ring rows       8          7: rows 1...4 and 4 new       9: rows 3...8, by fours
    ///     ring bytes      8 x 32 x 16 = 4,096     7 x 32 x 16 = 3,584     9 x 64 x 16 = 9,216
    ///
    /// Output rows 4...7 of the deconv read rows 1...4, so that rows 0...7 are there while row 1 is needed: 7. Rows
    /// 4...7 of the last read rows 3...8, so that rows 0...11 are there while row 3 is needed: 9.
    private struct Setting {
        var graph = Graph(
            name: "four", inputs: [GraphInput(name: "image", channels: 16)],
            layers: [
                Layer(name: "a", operator: TestNetworks.convolution(16, 3, 1), inputs: ["image"]),
                Layer(name: "b", operator: .normalization(.igdn1), inputs: ["a"]),
                Layer(name: "c", operator: TestNetworks.transposed(16, 5, 2), inputs: ["b"]),
                Layer(name: "d", operator: TestNetworks.convolution(16, 3, 1), inputs: ["c"]),
            ], outputs: ["d"])
        var machine = TestMachines.mid
        var schedule: Schedule

        init() {
            func layer(
                _ name: String, _ rows: Int, _ columns: Int, input: [Int], output: [Int], weights: Int
            ) -> LayerSchedule {
                LayerSchedule(
                    name: name,
                    tile: Tile(outputRows: rows, outputColumns: columns, outputChannels: 16, inputChannels: 16),
                    order: .pixelsOuter, buffers: BufferAllocation(input: input, output: output, weights: [weights]))
            }
            // 10 input rows of 32 pixels are 5,120 bytes; 4 result rows of 64 pixels 4,096. Weights: 9 x 256, 256,
            // 25 x 256 bytes.
            schedule = Schedule(
                network: "four", machine: "mid", height: 32, width: 32,
                layers: [
                    layer("a", 8, 32, input: [0, 5120], output: [10_240], weights: 0),
                    layer("b", 4, 32, input: [10_240], output: [14_336], weights: 2304),
                    layer("c", 4, 64, input: [14_336], output: [17_920], weights: 2560),
                    layer("d", 4, 64, input: [17_920], output: [27_136, 31_232], weights: 8960),
                ], groups: [LayerGroup(layers: ["a", "b", "c", "d"], ringRows: [8, 7, 9])])
        }

        func formats() throws -> NetworkFormats {
            try NetworkFormats(TestNetworks.network(graph, height: 32, width: 32, withWeights: false))
        }
    }

    private func refusal(_ change: (inout Setting) -> Void) throws -> Diagnostic {
        var setting = Setting()
        try setting.schedule.verify(network: setting.formats(), machine: setting.machine)
        change(&setting)
        let (changed, formats) = (setting, try setting.formats())
        let error = #expect(throws: Diagnostic.self) {
            try changed.schedule.verify(network: formats, machine: changed.machine)
        }
        return try #require(error)
    }

    @Test("The group of given rows is that schedule") func given() throws {
        let setting = Setting()
        let formats = try setting.formats()
        var plain = setting.schedule
        plain.groups = []
        func grouped(_ spare: [Int]) throws -> Schedule? {
            plain.grouping(
                0..<4, lanes: Array(repeating: .channels, count: 4), rows: [8, 4, 4, 4], spareRingRows: spare,
                loadsRows: false,
                of: formats, try NetworkGeometry(formats, height: 32, width: 32), on: setting.machine)
        }
        #expect(try grouped([0, 0, 0]) == setting.schedule)
        let roomy = try #require(try grouped([1, 0, 2]))
        #expect(roomy.groups[0].ringRows == [9, 7, 11])
        try roomy.verify(network: formats, machine: setting.machine)
    }

    @Test func ringsHoldTheRowsThatAreRead() throws {
        for (index, least) in [8, 7, 9].enumerated() {
            let short = try refusal { $0.schedule.groups[0].ringRows[index] -= 1 }
            #expect(short.code == .scheduleGroupRing && short.place == "layer \(["a", "b", "c"][index])")
            #expect(short.found == "a ring of \(least - 1) rows" && short.expected.hasPrefix("at least \(least): "))
            #expect(short.remedy == "write ringRows \(least)")
        }
        let count = try refusal { $0.schedule.groups[0].ringRows = [8, 7] }
        #expect(count.code == .scheduleGroupRing && count.found == "2 ringRows in a group of 4 layers")
        #expect(count.expected.hasPrefix("3: "))
        let halves = try refusal { $0.schedule.layers[1].buffers.output = [14_336, 50_000] }
        #expect(halves.code == .scheduleGroupRing && halves.found == "2 addresses of output")
        let elsewhere = try refusal { $0.schedule.layers[2].buffers.input = [65_536] }
        #expect(elsewhere.code == .scheduleGroupRing && elsewhere.place == "layer c")
        #expect(elsewhere.found == "an operand at [65536]" && elsewhere.expected == "[14336], the ring of b")
    }

    /// Rows of b come by fours: while the last four are stored the next four are made.
    @Test func resultsThatOthersReadAreStored() throws {
        let output = try refusal { $0.graph.outputs = ["d", "b"] }
        #expect(output.code == .scheduleGroupRing && output.place == "layer b")
        #expect(
            output.found == "a ring of 7 rows" && output.expected.hasPrefix("at least 8: what its readers and stores"))
        var setting = Setting()
        setting.graph.outputs = ["d", "b"]
        setting.schedule.groups[0].ringRows[1] = 8
        setting.schedule.layers[1].buffers.output = [40_960]
        setting.schedule.layers[2].buffers.input = [40_960]
        try setting.schedule.verify(network: setting.formats(), machine: setting.machine)
    }

    /// 3 x 3 taps, eight rows at a time: rows 0..<9, 7..<17, 15..<25, 23..<32; a load brings rows up to 25 while rows
    /// from 7 are read.
    @Test func operandsAreLoadedIntoARing() throws {
        func ring(_ setting: inout Setting, _ rows: [Int]) {
            setting.schedule.groups[0].inputRows = rows
            setting.schedule.layers[0].buffers.input = [49_920]
        }
        var setting = Setting()
        ring(&setting, [18, 0, 0, 0])
        try setting.schedule.verify(network: setting.formats(), machine: setting.machine)
        let few = try refusal { ring(&$0, [17, 0, 0, 0]) }
        #expect(few.code == .scheduleGroupRing && few.place == "layer a" && few.found == "inputRows 17")
        #expect(few.expected.hasPrefix("at least 18: ") && few.remedy == "write inputRows 18")
        let halves = try refusal { $0.schedule.groups[0].inputRows = [18, 0, 0, 0] }
        #expect(halves.code == .scheduleGroupRing && halves.found == "2 addresses of input with inputRows")
        let count = try refusal { ring(&$0, [18, 0]) }
        #expect(count.code == .scheduleGroupRing && count.found == "2 inputRows in a group of 4 layers")
        let made = try refusal { ring(&$0, [18, 1, 0, 0]) }
        #expect(made.code == .scheduleGroupRing && made.place == "layer b" && made.found == "inputRows 1")
        #expect(made.remedy == "write 0")
        let overlap = try refusal {
            ring(&$0, [18, 0, 0, 0])
            $0.schedule.layers[0].buffers.input = [27_120]
        }
        #expect(overlap.code == .scheduleRegionsOverlap)
    }

    @Test func layersFollowEachOther() throws {
        let gap = try refusal {
            $0.schedule.groups[0] = LayerGroup(layers: ["a", "c"], ringRows: [8])
            for index in [1, 3] { $0.schedule.layers[index].buffers.weights = [0, 131_072] }
        }
        #expect(gap.code == .scheduleGroupNotChain && gap.found == "a, c")
        let operand = try refusal {
            $0.graph.layers[3].operator = .add
            $0.graph.layers[3].inputs = ["c", "c"]
            $0.graph.layers[1].operator = .add
            $0.graph.layers[1].inputs = ["a", "image"]
            $0.schedule.layers[1].buffers = BufferAllocation(input: [10_240], second: [60_000], output: [14_336])
            $0.schedule.layers[3].buffers = BufferAllocation(
                input: [17_920], second: [17_920], output: [27_136, 31_232])
        }
        // Rows by fours: four are read, four come.
        #expect(operand.code == .scheduleGroupRing && operand.place == "layer b")
        #expect(operand.found == "inputRows 0" && operand.expected.hasPrefix("at least 8: "))
        let apart = try refusal {
            $0.graph.layers[1].operator = .add
            $0.graph.layers[1].inputs = ["image", "image"]
            $0.schedule.layers[1].buffers = BufferAllocation(input: [60_000], second: [70_000], output: [14_336])
        }
        #expect(apart.code == .scheduleGroupNotChain && apart.place == "layer b")
        #expect(apart.found == "operands that all come from outside the group")
    }

    @Test func layersAdvanceByWholeRows() throws {
        let columns = try refusal { $0.schedule.layers[0].tile.outputColumns = 16 }
        #expect(columns.code == .scheduleGroupTilesDiffer && columns.place == "layer a")
        #expect(columns.found == "tile outputColumns 16" && columns.expected.hasPrefix("all 32: "))
        #expect(columns.remedy == "write outputColumns: 32")
        let channels = try refusal { $0.schedule.layers[3].tile.outputChannels = 8 }
        #expect(channels.code == .scheduleGroupTilesDiffer && channels.found == "tile outputChannels 8")
        let taps = try refusal { $0.schedule.layers[0].tile.kernelRows = 1 }
        #expect(taps.code == .scheduleGroupTilesDiffer && taps.found == "3 passes of some of the taps")
        let order = try refusal { $0.schedule.layers[2].order = .channelsOuter }
        #expect(order.code == .scheduleGroupTilesDiffer && order.found == "order channelsOuter")
    }

    @Test func layersReadAndWriteRows() throws {
        let groups = try refusal {
            $0.graph.layers[3].operator = .convolution(
                Convolution(
                    outputChannels: 16, kernelHeight: 3, kernelWidth: 3, padding: Padding(all: 1), groups: 16))
            $0.schedule.layers[3].tile.inputChannels = 1
        }
        #expect(
            groups.code == .scheduleGroupUnsupported && groups.found == "a layer of 16 groups that fill no whole words")
        let phases = try refusal { $0.schedule.layers[2].lanes = .phases }
        #expect(phases.code == .scheduleGroupUnsupported && phases.place == "layer c")
        #expect(phases.found == "lanes phases, whose results lie in no ring")
        let long = try refusal { setting in
            setting.graph.layers = (0..<15).map {
                Layer(name: "r\($0)", operator: .requantize, inputs: [$0 == 0 ? "image" : "r\($0 - 1)"])
            }
            setting.graph.outputs = ["r14"]
            setting.schedule.layers = (0..<15).map {
                LayerSchedule(
                    name: "r\($0)",
                    tile: Tile(outputRows: 1, outputColumns: 32, outputChannels: 16, inputChannels: 16),
                    order: .pixelsOuter, buffers: BufferAllocation(input: [1024 * $0], output: [1024 * $0 + 1024]))
            }
            setting.schedule.groups = [
                LayerGroup(layers: (0..<15).map { "r\($0)" }, ringRows: Array(repeating: 1, count: 14))
            ]
        }
        #expect(long.code == .scheduleGroupUnsupported && long.found == "a group of 15 layers")
        #expect(long.expected == "at most 14")
    }

    @Test func regionsDoNotOverlap() throws {
        let rings = try refusal {
            $0.schedule.layers[1].buffers.output = [14_320]
            $0.schedule.layers[2].buffers.input = [14_320]
        }
        #expect(rings.code == .scheduleRegionsOverlap && rings.place == "layer b")
        #expect(rings.found == "ring of b begins at 14,320, ring of a ends at 14,336")
        #expect(rings.remedy == "move ring of b to 14,336 or behind")
        let input = try refusal { $0.schedule.layers[0].buffers.input[1] = 5104 }
        #expect(input.found == "input of a half 1 begins at 5,104, input of a half 0 ends at 5,120")
        let spare = try refusal { $0.schedule.groups[0].ringRows[2] = 10 }
        #expect(spare.code == .scheduleRegionsOverlap)
        #expect(spare.found == "output of d half 0 begins at 27,136, ring of c ends at 28,160")
        let weights = try refusal { $0.schedule.layers[3].buffers.weights = [8944] }
        #expect(weights.code == .scheduleRegionsOverlap)
        #expect(weights.found == "weights of d begin at 8,944, weights of c end at 8,960")
    }

    @Test func memoriesHoldTheGroup() throws {
        // 512 KiB, of which 4,080 bytes are left.
        let output = try refusal { $0.schedule.layers[3].buffers.output[1] = 520_208 }
        #expect(output.code == .scheduleActivationBufferOverflow && output.place == "layer d")
        #expect(output.found == "output of d half 1 needs 4,096 bytes from 520,208")
        #expect(output.expected == "activationBuffer holds 524,288")
        let weights = try refusal { $0.schedule.layers[3].buffers.weights = [259_856] }
        #expect(weights.code == .scheduleWeightBufferOverflow && weights.place == "layer d")
        #expect(
            weights.found == "weights of d at 259,856..<262,160" && weights.expected == "weightBuffer holds 262,144")
        // Each fits a half, all do not fit the whole.
        let parameters = try refusal { $0.machine.parameterMemory.bytes = 9000 }
        #expect(parameters.code == .scheduleParameterMemoryOverflow && parameters.place == "layer a")
        #expect(parameters.found.hasPrefix("a group whose parameters need "))
        #expect(parameters.expected == "parameterMemory holds 9,000")
        let half = try refusal { $0.machine.parameterMemory.bytes = 4000 }
        #expect(half.code == .scheduleGroupUnsupported && half.found == "parameters that are loaded tile by tile")
        #expect(half.expected.contains("2,000"))
    }
}

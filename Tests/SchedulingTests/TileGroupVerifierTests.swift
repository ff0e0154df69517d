import Diagnostics
import Geometry
import Graph
import MachineDescription
import Networks
import Schedules
import Scheduling
import Testing

/// Each refusal of a group that goes tile by tile, from one sound schedule and one change.
@Suite struct TileGroupVerifierTests {
    /// conv 3x3, igdn1, and a requantization, 16 channels of 32 x 32 pixels. Tiles of 8 x 32: inputs of 10 rows are
    /// 5,120 bytes, the ring and results 4,096.
    private struct Setting {
        var graph = Graph(
            name: "three", inputs: [GraphInput(name: "image", channels: 16)],
            layers: [
                Layer(name: "a", operator: TestNetworks.convolution(16, 3, 1), inputs: ["image"]),
                Layer(name: "b", operator: .normalization(.igdn1), inputs: ["a"]),
                Layer(name: "c", operator: .requantize, inputs: ["b"]),
            ], outputs: ["c"])
        var schedule: Schedule

        init() {
            func layer(_ name: String, input: [Int], output: [Int], weights: [Int]) -> LayerSchedule {
                LayerSchedule(
                    name: name,
                    tile: Tile(outputRows: 8, outputColumns: 32, outputChannels: 16, inputChannels: 16),
                    order: .pixelsOuter, buffers: BufferAllocation(input: input, output: output, weights: weights))
            }
            schedule = Schedule(
                network: "three", machine: "mid", height: 32, width: 32,
                layers: [
                    layer("a", input: [0, 5120], output: [10_240], weights: [0, 131_072]),
                    layer("b", input: [10_240], output: [14_336, 18_432], weights: [0, 131_072]),
                    layer("c", input: [0, 4096], output: [8192, 12_288], weights: []),
                ], groups: [LayerGroup(layers: ["a", "b"])])
        }

        func formats() throws -> NetworkFormats {
            try NetworkFormats(TestNetworks.network(graph, height: 32, width: 32, withWeights: false))
        }
    }

    private func refusal(_ change: (inout Setting) -> Void) throws -> Diagnostic {
        var setting = Setting()
        try setting.schedule.verify(network: setting.formats(), machine: TestMachines.mid)
        change(&setting)
        let (changed, formats) = (setting, try setting.formats())
        let error = #expect(throws: Diagnostic.self) {
            try changed.schedule.verify(network: formats, machine: TestMachines.mid)
        }
        return try #require(error)
    }

    @Test func membersAreAConvolutionAndItsNormalization() throws {
        let three = try refusal { $0.schedule.groups = [LayerGroup(layers: ["a", "b", "c"])] }
        #expect(three.code == .scheduleGroupUnsupported && three.found == "a group of 3 layers without ringRows")
        let loads = try refusal { $0.schedule.groups = [LayerGroup(layers: ["a", "b"], inputRows: [4, 0])] }
        #expect(loads.code == .scheduleGroupRing && loads.found == "inputRows [4, 0] in a group without ringRows")
        let other = try refusal { $0.schedule.groups = [LayerGroup(layers: ["b", "c"])] }
        #expect(other.code == .scheduleGroupUnsupported && other.place == "layer b")
        let read = try refusal { $0.graph.outputs = ["a", "c"] }
        #expect(read.code == .scheduleGroupNotChain && read.found == "a is an output of the network")
        let unknown = try refusal { $0.schedule.groups = [LayerGroup(layers: ["a", "x"])] }
        #expect(unknown.code == .scheduleUnknownLayer && unknown.place == "group 1")
        let twice = try refusal { $0.schedule.groups.append(LayerGroup(layers: ["b", "c"])) }
        #expect(twice.code == .scheduleDuplicateName && twice.found == "layer 'b' in a second group")
    }

    @Test func tilesAreTheSame() throws {
        let rows = try refusal { $0.schedule.layers[1].tile.outputRows = 4 }
        #expect(rows.code == .scheduleGroupTilesDiffer && rows.found == "tile outputRows 4")
        #expect(rows.remedy == "write outputRows: 8")
        let order = try refusal { $0.schedule.layers[0].order = .channelsOuter }
        #expect(order.code == .scheduleGroupTilesDiffer && order.place == "layer a")
    }

    @Test func theRingHasItsPlace() throws {
        let elsewhere = try refusal { $0.schedule.layers[1].buffers.input = [40_960] }
        #expect(elsewhere.code == .scheduleGroupRing && elsewhere.found == "input [40960]")
        #expect(elsewhere.expected == "one address, the output of a: [10240]")
        let over = try refusal { $0.schedule.layers[1].buffers.output = [6144, 18_432] }
        #expect(over.code == .scheduleRegionsOverlap)
        #expect(over.found == "output half 0 of b begins at 6,144, input half 1 of a ends at 10,240")
        let outside = try refusal {
            $0.schedule.layers[0].buffers.output = [520_208]
            $0.schedule.layers[1].buffers.input = [520_208]
        }
        #expect(outside.code == .scheduleActivationBufferOverflow)
    }
}

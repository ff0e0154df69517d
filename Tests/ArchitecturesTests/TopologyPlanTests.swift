import Architectures
import Diagnostics
import Foundation
import Geometry
import Graph
import MachineDescription
import Simulation
import Tensors
import TestSupport
import Testing
import Topologies

@Suite struct TopologyPlanTests {
    private static let header =
        "Layer name, IFMAP Height, IFMAP Width, Filter Height, Filter Width, Channels, Num Filter, Strides,\n"

    private func network(
        _ rows: String, on machine: MachineDescription? = nil
    ) throws(Diagnostic) -> WeightlessNetwork {
        try Topology(Self.header + rows, name: "t", at: "t.csv").network(on: machine)
    }

    @Test("A row that takes what the row before gives reads it; another has an input of its own")
    func chains() throws {
        let network = try network("a,9,9,3,3,2,4,1,\nb,7,7,1,1,4,8,1,\nc,7,7,3,3,4,8,1,\nd,5,5,1,1,8,2,1,\n")
        #expect(network.graph.layers.map(\.inputs) == [["a.input"], ["a"], ["c.input"], ["c"]])
        #expect(network.graph.outputs == ["b", "d"])
        #expect(network.notes[0].hasPrefix("4 rows: 2 read the row before, 2 have an input"))
    }

    @Test("Rows in another shape have the same bytes, the same products and as many results")
    func shapes() throws {
        let rows = [
            // Of stride 2 with a last window that passes the edge, a filter as wide as its input, many channels, both.
            (row: "a,8,8,3,3,5,7,2,", outputs: 4 * 4, products: 9 * 5 * 7),
            (row: "a,100,64,1,64,1,12,1,", outputs: 100, products: 64 * 12),
            (row: "a,100,64,3,64,1,12,2,", outputs: 50, products: 3 * 64 * 12),
            (row: "a,3,5,1,1,4096,6,1,", outputs: 15, products: 4096 * 6),
            (row: "a,3,5,2,2,3000,6,1,", outputs: 2 * 4, products: 4 * 3000 * 6),
            (row: "a,1,1,1,1,138000,8,1,", outputs: 1, products: 138_000 * 8),
            (row: "a,1000000,9,1,9,1,4,1,", outputs: 1_000_000, products: 36),
        ]
        for (row, outputs, products) in rows {
            let graph = try network(row).graph
            let shapes = try graph.shapes(height: 1, width: 1)
            let (input, output) = (try #require(shapes[graph.inputs[0].name]), try #require(shapes["a"]))
            let numbers = row.split(separator: ",").dropFirst().map { Int($0)! }
            #expect(input.count == numbers[0] * numbers[1] * numbers[4], "\(row)")
            #expect(output.height * output.width == outputs && output.channels == numbers[5], "\(row)")
            #expect(graph.layers[0].usefulMACs(input: input, output: output) == outputs * products, "\(row)")
        }
    }

    @Test("Channels that no factor divides are filled with zeros, and that is said")
    func filled() throws {
        // 4 x 9,137: 36 columns of 1,016 hold them with 28 to spare.
        let network = try network("a,1,1,1,1,36548,1,1,")
        let shape = try network.graph.shapes(height: 1, width: 1)["a.input"]
        #expect(shape == TensorShape(height: 1, width: 36, channels: 1016))
        #expect(network.notes.contains("filled with channels of zeros: a by 28"))
    }

    @Test("A row with too many channels has the shape that was worked out by hand")
    func folded() throws {
        // 2 x 3 pixels of 1,536 channels against a 2 x 2 filter: folded to 768 channels in twice the columns.
        let graph = try network("a,2,3,2,2,1536,1,1,").graph
        guard case .convolution(let convolution) = graph.layers[0].operator else {
            Issue.record("no convolution")
            return
        }
        let shape = try #require(try graph.shapes(height: 1, width: 1)["a.input"])
        #expect(shape == TensorShape(height: 2, width: 6, channels: 768) && convolution.strideX == 2)
        #expect(convolution.kernelHeight == 2 && convolution.kernelWidth == 4)
    }

    @Test("A network takes as long as its weights on the bus, though no layer's own bound says so")
    func weightBound() throws {
        let machine = try #require(MachineDescription.builtIn(named: "mid"))
        let network = try network("a,1,1,1,1,1024,512,1,", on: machine)
        let report = try SimulationPlan(
            formats: network.formats(on: machine).formats, machine: machine, width: 1, height: 1, keepsCommands: false
        ).report()
        // 64 x 32 groups of 16 x 16 lanes; 1,024 + 524,288 + 512 bytes at 16 a cycle.
        #expect(report.layers.map(\.lowerBoundCycles) == [2048])
        #expect(report.totals.lowerBoundBytes == 525_824 && report.totals.lowerBoundCycles == 32_864)
        #expect(report.totals.lowerBoundCycles <= report.totals.simulatedCycles)
    }

    @Test("Filters whose parameters pass the parameter memory are cut into layers that fit, and all are there")
    func parts() throws {
        let machine = try #require(MachineDescription.builtIn(named: "mid"))
        let network = try network("a,1,1,1,1,1024,4001,1,", on: machine)
        let filters = network.graph.layers.map { layer in
            if case .convolution(let convolution) = layer.operator { convolution.outputChannels } else { 0 }
        }
        #expect(filters.count > 1 && filters.reduce(0, +) == 4001)
        #expect(throws: Never.self) {
            try SimulationPlan(
                formats: network.formats(on: machine).formats, machine: machine, width: 1, height: 1,
                keepsCommands: false)
        }
        #expect(network.notes.contains { $0.contains("a in \(filters.count)") })
    }

    @Test("A row that no machine can compute is refused with its line")
    func refusals() throws {
        // Too many channels, a kernel and a stride beyond 255, and filters without end.
        for row in [
            "a,1,1,1,1,67108864,1,1,", "a,999,999,300,2,1,1,1,", "a,999,999,2,2,1,1,300,", "a,1,1,1,1,1,99999999,1,",
        ] {
            do throws(Diagnostic) {
                _ = try network(row)
                Issue.record("\(row) was taken")
            } catch {
                #expect(error.code == .topologyRowUnfit && error.place.contains("line 2"), "\(row)")
            }
        }
    }

    private static let folder = Checkout.shared("models/scalesim/topologies")

    /// Files that are not whole: templates with letters for sizes, and three with a row that lacks a value.
    private static let damaged: Set = [
        "CSV/LSTM.csv", "rnn_eval/LSTM_template.csv", "CSV/MLPERF.csv", "mlperf/MLPERF.csv",
        "mlperf/Sentimental_seqLSTM.csv",
    ]

    @Test(
        "Every shipped topology has the MACs of its rows and fits the machine; the five that are not whole are refused",
        .enabled(if: folder != nil, "shared/data/models/scalesim is not beside this checkout (set INTAGLIO_SHARED)"))
    func shipped() throws {
        let folder = try #require(Self.folder)
        let names = try #require(FileManager.default.enumerator(atPath: folder)).compactMap { $0 as? String }
        let machine = try #require(MachineDescription.builtIn(named: "mid"))
        var (planned, refused) = (0, Set<String>())
        for name in names.filter({ $0.hasSuffix(".csv") }).sorted() {
            do throws(Diagnostic) {
                try check(Topology(contentsOf: "\(folder)/\(name)"), on: machine, name)
                planned += 1
            } catch {
                #expect(error.code == .topologyValueInvalid && error.place.contains("line"), "\(name): \(error)")
                refused.insert(name)
            }
        }
        #expect(refused == Self.damaged)
        // Of 131 files.
        #expect(planned == 126)
    }

    private func check(_ topology: Topology, on machine: MachineDescription, _ name: String) throws(Diagnostic) {
        let network = try topology.network(on: machine)
        let shapes = try network.graph.shapes(height: 1, width: 1)
        var macs = 0
        for layer in network.graph.layers {
            macs += layer.usefulMACs(input: shapes[layer.inputs[0]]!, output: shapes[layer.name]!)
        }
        var expected = 0
        for row in topology.rows {
            let taps = row.kernelHeight * row.kernelWidth * row.channels
            expected += row.outputHeight * row.outputWidth * taps * row.filters
        }
        // GNMT has a K of 36,548 = 4 x 9,137, which is filled up.
        let isFilled = network.notes.contains { $0.hasPrefix("filled") }
        #expect(isFilled ? macs > expected && macs < expected / 1000 * 1001 : macs == expected, "\(name)")
        let formats = try network.formats(on: machine).formats
        let geometry = try NetworkGeometry(formats, height: 1, width: 1)
        for (layer, storage) in zip(geometry.layers, formats.layers) {
            let bytes = ParameterFootprint(storage, of: layer).wholeBytes
            #expect(bytes <= machine.parameterHalfBytes, "\(name), \(layer.name)")
        }
    }
}

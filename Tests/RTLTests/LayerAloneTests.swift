import FixedPoint
import Geometry
import Graph
import Images
import Networks
import Quantization
import Schedules
import Scheduling
import Simulation
import TestVectors
import Testing

/// A layer cut out of its network, with the operands that it has there.
@Suite struct LayerAloneTests {
    /// 3x3 without padding, then 1x1: a picture of one pixel, the least that the network's factors allow, has no second
    /// tensor at all, so that its channels cannot be read from shapes of that size.
    private static let network = {
        func convolution(_ kernel: Int, _ groups: Int) -> Operator {
            .convolution(
                Convolution(outputChannels: 3, kernelHeight: kernel, kernelWidth: kernel, groups: groups))
        }
        func parameters(_ weights: Int) -> LayerParameters {
            .accumulation(
                AccumulationParameters(
                    weightCodes: (0..<weights).map { UInt8(100 + $0 % 60) }, weightDecoder: .linear(),
                    bias: [1, 2, 3],
                    postProcessing: PostProcessing(
                        multipliers: Array(repeating: .one, count: 3), rounding: .single)))
        }
        let format = TensorFormat.codes(.uniform(.linearSigned, channels: 3, step: 1))
        let network = QuantizedNetwork(
            graph: Graph(
                name: "two", inputs: [GraphInput(name: "image", channels: 3)],
                layers: [
                    Layer(name: "wide", operator: convolution(3, 1), inputs: ["image"]),
                    Layer(name: "depth", operator: convolution(1, 3), inputs: ["wide"]),
                ], outputs: ["depth"]),
            formats: ["image": format, "wide": format, "depth": format],
            parameters: ["wide": parameters(81), "depth": parameters(3)],
            widths: DatapathWidths(activationBits: 9, weightBits: 8, accumulatorBits: 24))
        return network
    }()

    private func vectors(of layer: String, schedule: Schedule? = nil) throws -> LayerVectors {
        try LayerVectors(
            on: RunInputs(
                RGBImage(width: 8, height: 8, samples: (0..<192).map { UInt8($0) }), of: ProvenNetwork(Self.network)),
            layer: layer, machine: TestMachine.tiny, schedule: schedule)
    }

    @Test func channelsDoNotDependOnTheSize() throws {
        let vectors = try vectors(of: "depth")
        let names = vectors.files.map(\.name)
        #expect(names.contains("wide.npy") && names.contains("depth.npy") && vectors.commands > 0)
    }

    /// Its kernel in three passes: two accumulations more for each tile of pixels; and each pass loads its weights, of
    /// which two halves keep none until the next tile.
    @Test func aLayerKeepsItsPartOfTheSchedule() throws {
        var schedule = try Schedule(
            bestFor: NetworkFormats(Self.network), on: TestMachine.tiny, height: 8, width: 8)
        let whole = try vectors(of: "wide", schedule: schedule)
        schedule.layers[0].tile.kernelRows = 1
        let split = try vectors(of: "wide", schedule: schedule)
        let tile = schedule.layers[0].tile
        let tiles = ceilDivide(6, by: tile.outputRows) * ceilDivide(6, by: tile.outputColumns)
        #expect(split.commands == whole.commands + 2 * tiles + 3 * tiles - 1)
        func result(_ vectors: LayerVectors) -> [UInt8]? { vectors.files.first { $0.name == "wide.npy" }?.contents }
        #expect(result(split) == result(whole))
    }
}

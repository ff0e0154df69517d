import Diagnostics
import Foundation
import Graph
import HostOperators
import NetworkFiles
import Networks
import ReferenceModel
import TFLite
import TFLiteImport
import Tensors
import TestSupport
import Testing

/// Whole models against what the runtime computed.
@Suite struct PublishedModelTests {
    private static let folder = Checkout.shared("models/tflite")

    struct Model: CustomTestStringConvertible {
        var name: String
        /// Of all operators on the datapath, then of the host.
        var elements: Int
        /// FNV-1a, 64 bits, of their int8 elements in the order of the file.
        var digest: UInt64
        var testDescription: String { name }
    }

    /// From ai-edge-litert 2.3.0, its reference kernels with all tensors preserved, for an input whose
    /// element i is (37 i + 11) mod 256 - 128.
    private static let models = [
        Model(name: "kws_ref_model", elements: 72088, digest: 0xFD09_F178_7D91_199D),
        Model(name: "vww_96_int8", elements: 231_812, digest: 0xAC79_ED13_509C_129F),
        Model(name: "mobilenet_v1_025_96", elements: 231_828, digest: 0x65FB_CFB0_9056_A70D),
        Model(name: "mobilenet_v2_035_96", elements: 542_236, digest: 0x686C_FF49_82F2_D793),
        Model(name: "pretrainedResnet_quant", elements: 114_772, digest: 0x46B1_7162_C7D8_B9FE),
        Model(name: "unet_small", elements: 262_272, digest: 0x88B2_3F92_BFB2_17B1),
    ]

    @Test(
        "Every element of every layer is the runtime's",
        .enabled(if: folder != nil, "shared models are missing: \(Checkout.missing("models/tflite"))"),
        arguments: models)
    func equality(_ model: Model) throws {
        let path = "\(Self.folder!)/\(model.name).tflite"
        let file = try TFLiteModel(Array(Data(contentsOf: URL(fileURLWithPath: path))), at: model.name)
        let imported = try TFLiteImport(file, name: model.name, at: model.name)
        // What is written and read again is the same.
        let network = try #require(
            try NetworkFile(NetworkFile(quantized: imported.network).bytes, at: "net").quantized)
        #expect(network == imported.network)
        let input = network.graph.inputs[0]
        let shape = TensorShape(
            height: imported.report.height, width: imported.report.width, channels: input.channels)
        let elements = (0..<shape.count).map { Int32((37 * $0 + 11) % 256) }
        let result = try ReferenceModel(ProvenNetwork(network).network).run(
            inputs: [input.name: Tensor(shape: shape, elements: elements)])
        var (digest, count): (UInt64, Int) = (0xCBF2_9CE4_8422_2325, 0)
        func append(_ byte: UInt8) {
            digest = (digest ^ UInt64(byte)) &* 0x100_0000_01B3
            count += 1
        }
        for row in imported.report.operators {
            guard let layer = row.layers.last, let output = result.tensors[layer] else { continue }
            for code in output.elements { append(UInt8(truncatingIfNeeded: code - 128)) }
        }
        let host = try HostRun(network.host, stored: { result.tensors[$0] }, memory: .standard)
        #expect(host.results.count == network.host.count)
        for (_, array) in host.results { array.elementBytes.forEach(append) }
        #expect(count == model.elements && digest == model.digest)
    }
}

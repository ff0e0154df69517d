import Diagnostics
import Foundation
import Graph
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
        var outputs: [String]
        /// Of all operators on the datapath.
        var elements: Int
        /// FNV-1a, 64 bits, of their int8 elements in the order of the file.
        var digest: UInt64
        var testDescription: String { name }
    }

    /// From ai-edge-litert 2.3.0, its reference kernels with all tensors preserved, for an input whose
    /// element i is (37 i + 11) mod 256 - 128.
    private static let models = [
        Model(
            name: "kws_ref_model", outputs: ["functional_1_dense_BiasAdd"], elements: 72076,
            digest: 0x2EE3_5C86_4065_68B0),
        Model(name: "vww_96_int8", outputs: ["model_dense_MatMul"], elements: 231_810, digest: 0x01A0_CCA4_281C_05EF),
        Model(
            name: "mobilenet_v1_025_96", outputs: ["mobilenet_0.25_96_1_conv_preds_1_BiasAdd"], elements: 231_818,
            digest: 0x401F_EA01_CE1B_C287),
        Model(name: "unet_small", outputs: [], elements: 262_272, digest: 0x88B2_3F92_BFB2_17B1),
        Model(
            name: "mobilenet_v2_035_96", outputs: ["mobilenetv2_0.35_96_1_predictions_1_MatMul"], elements: 542_226,
            digest: 0x7829_A291_92CA_007C),
        Model(
            name: "pretrainedResnet_quant", outputs: ["model_dense_MatMul"], elements: 114_762,
            digest: 0xD357_8090_2FAD_9360),
    ]

    @Test(
        "Every element of every layer is the runtime's",
        .enabled(if: folder != nil, "shared models are missing: \(Checkout.missing("models/tflite"))"),
        arguments: models)
    func equality(_ model: Model) throws {
        let path = "\(Self.folder!)/\(model.name).tflite"
        let file = try TFLiteModel(Array(Data(contentsOf: URL(fileURLWithPath: path))), at: model.name)
        let imported = try TFLiteImport(file, name: model.name, outputs: model.outputs, at: model.name)
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
        for row in imported.report.operators {
            guard let layer = row.layers.last, let output = result.tensors[layer] else { continue }
            for code in output.elements {
                digest = (digest ^ UInt64(UInt8(truncatingIfNeeded: code - 128))) &* 0x100_0000_01B3
            }
            count += output.elements.count
        }
        #expect(count == model.elements && digest == model.digest)
    }
}

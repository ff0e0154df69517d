import Foundation
import ONNX
import TestSupport

/// A model of `Scripts/onnx_models.py` and what onnxruntime made of it.
struct RecordedModel {
    struct Tensor: Decodable {
        var shape: [Int]
        var elements: [Double]

        /// Rows, columns, channels: a layer's order.
        var channelsLast: [Double] {
            guard shape.count == 4 else { return elements }
            let (channels, height, width) = (shape[1], shape[2], shape[3])
            return (0..<height * width * channels).map { index in
                elements[(index % channels) * height * width + index / channels]
            }
        }
    }

    private struct Document: Decodable {
        var tensors: [String: Tensor]
    }

    let bytes: [UInt8]
    /// By the names of the file, in the file's order of elements.
    let tensors: [String: Tensor]

    init(_ name: String) throws {
        let path = Checkout.root.appendingPathComponent("Tests/ONNXTests/Models/\(name)")
        bytes = Array(try Data(contentsOf: path.appendingPathExtension("onnx")))
        tensors = try JSONDecoder().decode(
            Document.self, from: Data(contentsOf: path.appendingPathExtension("json"))
        ).tensors
    }

    var model: ONNXModel { get throws { try ONNXModel(bytes, at: "recorded") } }
}

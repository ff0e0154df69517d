import Diagnostics
import FileFormats
import FloatModel
import Foundation
import Graph
import Importers
import Networks
import Tensors
import TestSupport
import Testing

/// A state dict of CompressAI with random weights, and what PyTorch made of a picture with it.
///
/// `Scripts/compressai_agreement.py --widths tiny -o Tests/NetworksTests/CompressAI` recorded those of the repository
/// (compressai 1.2.8, torch 2.13.0).
struct CompressAIFixture {
    let stateDict: String
    let expected: SafetensorsFile

    static let names = [
        "bmshj2018-factorized", "bmshj2018-hyperprior", "mbt2018-mean", "mbt2018", "cheng2020-anchor", "cheng2020-attn",
    ]

    /// - Parameter folder: other recordings of the script than the repository's.
    init(_ name: String, in folder: String? = nil) throws {
        let folder = folder ?? Checkout.root.appendingPathComponent("Tests/NetworksTests/CompressAI").path
        stateDict = "\(folder)/\(name).safetensors"
        let path = "\(folder)/\(name).expected.safetensors"
        expected = try SafetensorsFile(FileBytes.read(path), at: path)
    }

    /// The largest difference of each recorded tensor, relative to its largest magnitude where that is above 1.
    func differences(from network: FloatNetwork) throws -> [String: Float] {
        let graph = network.graph
        var names = ["x_hat": graph.outputs[0], "y_hat": "y_hat"]
        if expected.tensors["z"] == nil {
            names["y_hat"] = shown(graph.latents[0], in: graph)
        } else {
            let symbols = try #require(graph.layers.first { $0.operator.name == "quantizeLatent" })
            names["y"] = symbols.inputs[0]
            names["z_hat"] = shown(graph.latents[0], in: graph)
            names["parameters"] = symbols.inputs.count > 1 ? symbols.inputs[1] : graph.outputs.last!
        }
        let tensors = try FloatModel(network).run(tensor("picture"), keeping: Array(names.values))
        return try names.mapValues { _ in 0 }.merging(
            names.map { recorded, layer in
                let (found, expected) = (tensors[layer]!, try tensor(recorded))
                #expect(found.shape == expected.shape, "\(recorded)")
                let largest = expected.elements.reduce(1) { max($0, abs($1)) }
                let difference = zip(found.elements, expected.elements).reduce(Float(0)) { max($0, abs($1.0 - $1.1)) }
                return (recorded, difference / largest)
            }, uniquingKeysWith: { $1 })
    }

    /// With the medians that a bottleneck rounds about.
    private func shown(_ latent: String, in graph: Graph) -> String {
        graph.layers.contains { $0.name == "\(latent).medians" } ? "\(latent).medians" : latent
    }

    /// `[C][H][W]` of the file as `[H][W][C]`.
    private func tensor(_ name: String) throws -> Tensor<Float> {
        let tensor = try #require(expected.tensors[name])
        let (channels, pixels) = (tensor.shape[0], tensor.shape[1] * tensor.shape[2])
        let values = tensor.floats
        return Tensor(
            shape: TensorShape(height: tensor.shape[1], width: tensor.shape[2], channels: channels),
            elements: (0..<values.count).map { values[$0 % channels * pixels + $0 / channels] })
    }
}

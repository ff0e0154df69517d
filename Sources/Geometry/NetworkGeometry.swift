package import Diagnostics
import Graph
import Networks
package import Tensors

/// Every tensor and layer of a network at one picture size.
package struct NetworkGeometry: Hashable, Sendable {
    package struct TensorGeometry: Hashable, Sendable {
        package var name: String
        package var shape: TensorShape
        package var bytesPerElement: Int

        /// Bytes of all elements, pitch not counted.
        package var storedBytes: Int { shape.count * bytesPerElement }
    }

    /// Graph inputs, then the layers' results in order.
    package var tensors: [TensorGeometry] = []
    package var layers: [LayerGeometry] = []
    /// Layers whose results the network is run for, the first the picture where there is one; layers of latents, those
    /// that are quantized on a grid first.
    package let outputLayers: [Int]
    package let latentLayers: [Int]

    /// - Parameters:
    ///   - height, width: of the graph's input, padded already.
    /// - Throws: the graph's shape diagnostics, `graphPictureUnfit`, `layerFormatNotExecutable`.
    package init(_ formats: NetworkFormats, height: Int, width: Int) throws(Diagnostic) {
        let graph = formats.graph
        let shapes = try graph.shapes(height: height, width: width) { formats.layers[$0].weights }
        var indices: [String: Int] = [:]
        for storage in formats.tensors {
            indices[storage.name] = tensors.count
            tensors.append(
                TensorGeometry(
                    name: storage.name, shape: shapes[storage.name]!, bytesPerElement: storage.bytesPerElement))
        }
        let layerIndices = { [inputs = graph.inputs.count] (name: String) in indices[name]! - inputs }
        outputLayers = graph.outputs.map(layerIndices)
        latentLayers = graph.codedTensors.map(layerIndices)
        for layer in graph.layers {
            layers.append(
                try LayerGeometry(
                    layer, operands: layer.inputs.map { indices[$0]! }, result: graph.inputs.count + layers.count,
                    of: tensors))
        }
    }

    /// What any machine must move for this picture, whatever stays on chip: graph inputs, weight codes, and what the
    /// network is run for (outputs, latents and hyper-latents), each once.
    package var compulsoryBytes: Int {
        tensors.prefix(tensors.count - layers.count).reduce(0) { $0 + $1.storedBytes }
            + layers.reduce(0) { $0 + $1.weightBytes }
            + Set(outputLayers + latentLayers).reduce(0) { $0 + result(of: $1).storedBytes }
    }

    /// The layer's result.
    package func result(of layer: Int) -> TensorGeometry { tensors[layers[layer].outputTensor] }
    /// What the layer reads.
    package func operands(of layer: Int) -> [TensorGeometry] { layers[layer].operands.map { tensors[$0.tensor] } }
}

package import Diagnostics
import Graph
package import Networks
import Quantization
package import Tensors
import Text

/// Every tensor and layer of a network at one picture size.
package struct NetworkGeometry {
    package struct TensorGeometry: Hashable {
        package var name: String
        package var shape: TensorShape
        package var bytesPerElement: Int
    }

    /// Graph inputs, then the layers' results in order.
    package var tensors: [TensorGeometry] = []
    package var layers: [LayerGeometry] = []

    /// Channels that a tensor may have: a layer's channel block counts them in 16 bits.
    private static let mostChannels = 1 << 16 - 1

    /// - Throws: the graph's shape diagnostics, `layerFormatNotExecutable`, `layerChannelsExceeded`,
    ///   `layerParametersMismatch` where a tensor has no format.
    package init(_ network: QuantizedNetwork, height: Int, width: Int) throws(Diagnostic) {
        let shapes = try network.graph.shapes(height: height, width: width)
        var indices: [String: Int] = [:]
        for name in network.graph.inputs.map(\.name) + network.graph.layers.map(\.name) {
            let shape = shapes[name]!
            guard let format = network.formats[name] else {
                throw Diagnostic(
                    .layerParametersMismatch, at: "tensor \(name)", found: "no format",
                    expected: "codes or 16-bit integers", remedy: "quantize the network again")
            }
            if case .codes(let set) = format, set.channels != shape.channels {
                throw Diagnostic(
                    .layerParametersMismatch, at: "tensor \(name)", found: "a codebook set of \(set.channels) channels",
                    expected: "\(shape.channels) channels",
                    remedy: "quantize the network again")
            }
            guard shape.channels <= NetworkGeometry.mostChannels else {
                throw Diagnostic(
                    .layerChannelsExceeded, at: "tensor \(name)", found: "\(shape.channels.grouped) channels",
                    expected: "at most \(NetworkGeometry.mostChannels.grouped): the machine counts them in 16 bits",
                    remedy:
                        """
                        split the tensor: layers with parts of the channels each, whose results are added or \
                        concatenated; or fold channels into rows and columns
                        """
                )
            }
            indices[name] = tensors.count
            tensors.append(TensorGeometry(name: name, shape: shape, bytesPerElement: format.bytesPerElement))
        }
        for layer in network.graph.layers {
            layers.append(try LayerGeometry(layer, tensors: indices, shapes: shapes, formats: network.formats))
        }
    }
}

public import Diagnostics
import Graph
public import Images
public import Networks
public import Tensors

/// How a picture enters and leaves a network: samples 0...255 are the codes of a linear codebook.
public enum PictureTensor {
    /// The stored input tensor, padded to a multiple of the network's stride.
    ///
    /// - Throws: `networkHasNoPicture`.
    public static func stored(_ image: RGBImage, for network: QuantizedNetwork) throws(Diagnostic) -> Tensor<UInt8> {
        let graph = network.graph
        guard graph.inputs.count == 1, graph.inputs[0].channels == 3, case .codes? = network.formats[graph.inputs[0].name] else {
            throw Diagnostic(
                .networkHasNoPicture, at: "network \(graph.name)", found: "inputs \(graph.inputs.map { "\($0.name) of \($0.channels) channels" }.joined(separator: ", "))",
                expected: "one input of three channels with 8-bit codes", remedy: "run a network that takes a picture")
        }
        let padded = image.padded(toMultipleOf: graph.sizeMultiple)
        return Tensor(shape: TensorShape(height: padded.height, width: padded.width, channels: 3), elements: padded.samples)
    }

    /// The picture that a stored output of three channels is, cropped to the given extent.
    public static func image(_ stored: Tensor<UInt8>, width: Int, height: Int) -> RGBImage? {
        guard stored.shape.height >= height, stored.shape.width >= width else { return nil }
        return RGBImage(width: stored.shape.width, height: stored.shape.height, samples: stored.elements).cropped(width: width, height: height)
    }
}

extension Tensor<UInt8> {
    /// The same elements as executors that know no widths take them.
    public var widened: Tensor<Int32> { Tensor<Int32>(shape: shape, elements: elements.map { Int32($0) }) }
}

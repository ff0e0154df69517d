public import Diagnostics
import Graph
public import Images
public import Networks
import Quantization
public import Tensors

/// How a picture enters a network, and leaves it: samples 0...255 are the codes of a linear codebook.
public enum PictureTensor {
    /// The stored input tensor, padded to a multiple of the network's stride.
    ///
    /// - Throws: `networkHasNoPicture`, `graphPictureUnfit` for a picture of another size than the network is held to,
    ///   `pictureSampleHasNoCode`.
    public static func stored(_ image: RGBImage, for network: QuantizedNetwork) throws(Diagnostic) -> Tensor<UInt8> {
        let graph = network.graph
        guard graph.inputs.count == 1, graph.inputs[0].channels == 3,
            case .codes? = network.formats[graph.inputs[0].name]
        else {
            throw Diagnostic(
                .networkHasNoPicture, at: "network \(graph.name)",
                found: "inputs \(graph.inputs.map { "\($0.name) of \($0.channels) channels" }.joined(separator: ", "))",
                expected: "one input of three channels with 8-bit codes",
                remedy: "give the network's own tensors, --input NAME=FILE.npy, or run one that takes a picture")
        }
        let padded = image.padded(toMultipleOf: graph.sizeMultiple)
        try graph.requireOwnExtent(height: padded.height, width: padded.width)
        try requireCodes(padded, of: network)
        return Tensor(
            shape: TensorShape(height: padded.height, width: padded.width, channels: 3), elements: padded.samples)
    }

    /// Samples are codes: the input's codebooks must have an entry for each.
    ///
    /// - Throws: `pictureSampleHasNoCode`, with the first pixel that has none.
    private static func requireCodes(_ image: RGBImage, of network: QuantizedNetwork) throws(Diagnostic) {
        let name = network.graph.inputs[0].name
        guard case .codes(let set)? = network.formats[name] else { return }
        let counts = set.selects.map { set.codebooks[Int($0)].entries.count }
        guard counts.contains(where: { $0 < 256 }),
            let index = image.samples.indices.first(where: { Int(image.samples[$0]) >= counts[$0 % counts.count] })
        else { return }
        let (pixel, channel) = (index / counts.count, index % counts.count)
        throw Diagnostic(
            .pictureSampleHasNoCode,
            at: "input \(name), y=\(pixel / image.width),x=\(pixel % image.width),c=\(channel)",
            found: "sample \(image.samples[index])",
            expected: "at most \(counts[channel] - 1): the codebook of this channel has \(counts[channel]) entries",
            remedy: "run a network whose input has a code for each sample 0...255, or a picture of smaller samples")
    }
}

extension Tensor<UInt8> {
    /// The same elements as executors that know no widths take them.
    public var widened: Tensor<Int32> { Tensor<Int32>(shape: shape, elements: elements.map { Int32($0) }) }
}

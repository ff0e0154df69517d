public import Diagnostics
import FloatModel
import Graph
public import Images
public import Networks
import Tensors

/// The float network on the same picture: what quantization is measured against.
public struct FloatRun: Sendable {
    /// On the 8-bit rounded output; nil for networks without a picture at the end.
    public let psnr: PSNR?
    /// Empirical entropy of the rounded latents, summed over the latent tensors.
    public let empiricalBitsPerPixel: Double?

    /// - Throws: `floatLibraryMissing`, and what `PSNR` throws.
    public init(_ network: FloatNetwork, picture: RGBImage, rate: Int) throws(Diagnostic) {
        try MatrixLibrary.load()
        let graph = network.graph
        let padded = picture.padded(toMultipleOf: graph.sizeMultiple)
        let input = Tensor(
            shape: TensorShape(height: padded.height, width: padded.width, channels: 3), elements: padded.samples.map { Float($0) / 255 })
        let tensors = FloatModel(network).run(input, rate: rate, keeping: [graph.outputs[0]] + graph.latents)
        let pixels = Double(picture.width * picture.height)
        let bits = graph.latents.compactMap { tensors[$0] }.map { latents in
            EmpiricalEntropy.bits(of: Tensor(shape: latents.shape, elements: latents.elements.map { Int32($0.rounded(.toNearestOrEven)) }))
        }
        self.empiricalBitsPerPixel = bits.isEmpty ? nil : bits.reduce(0, +) / pixels
        guard let output = tensors[graph.outputs[0]], output.shape.channels == 3 else {
            self.psnr = nil
            return
        }
        let samples = output.elements.map { UInt8(max(0, min(255, ($0 * 255).rounded()))) }
        let image = RGBImage(width: output.shape.width, height: output.shape.height, samples: samples).cropped(width: picture.width, height: picture.height)
        self.psnr = try PSNR(of: image, against: picture)
    }
}

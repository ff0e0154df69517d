public import Diagnostics
import FloatModel
import Graph
public import Images
public import Networks
package import Tensors

/// The float network on the same picture: what quantization is measured against.
public struct FloatRun: Sendable {
    /// On the 8-bit rounded output; nil for networks without a picture at the end.
    public let psnr: PSNR?
    /// Empirical entropy of the rounded latents, summed over the tensors that are coded.
    public let empiricalBitsPerPixel: Double?

    /// - Throws: `memoryBudgetExceeded`, and what `PSNR` throws.
    public init(
        _ network: FloatNetwork, picture: RGBImage, rate: Int, memory: MemoryBudget = .standard
    ) throws(Diagnostic) {
        let graph = network.graph
        try network.requirePicture(height: graph.padded(picture.height), width: graph.padded(picture.width), rate: rate)
        try FloatRun.requireMemory(network, width: picture.width, height: picture.height, memory)
        let padded = picture.padded(toMultipleOf: graph.sizeMultiple)
        let input = Tensor(
            shape: TensorShape(height: padded.height, width: padded.width, channels: 3),
            elements: padded.samples.map { Float($0) / 255 })
        let tensors = try FloatModel(network).run(input, rate: rate, keeping: [graph.outputs[0]] + graph.codedTensors)
        let pixels = Double(picture.width * picture.height)
        var bits: [Double] = []
        for name in graph.codedTensors {
            bits.append(EmpiricalEntropy.bits(of: try Self.integers(tensors[name]!, named: name)))
        }
        self.empiricalBitsPerPixel = bits.isEmpty ? nil : bits.reduce(0, +) / pixels
        guard let output = tensors[graph.outputs[0]],
            let image = Self.image(output, width: picture.width, height: picture.height)
        else {
            self.psnr = nil
            return
        }
        self.psnr = try PSNR(of: image, against: picture)
    }

    /// A float output of three channels as a picture of 8-bit samples, cropped to the given extent; nil where it is
    /// none or smaller.
    package static func image(_ output: Tensor<Float>, width: Int, height: Int) -> RGBImage? {
        // Elements are finite; what passes float32 times 255 is an infinity, which is limited too.
        PictureTensor.image(
            Tensor(
                shape: output.shape, elements: output.elements.map { UInt8(max(0, min(255, ($0 * 255).rounded()))) }),
            width: width, height: height)
    }

    /// Float latents as integers.
    ///
    /// - Throws: `floatNotFinite`, with layer and channel, beyond 32 bits.
    package static func integers(_ latents: Tensor<Float>, named name: String) throws(Diagnostic) -> Tensor<Int32> {
        var integers: [Int32] = []
        integers.reserveCapacity(latents.elements.count)
        for (index, value) in latents.elements.enumerated() {
            guard let integer = Int32(rounding: Double(value), .toNearestOrEven) else {
                throw Diagnostic(
                    .floatNotFinite, at: "layer \(name), channel \(index % latents.shape.channels)",
                    found: "a latent of \(value.namingNaN)", expected: "latents of at most 32 bits",
                    remedy: "correct the weights of this layer or of those before it")
            }
            integers.append(integer)
        }
        return Tensor(shape: latents.shape, elements: integers)
    }
}

extension FloatRun {
    /// Asks for what the float network needs on a picture, before any of it is allocated.
    ///
    /// - Throws: `memoryBudgetExceeded`, and what shapes throw.
    public static func requireMemory(
        _ network: FloatNetwork, width: Int, height: Int, _ memory: MemoryBudget
    ) throws(Diagnostic) {
        let graph = network.graph
        let shapes = try network.shapes(height: graph.padded(height), width: graph.padded(width))
        let bytes = RunMemory.floatBytes(graph, shapes: shapes, kept: graph.outputs + graph.codedTensors)
        try memory.require(
            bytes, for: "tensors of the float network", at: "network \(graph.name) on \(width)x\(height)")
    }
}

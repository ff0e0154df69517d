public import Diagnostics
import EntropyCoding
import FloatModel
import Foundation
import Graph
public import Images
public import Networks
import Simulation
import Tensors

extension PictureCodec {
    /// Encodes, and decodes, one picture with each quantizer at one rate.
    ///
    /// - Parameters:
    ///   - prior: of the hyper-latent, for what the symbols cost under real distributions.
    ///   - decodes: false takes the encoder's reconstruction for what a decoder will show.
    /// - Returns: a row a quantizer, in their order; the curve is named for the quantizer's kind.
    /// - Throws: `streamPayloadInvalid` where a decoder shows anything but the encoder's reconstruction, which would be
    ///   a fault of this program.
    public mutating func measure(
        _ original: RGBImage, named name: String, rate: Int, quantizers: [(name: String, quantizer: LatentQuantizer)],
        prior: FactorizedPrior? = nil, decodes: Bool = true
    ) throws(Diagnostic) -> [Evaluation.Picture] {
        try memory.require(
            MSSSIM.byteCount(width: original.width, height: original.height),
            for: "MS-SSIM of \(original.width)x\(original.height) pixels", at: name)
        let analysis = try analyse(original, rate: rate)
        var rows: [Evaluation.Picture] = []
        for (curve, quantizer) in quantizers {
            let encoded = try encode(analysis, quantizer: quantizer)
            let shown = decodes ? try decode(encoded.bytes, at: name) : encoded.reconstruction
            guard shown == encoded.reconstruction else {
                throw Diagnostic(
                    .streamPayloadInvalid, at: name, found: "another picture than the encoder reconstructed",
                    expected: "the same picture",
                    remedy: "report this as a fault of the program")
            }
            let budget = try budget(
                width: original.width, height: original.height, rate: rate, quantizer: quantizer,
                streamBytes: encoded.bytes.count)
            rows.append(
                Evaluation.Picture(
                    curve: curve, rate: rate, picture: name, width: original.width, height: original.height,
                    bytes: encoded.bytes.count,
                    bitsPerPixel: Double(8 * encoded.bytes.count) / Double(original.width * original.height),
                    idealBitsPerPixel: encoded.idealBits / Double(original.width * original.height),
                    modelBitsPerPixel: prior.flatMap { modelBits(encoded, analysis, quantizer, $0) }.map {
                        $0 / Double(original.width * original.height)
                    },
                    psnr: try PSNR(of: encoded.reconstruction, against: original).finiteDecibels,
                    msSSIM: MSSSIM.value(of: encoded.reconstruction, against: original),
                    escapes: encoded.escapeCount, encodeSimulatedCycles: budget.encode.simulatedCycles,
                    decodeSimulatedCycles: budget.decode.simulatedCycles,
                    encodeEstimatedCycles: budget.encode.estimatedCycles,
                    decodeEstimatedCycles: budget.decode.estimatedCycles,
                    clipping: encoded.clipping))
        }
        return rows
    }
}

extension Evaluation.Picture {
    /// The float network on the same picture: bits are what its own distributions say.
    public init(
        float network: FloatNetwork, _ original: RGBImage, named name: String, curve: String, rate: Int,
        memory: MemoryBudget = .standard
    ) throws(Diagnostic) {
        try FloatRun.requireMemory(network, width: original.width, height: original.height, memory)
        let names = try CodecTensors(network.graph)
        try network.requirePicture(
            height: network.graph.padded(original.height), width: network.graph.padded(original.width), rate: rate)
        let padded = original.padded(toMultipleOf: network.graph.sizeMultiple)
        let symbols = network.graph.layers.first {
            $0.inputs.first == names.latent && $0.operator.name == "quantizeLatent"
        }!.name
        let input = Tensor(
            shape: TensorShape(height: padded.height, width: padded.width, channels: 3),
            elements: padded.samples.map { Float($0) / 255 })
        let kept = [symbols, names.output] + [names.parameters, names.hyperLatent].compactMap { $0 }
        let tensors = try FloatModel(network).run(input, rate: rate, keeping: kept)
        var bits = 0.0
        if let parameters = names.parameters, let hyperLatent = names.hyperLatent, let prior = network.prior {
            bits += FloatLikelihood.bits(tensors[symbols]!, scales: tensors[parameters]!)
            bits += FloatLikelihood.bits(tensors[hyperLatent]!, prior: prior)
        } else if let prior = network.prior {
            bits = FloatLikelihood.bits(tensors[symbols]!, prior: prior)
        } else {
            bits = EmpiricalEntropy.bits(of: try FloatRun.integers(tensors[symbols]!, named: symbols))
        }
        let output = tensors[names.output]!
        guard let image = FloatRun.image(output, width: original.width, height: original.height) else {
            throw Diagnostic(
                .codecNetworkUnfit, at: "network \(network.graph.name)", found: "an output of \(output.shape)",
                expected: "a picture of at least \(original.width)x\(original.height)",
                remedy: "use an autoencoder that gives back the picture's extent")
        }
        self.init(
            curve: curve, rate: rate, picture: name, width: original.width, height: original.height,
            bytes: Int((bits / 8).rounded(.up)),
            bitsPerPixel: bits / Double(original.width * original.height),
            psnr: try PSNR(of: image, against: original).finiteDecibels,
            msSSIM: MSSSIM.value(of: image, against: original))
    }
}

/// Bits under the float network's distributions.
enum FloatLikelihood {
    static let smallestScale = 0.11
    static let smallestMass = 1e-9

    static func bits(_ symbols: Tensor<Float>, scales: Tensor<Float>) -> Double {
        let channels = symbols.shape.channels
        var bits = 0.0
        for (index, symbol) in symbols.elements.enumerated() {
            let scale = max(
                smallestScale, Double(scales.elements[index / channels * scales.shape.channels + index % channels]))
            let magnitude = abs(Double(symbol))
            func tail(_ x: Double) -> Double { 0.5 * erfc(x / scale * 0.5.squareRoot()) }
            bits -= log2(max(smallestMass, tail(magnitude - 0.5) - tail(magnitude + 0.5)))
        }
        return bits
    }

    static func bits(_ hyperLatents: Tensor<Float>, prior: FactorizedPrior) -> Double {
        let channels = hyperLatents.shape.channels
        var masses: [[Int: Double]] = Array(repeating: [:], count: channels)
        var bits = 0.0
        for (index, value) in hyperLatents.elements.enumerated() {
            let channel = index % channels
            guard let k = Int(exactly: value.rounded(.towardZero)) else {
                bits -= log2(smallestMass)
                continue
            }
            let mass = masses[channel][k] ?? prior.mass(of: k, channel: channel)
            masses[channel][k] = mass
            bits -= log2(max(smallestMass, mass))
        }
        return bits
    }
}

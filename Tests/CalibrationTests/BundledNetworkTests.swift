import Calibration
import Diagnostics
import EntropyCoding
import FixedPoint
import FloatModel
import Graph
import Images
import NetworkFiles
import Networks
import Tensors
import Testing

@Suite struct BundledNetworkTests {
    private func reconstruction(_ picture: Tensor<Double>) -> RGBImage {
        RGBImage(Tensor(shape: picture.shape, elements: picture.elements.map { UInt8(min(max($0.rounded(), 0), 255)) }))
    }

    @Test(
        "An unknown name has its code; the known ones are valid networks that survive their file",
        arguments: BundledNetworks.names)
    func names(_ name: String) throws {
        let network = try BundledNetworks.network(named: name)
        try network.float?.validate()
        try network.quantized?.validate()
        let read = try NetworkFile(network.bytes, at: name)
        #expect(read.quantized == network.quantized)
        #expect(read.float?.parameters == network.float?.parameters)
        do {
            _ = try BundledNetworks.network(named: name + "x")
            Issue.record("no diagnostic")
        } catch { #expect(error.code == .networkUnknown) }
    }

    @Test(
        "The latents' tables of the trained codecs are those of the Gaussians",
        arguments: BundledNetworks.names.filter { $0.hasPrefix("mbt2018") })
    func tables(_ name: String) throws {
        let codec = try BundledNetworks.network(named: name).quantized!.codec!
        #expect(codec.latentTables == GaussianTables.tables())
        #expect(codec.scaleThresholds == GaussianTables.thresholds(fractionBits: codec.scaleFractionBits))
    }

    @Test(
        "lapped8 is a transform and its inverse: without normalization and rounding, a band-limited picture comes back")
    func inverse() throws {
        var network = try BundledNetworks.network(named: "lapped8").float!
        for name in ["gdn0", "igdn0"] {
            network.parameters[name] = .normalization(
                gamma: Array(repeating: 0, count: 48 * 48), beta: Array(repeating: 1, count: 48))
        }
        let (height, width) = (64, 64)
        var picture = Tensor<Float>(shape: TensorShape(height: height, width: width, channels: 3), repeating: 0)
        for y in 0..<height {
            for x in 0..<width {
                for c in 0..<3 { picture[y, x, c] = 0.5 + Float(x - 32) / 300 * Float(c + 1) / 3 - Float(y - 32) / 400 }
            }
        }
        let output = try FloatModel(network, roundsLatents: false).run(picture, keeping: ["synthesis1"])["synthesis1"]!
        for y in 8..<height - 8 {
            for x in 8..<width - 8 {
                for c in 0..<3 { #expect(abs(output[y, x, c] - picture[y, x, c]) < 0.004, "\(y) \(x) \(c)") }
            }
        }
    }

    @Test("lapped8 brings the test picture back above 30 dB, in float and in integers, and fits 32-bit accumulators")
    func quality() throws {
        let network = try BundledNetworks.network(named: "lapped8")
        let image = TestPicture.draw(width: 512, height: 512)
        let picture = Tensor(shape: image.tensor.shape, elements: image.samples.map { Float($0) / 255 })
        let float = try FloatModel(network.float!).run(picture, keeping: ["synthesis1"])["synthesis1"]!
        let floatPSNR = try PSNR(
            of: reconstruction(Tensor(shape: float.shape, elements: float.elements.map { Double($0) * 255 })),
            against: image)
        let integer = IntegerEmulation(network.quantized!).run(image.tensor, keeping: ["synthesis1"])["synthesis1"]!
        let integerPSNR = try PSNR(of: reconstruction(integer), against: image)
        #expect(floatPSNR.decibels > 30, "float \(floatPSNR.decibels)")
        #expect(integerPSNR.decibels > 30, "integers \(integerPSNR.decibels)")
        #expect(
            abs(floatPSNR.decibels - integerPSNR.decibels) < 1,
            "float \(floatPSNR.decibels), integers \(integerPSNR.decibels)")
        let widths = network.quantized!.graph.layers.map { AccumulatorProof.width(of: $0, in: network.quantized!) }
        #expect(widths.max()! <= network.quantized!.widths.accumulatorBits, "\(widths)")
    }
}

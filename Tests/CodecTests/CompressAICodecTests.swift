import Calibration
import Codec
import Conformance
import Diagnostics
import Foundation
import Images
import Importers
import MachineDescription
import Networks
import Simulation
import Tensors
import TestSupport
import Testing

/// State dicts of CompressAI (recorded by `Scripts/compressai_agreement.py`), quantized.
@Suite struct CompressAICodecTests {
    private static let machine = MachineDescription.builtIn(named: "mid")!

    private static func float(_ name: String) throws -> FloatNetwork {
        let folder = Checkout.root.appendingPathComponent("Tests/NetworksTests/CompressAI").path
        return try #require(try CompressAIImport.ifOne("\(folder)/\(name).safetensors")).network
    }

    private static func quantized(_ network: FloatNetwork) throws -> QuantizedNetwork {
        try Quantizer(network).quantize([64, 128].map { SmallCodecNetwork.picture(width: $0, height: 64).tensor })
    }

    @Test(
        "Networks without a serial context are coded and decoded exactly",
        arguments: ["bmshj2018-factorized", "bmshj2018-hyperprior", "mbt2018-mean"],
        [QuantizerKind.round, .rdoq, .tcq8])
    func roundTrip(name: String, kind: QuantizerKind) throws {
        let float = try Self.float(name).withLatentOperators()
        let network = try CodecCalibration.prepared(try Self.quantized(float), prior: float.prior, pictures: [])
        var encoder = try PictureCodec(ProvenNetwork(network), machine: Self.machine)
        let picture = SmallCodecNetwork.picture(width: 100, height: 70)
        let encoded = try encoder.encode(picture, rate: 0, quantizer: LatentQuantizer(kind, fractionBits: 6))
        var decoder = try PictureCodec(ProvenNetwork(network), machine: .builtIn(named: "large")!, threads: 2)
        #expect(try decoder.decode(encoded.bytes, at: "test") == encoded.reconstruction)
        #expect(encoded.idealBits > Double(encoded.symbolCount), "latents of several steps")
        // The prior holds what these latents are; scales of random weights say nothing of them.
        if name == "bmshj2018-factorized" { #expect(encoded.escapeCount * 20 < encoded.symbolCount) }
        #expect(network.codec?.levelCount == (name == "bmshj2018-factorized" ? 6 : 64))
    }

    @Test(
        "Those with one run on the machine as the reference model says, and their coding is refused by name",
        arguments: ["mbt2018", "cheng2020-anchor", "cheng2020-attn"])
    func serialContext(name: String) throws {
        let float = try Self.float(name)
        let network = try Self.quantized(float)
        let refusal = #expect(throws: Diagnostic.self) {
            _ = try CodecCalibration.prepared(network, prior: float.prior, pictures: [])
        }
        #expect(refusal?.code == .codecNetworkUnfit && refusal!.found.contains("serial context"))
        let verification = try Verification(
            network: ProvenNetwork(network), machine: Self.machine,
            picture: SmallCodecNetwork.picture(width: 64, height: 64), threads: 2)
        #expect(verification.failure == nil)
    }

    @Test("A hyper-latent of zero-mean Gaussians is found; its scales have 16 bits")
    func scales() throws {
        let network = try Self.quantized(try Self.float("bmshj2018-hyperprior"))
        let tensors = try CodecTensors(network.graph)
        #expect(tensors.parameters == "h_s.4" && !tensors.hasMeans && tensors.hyperLatent == "h_a.4")
        #expect(network.formats["h_s.4"] == .integers16(step: 1.0 / 64))
    }
}

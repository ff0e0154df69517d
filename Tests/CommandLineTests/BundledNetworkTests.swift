import Foundation
import TestSupport
import Testing

/// The bundled networks are what `quantize` makes of the tuned weights in `Training/networks`, byte for byte, whatever
/// the processor.
@Suite(.enabled(if: Tool.isBuilt, Tool.missing)) struct BundledNetworkTests {
    /// What the networks were calibrated on.
    static let photographs = Checkout.shared("photos")
    static let missing: Comment = "\(Checkout.missing("photos"))"

    @Test(
        "Made again from its recipe, with plain C and with the fastest kernels",
        .enabled(if: photographs != nil, missing),
        arguments: [("mbt2018-mean-mse", "portable"), ("mbt2018-mean-ms-ssim", "")])
    func madeAgain(_ name: String, _ level: String) throws {
        let folder = try ScratchFolder()
        let bundled = Checkout.root.appendingPathComponent("Sources/CBundledNetworks/networks/\(name).safetensors")
        let arguments = [
            "quantize", Checkout.root.appendingPathComponent("Training/networks/\(name).safetensors").path,
            "--reference", bundled.path,
            "--calibration", try #require(Self.photographs), "--codec", "--machine", "small", "--activations",
            "logarithmic 4", "-o", "again.safetensors",
        ]
        let outcome = try Tool.run(
            ["INTAGLIO_KERNELS=\(level)", Tool.path] + arguments, in: folder, program: "/usr/bin/env")
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(try folder.bytes("again.safetensors") == Array(Data(contentsOf: bundled)))
    }
}

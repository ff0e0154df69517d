import Diagnostics
import Foundation
import TestSupport
import Testing

@Suite(.enabled(if: Tool.isBuilt, Tool.missing)) struct ModelImportTests {
    private static let folder = Checkout.shared("models/tflite")
    private static let missing: Comment = "shared/data/models/tflite is not beside this checkout (set INTAGLIO_SHARED)"

    @Test("A file that is no model, and none, are IMPORT-007 without --architecture")
    func formats() throws {
        let folder = try ScratchFolder()
        try folder.write("no model at all", "n.tflite")
        for path in ["n.tflite", "nowhere.tflite"] {
            try Tool.expectRefusal(.importFormatUnknown, ["import", path, "-o", "n.safetensors"], in: folder)
        }
        let both = try Tool.run(
            ["import", "--architecture", "bls2017", "n", "--outputs", "a", "-o", "n.safetensors"], in: folder)
        #expect(both.status == 2 && both.errors.contains("--outputs has no effect here"))
    }

    @Test("A model is imported with a report of its schema, and planned", .enabled(if: folder != nil, missing))
    func report() throws {
        let folder = try ScratchFolder()
        let model = "\(Self.folder!)/kws_ref_model.tflite"
        try Tool.expectRefusal(.tfliteOperatorUnsupported, ["import", model, "-o", "n.safetensors"], in: folder)
        try Tool.expectRefusal(.tfliteOperatorUnsupported, ["plan", "--network", model], in: folder)
        let arguments = ["import", model, "--outputs", "functional_1_dense_BiasAdd", "-o", "n.safetensors"]
        let document = try Tool.run(arguments + ["--json"], in: folder).report()
        #expect(try JSONSchema.named("import").violations(of: document) == [])
        #expect(document["layers"]?.number == 11)
        let text = try Tool.run(arguments, in: folder)
        #expect(text.status == 0 && text.output.contains("22,604 parameters, 2,664,768 useful MACs at 10x49"))
        #expect(text.output.contains("SOFTMAX"))
        let plan = try Tool.run(["plan", "--network", "n.safetensors", "--size", "10x49", "--json"], in: folder)
        #expect(plan.status == 0)
        let verified = try Tool.run(["verify", "--network", "n.safetensors"], in: folder)
        #expect(verified.status == 2 && verified.errors.contains("NETWORK-"), "it takes no picture")
    }

    @Test("A model itself is a network, of its own extent", .enabled(if: folder != nil, missing))
    func direct() throws {
        let folder = try ScratchFolder()
        // Without SOFTMAX behind it: a part of a model as a model would need a writer, so the network file stands in
        // for the run, and the model for what refuses it.
        let model = "\(Self.folder!)/vww_96_int8.tflite"
        let arguments = ["import", model, "--outputs", "model_dense_MatMul", "-o", "n.safetensors"]
        #expect(try Tool.run(arguments, in: folder).status == 0)
        let wrong = try Tool.run(["plan", "--network", "n.safetensors"], in: folder)
        #expect(wrong.status == 2 && wrong.errors.contains("fully connected") || wrong.errors.contains("pixels"))
        let plan = try Tool.run(["plan", "--network", "n.safetensors", "--size", "96x96"], in: folder)
        #expect(plan.status == 0)
    }
}

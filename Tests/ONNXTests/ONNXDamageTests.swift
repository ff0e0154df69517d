import Diagnostics
import Networks
import ONNX
import ONNXImport
import Random
import Testing

/// Whatever a file says, it ends in a network or in a diagnostic.
@Suite struct ONNXDamageTests {
    /// Nil for a network.
    private func refusal(_ bytes: [UInt8]) -> DiagnosticCode? {
        do throws(Diagnostic) {
            let model = try ONNXModel(bytes, at: "test", memory: MemoryBudget(bytes: 1 << 26))
            let imported = try ONNXImport(model, name: "net", at: "test", memory: MemoryBudget(bytes: 1 << 26))
            if case .quantized(let network) = imported.network { _ = try ProvenNetwork(network) }
            return nil
        } catch { return error.code }
    }

    @Test("Every prefix, and bytes that are changed", arguments: ["real", "exact-qdq", "near-qlinear"])
    func damaged(_ name: String) throws {
        let bytes = try RecordedModel(name).bytes
        #expect(refusal(bytes) == nil)
        var codes: Set<DiagnosticCode> = []
        for count in stride(from: 0, to: bytes.count, by: 97) {
            if let code = refusal(Array(bytes[..<count])) { codes.insert(code) }
        }
        var random = SeededGenerator(seed: 7)
        for _ in 0..<400 {
            var changed = bytes
            for _ in 0...Int.random(in: 0...3, using: &random) {
                changed[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            if let code = refusal(changed) { codes.insert(code) }
        }
        #expect(codes.count >= 4, "\(codes)")
    }
}

import Diagnostics
import ModelWriters
import Networks
import Random
import TFLite
import TFLiteImport
import TestSupport
import Testing

/// Whatever a model says, its import ends in a network that is proved or in a diagnostic, and soon.
@Suite struct TFLiteImportDamageTests {
    /// A model with most operators.
    private static let whole: [UInt8] = {
        var model = WrittenModel()
        let input = model.tensor("in", [1, 4, 4, 2], scale: 0.5, zeroPoint: -3, signature: [-1, 4, 4, 2])
        let convolved = model.tensor("convolved", [1, 2, 2, 2])
        let weights = model.weights(Array(repeating: 3, count: 36), [2, 3, 3, 2], scales: [0.01, 0.02])
        model.add(
            .conv2D, [input, weights, model.integers([5, -5], scale: 0.005)], convolved,
            options: (1, [0: .int8(0), 1: .int32(2), 2: .int32(2), 3: .int8(3), 4: .int32(1), 5: .int32(1)]))
        let depthwise = model.tensor("depthwise", [1, 2, 2, 2])
        model.add(
            .depthwiseConv2D, [convolved, model.weights([1, 2], [1, 1, 1, 2], scales: [1, 2], axis: 3), -1], depthwise,
            options: (2, [1: .int32(1), 2: .int32(1), 3: .int32(1)]))
        let wanted = model.tensor("wanted", [4], type: .int32, scale: nil)
        model.add(.concatenation, [model.integers([1, 4]), model.integers([4, 2])], wanted, options: (10, [:]))
        let grown = model.tensor("grown", [1, 4, 4, 2])
        let kernel = model.weights(Array(repeating: -2, count: 16), [2, 2, 2, 2], scales: [0.25])
        model.add(
            .transposeConv, [wanted, kernel, depthwise], grown, options: (49, [1: .int32(2), 2: .int32(2)]))
        let bent = model.tensor("bent", [1, 4, 4, 2], scale: 0.25, zeroPoint: 4)
        model.add(.leakyRelu, [grown], bent, options: (75, [0: .float(0.2)]))
        let sloped = model.tensor("sloped", [1, 4, 4, 2], scale: 0.25, zeroPoint: 4)
        model.add(.prelu, [bent, model.weights([20, -30], [1, 1, 2], scales: [0.01])], sloped)
        let mapped = model.tensor("mapped", [1, 4, 4, 2], scale: 1 / 256, zeroPoint: -128)
        model.add(.logistic, [sloped], mapped)
        let pooled = model.tensor("pooled", [1, 2, 2, 2], scale: 1 / 256, zeroPoint: -128)
        model.add(
            .averagePool2D, [mapped], pooled,
            options: (5, [0: .int8(1), 1: .int32(2), 2: .int32(2), 3: .int32(2), 4: .int32(2)]))
        let mean = model.tensor("mean", [1, 2], scale: 0.01)
        model.add(.mean, [pooled, model.integers([1, 2])], mean, options: (27, [0: .uint8(0)]))
        let view = model.tensor("view", [2, 1], scale: 0.01)
        model.add(.reshape, [mean, model.integers([-1, 1])], view, options: (17, [0: .int32s([2, 1])]))
        model.add(
            .fullyConnected, [mean, model.weights([1, 2, 3, 4, 5, 6], [3, 2], scales: [0.1]), -1],
            model.tensor("out", [1, 3]), options: (8, [0: .int8(1)]))
        return model.bytes
    }()

    /// Imports what the bytes are, if they are a model.
    ///
    /// - Returns: the code of the refusal; nil for a network.
    private func refusal(_ bytes: [UInt8]) -> DiagnosticCode? {
        do throws(Diagnostic) {
            let imported = try TFLiteImport(
                TFLiteModel(bytes, at: "test"), name: "net", at: "test", memory: MemoryBudget(bytes: 1 << 26))
            _ = try ProvenNetwork(imported.network)
            return nil
        } catch { return error.code }
    }

    @Test("The whole model is imported")
    func undamaged() { #expect(refusal(Self.whole) == nil) }

    @Test("Every byte with other values ends in a network or a diagnostic")
    func singleBytes() {
        var codes: [DiagnosticCode: Int] = [:]
        var networks = 0
        for position in 8..<Self.whole.count {
            var bytes = Self.whole
            for value: UInt8 in [0, 1, 2, 0x7F, 0x80, 0xFF] where value != Self.whole[position] {
                bytes[position] = value
                if let code = refusal(bytes) { codes[code, default: 0] += 1 } else { networks += 1 }
            }
        }
        #expect(networks > 100)
        for code: DiagnosticCode in [
            .tfliteOperatorUnsupported, .tfliteTensorUnsupported, .tfliteShapeUnfit, .tfliteRequantizationUnproven,
        ] { #expect(codes[code, default: 0] > 0, "\(code)") }
    }

    @Test("Seeded changes of several numbers end in a network or a diagnostic", arguments: 0..<4)
    func severalBytes(seed: Int) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<3000 {
            var bytes = Self.whole
            for _ in 0..<random.integer(1...5) {
                let position = random.integer(8...bytes.count - 4)
                let number = random.element(of: [0, 1, 2, 3, 4, -1, 1 << 16, 1 << 30, Int32.max, .min, 0x3F80_0000])
                withUnsafeBytes(of: number.littleEndian) { bytes.replaceSubrange(position..<position + 4, with: $0) }
            }
            _ = refusal(bytes)
        }
    }
}

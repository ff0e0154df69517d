import Diagnostics
import ModelWriters
import Networks
import TFLite
import TFLiteImport
import TestSupport
import Testing

@Suite struct TFLiteImportRefusalTests {
    /// A convolution of 1 x 1 over two channels, with the tensors that a test wants.
    private func convolution(
        _ weights: (inout WrittenModel) -> Int32, input: TFLiteElementType = .int8,
        bias: ((inout WrittenModel) -> Int32)? = nil, outputScale: Float = 1, fused: Int8 = 0
    ) -> WrittenModel {
        var model = WrittenModel()
        let operand = model.tensor("in", [1, 1, 2, 2], type: input)
        let weights = weights(&model)
        let bias = bias?(&model) ?? -1
        let output = model.tensor("out", [1, 1, 2, 2], type: input, scale: outputScale)
        model.add(
            .conv2D, [operand, weights, bias], output,
            options: (1, [0: .int8(1), 1: .int32(1), 2: .int32(1), 3: .int8(fused)]))
        return model
    }

    private func plain(_ model: inout WrittenModel) -> Int32 {
        model.weights([1, 2, 3, 4], [2, 1, 1, 2], scales: [0.5, 0.25])
    }

    @Test("Float, hybrid and 16x8 models are TFLITE-010, by name")
    func types() {
        for (type, word) in [(TFLiteElementType.float32, "float"), (.int16, "16x8"), (.int32, "int32")] {
            let refusal = convolution(plain, input: type).refusal()
            #expect(refusal?.code == .tfliteTensorUnsupported)
            #expect(refusal?.found.contains(word) == true, "\(refusal?.found ?? "")")
        }
    }

    @Test("A quantized_dimension that does not fit is mended and said; other numbers of scales are refused")
    func scales() throws {
        let wrong = convolution { $0.weights([1, 2, 3, 4], [2, 1, 1, 2], scales: [0.5, 0.25], axis: 3) }
        let right = try convolution(plain).imported()
        #expect(try wrong.imported().network == right.network)
        #expect(try wrong.imported().report.remarks.count == 1 && right.report.remarks.isEmpty)
        let three = convolution { $0.weights([1, 2, 3, 4], [2, 1, 1, 2], scales: [0.5, 0.25, 1]) }
        #expect(three.refusal()?.code == .tfliteTensorUnsupported)
    }

    @Test("What contradicts itself is TFLITE-013")
    func shapes() {
        let narrow = convolution { $0.weights([1, 2, 3, 4, 5, 6], [2, 1, 1, 3], scales: [1]) }
        #expect(narrow.refusal()?.code == .tfliteShapeUnfit)
        let third = convolution { $0.weights([1, 2, 3, 4, 5, 6], [3, 1, 1, 2], scales: [1]) }
        #expect(third.refusal()?.code == .tfliteShapeUnfit, "the output has two channels")
        let biases = convolution(plain, bias: { $0.integers([1, 2, 3]) })
        #expect(biases.refusal()?.code == .tfliteShapeUnfit)
        var open = WrittenModel()
        let input = open.tensor("in", [1, 1, 1, 2], signature: [-1, -1, -1, 2])
        open.add(.relu, [input], open.tensor("out", [1, 1, 1, 2]))
        #expect(open.refusal()?.code == .tfliteShapeUnfit, "rows and columns that are not fixed")
        var late = WrittenModel()
        let first = late.tensor("in", [1, 1, 1, 2])
        let (second, third2) = (late.tensor("a", [1, 1, 1, 2]), late.tensor("b", [1, 1, 1, 2]))
        late.add(.concatenation, [first, second], third2, options: (10, [0: .int32(-1)]))
        #expect(late.refusal()?.code == .tfliteShapeUnfit, "an operand that nothing makes")
    }

    @Test("A sum that the runtime's 32 bits do not hold after the shift is TFLITE-012, with its channel")
    func sums() {
        // A factor of 2^22 shifts sums left by 23. Those of channel 0 have 9 bits, of channel 1 10.
        let wide = convolution(
            { $0.weights([1, 1, 2, 2], [2, 1, 1, 2], scales: [1, 1]) }, outputScale: 0x1p-22)
        let refusal = wide.refusal()
        #expect(refusal?.code == .tfliteRequantizationUnproven)
        #expect(refusal?.place.hasSuffix("CONV_2D, output channel 1") == true)
        let factor = convolution(plain, outputScale: 0x1p-40)
        #expect(factor.refusal()?.code == .tfliteRequantizationUnproven)
    }

    @Test("Forms that are not carried over are TFLITE-009 with the operator's place")
    func forms() {
        #expect(convolution(plain, fused: 4).refusal()?.code == .tfliteOperatorUnsupported, "a fused TANH")
        var pool = WrittenModel()
        let input = pool.tensor("in", [1, 3, 3, 1])
        pool.add(
            .averagePool2D, [input], pool.tensor("out", [1, 2, 2, 1]),
            options: (5, [0: .int8(0), 1: .int32(2), 2: .int32(2), 3: .int32(2), 4: .int32(2), 5: .int8(4)]))
        #expect(pool.refusal()?.place == "net.tflite, operator 0 AVERAGE_POOL_2D")
        var joined = WrittenModel()
        let left = joined.tensor("in", [1, 1, 1, 2])
        let right = joined.tensor("limited", [1, 1, 1, 2], scale: 0.5)
        joined.add(.relu, [left], right)
        joined.add(
            .concatenation, [left, right], joined.tensor("out", [1, 1, 1, 4]), options: (10, [0: .int32(3)]))
        #expect(joined.refusal()?.remedy.contains("--outputs limited ") == true)
        var logistic = WrittenModel()
        let operand = logistic.tensor("in", [1, 1, 1, 2])
        logistic.add(.logistic, [operand], logistic.tensor("out", [1, 1, 1, 2], scale: 1 / 256, zeroPoint: -128))
        #expect(logistic.refusal() == nil)
        #expect(logistic.refusal(runtime: .tflm)?.code == .tfliteOperatorUnsupported)
    }

    @Test("Attributes ask for no more memory than there is")
    func memory() throws {
        var model = WrittenModel()
        let input = model.tensor("in", [1, 255, 255, 1 << 20])
        model.add(
            .mean, [input, model.integers([1, 2])], model.tensor("out", [1, 1 << 20]), options: (27, [0: .uint8(0)]))
        #expect(model.refusal()?.code == .memoryBudgetExceeded)
    }
}

import Diagnostics
import FixedPoint
import Graph
import ModelWriters
import Networks
import ReferenceModel
import TFLite
import TFLiteImport
import Tensors
import TestSupport
import Testing

/// One-operator models, their expected elements worked out by hand.
@Suite struct TFLiteImportTests {
    private static let convolution: (type: UInt8, fields: [Int: Written]) = (
        1, [0: .int8(1), 1: .int32(1), 2: .int32(1)]
    )

    @Test("CONV_2D: zero points, biases, a scale for each channel, limits of a fused RELU")
    func convolution() throws {
        var model = WrittenModel()
        let input = model.tensor("in", [1, 1, 2, 2], scale: 0.5, zeroPoint: -1)
        let weights = model.weights([1, 2, -3, 4], [2, 1, 1, 2], scales: [0.5, 0.25])
        let bias = model.integers([3, -10], scale: 0.25)
        let output = model.tensor("out", [1, 1, 2, 2], scale: 1, zeroPoint: 5)
        model.add(
            .conv2D, [input, weights, bias], output,
            options: (1, [0: .int8(1), 1: .int32(1), 2: .int32(1), 3: .int8(1)]))
        // Values are elements + 1: (4, 6) and (-9, 0). Sums: 4 + 12 + 3 = 19, -12 + 24 - 10 = 2; -9 + 3 = -6,
        // 27 - 10 = 17. Factors 1/4 and 1/8: 4.75, 0.25, -1.5, 2.125. Less than 0 is 0; the zero point is 5.
        let imported = try model.imported()
        #expect(try imported.run([3, 5, -10, -1]) == [10, 5, 5, 7])
        #expect(imported.report.operators.map(\.rounding) == ["gemmlowpDouble"])
        #expect(imported.report.parameters == 6 && imported.report.usefulMACs == 8)
        #expect(imported.network.widths.weightBits == 8 && imported.network.widths.activationBits == 9)
    }

    @Test("DEPTHWISE_CONV_2D with two channels for each input, SAME padding behind")
    func depthwise() throws {
        var model = WrittenModel()
        let input = model.tensor("in", [1, 1, 3, 1])
        let weights = model.weights([1, 10, 2, 20], [1, 1, 2, 2], scales: [1, 1], axis: 3)
        let output = model.tensor("out", [1, 1, 3, 2])
        model.add(
            .depthwiseConv2D, [input, weights, -1], output,
            options: (2, [1: .int32(1), 2: .int32(1), 3: .int32(2)]))
        // Two taps: 1 x + 2 y and 10 x + 20 y; behind the last element is nothing.
        #expect(try model.imported().run([1, 2, -3]) == [5, 50, -4, -40, -3, -30])
    }

    @Test("uint8 weights are taken about their zero point")
    func unsigned() throws {
        var model = WrittenModel()
        let input = model.tensor("in", [1, 1, 1, 2], type: .uint8, zeroPoint: 100)
        let weights = model.weights([130, 126] as [UInt8], [1, 1, 1, 2], scale: 1, zeroPoint: 128)
        let output = model.tensor("out", [1, 1, 1, 1], type: .uint8, zeroPoint: 7)
        model.add(.conv2D, [input, weights], output, options: Self.convolution)
        let imported = try model.imported()
        let stored = Tensor<Int32>(shape: TensorShape(height: 1, width: 1, channels: 2), elements: [110, 103])
        let result = try ReferenceModel(imported.network).run(inputs: ["in": stored])
        // 10 x 2 - 3 x 2 = 14, and 7.
        #expect(result.tensors["out"]!.elements == [21])
        #expect(imported.report.inputs[0].elementType == "uint8")
    }

    @Test("FULLY_CONNECTED: one rounding by LiteRT, two by the runtime for microcontrollers")
    func fullyConnected() throws {
        var model = WrittenModel()
        let input = model.tensor("in", [1, 1, 2, 1])
        let view = model.tensor("flat", [1, 2])
        let weights = model.weights([1, 1], [1, 2], scales: [0.25])
        let output = model.tensor("out", [1, 1])
        model.add(.reshape, [input, model.integers([-1, 2])], view)
        model.add(.fullyConnected, [view, weights, -1], output, options: (8, [0: .int8(0)]))
        // 1 / 4 rounds to 0; twice, it is 1/2 first and then 1.
        #expect(try model.imported().run([2, -1]) == [0])
        #expect(try model.imported(runtime: .tflm).run([2, -1]) == [1])
        #expect(try model.imported().report.operators.map(\.destination) == [.folded, .datapath])
    }

    @Test("TRANSPOSE_CONV with an output shape that is computed")
    func transposedConvolution() throws {
        var model = WrittenModel()
        let input = model.tensor("in", [1, 1, 2, 1])
        let output = model.tensor("out", [1, 1, 4, 1])
        let shape = model.tensor("shape", [4], type: .int32, scale: nil)
        let wanted = model.tensor("wanted", [4], type: .int32, scale: nil)
        let scalars = ["batch", "one", "four"].map { model.tensor($0, [], type: .int32, scale: nil) }
        let weights = model.weights([1, 2, 3], [1, 1, 3, 1], scales: [1])
        model.add(.shape, [input], shape)
        model.add(
            .stridedSlice, [shape, model.integers([0]), model.integers([1]), model.integers([1])], scalars[0],
            options: (32, [4: .int32(1)]))
        model.add(.reshape, [model.integers([1])], scalars[1])
        model.add(.reshape, [model.integers([4])], scalars[2])
        model.add(
            .pack, [scalars[0], scalars[1], scalars[2], scalars[1]], wanted, options: (59, [0: .int32(4)]))
        model.add(
            .transposeConv, [wanted, weights, input], output,
            options: (49, [0: .int8(0), 1: .int32(2), 2: .int32(1)]))
        // SAME from 4 to 2 by a kernel of 3: one column of padding behind. 10, 20, 30 + 20, 40.
        #expect(try model.imported().run([10, 20]) == [10, 20, 50, 40])
    }

    @Test("Averages round half away from zero about element 0, wherever the zero point is")
    func averages() throws {
        for zeroPoint: Int64 in [0, -128, 40] {
            var model = WrittenModel()
            let input = model.tensor("in", [1, 1, 4, 1], zeroPoint: zeroPoint)
            let output = model.tensor("out", [1, 1, 2, 1], zeroPoint: zeroPoint)
            model.add(
                .averagePool2D, [input], output,
                options: (5, [0: .int8(1), 1: .int32(2), 2: .int32(1), 3: .int32(2), 4: .int32(1)]))
            // 1.5 and -1.5
            let imported = try model.imported()
            #expect(try imported.run([1, 2, -1, -2]) == [2, -2], "\(zeroPoint)")
            #expect(imported.report.operators[0].layers.count == (zeroPoint == 0 ? 1 : 2))
        }
    }

    @Test("MEAN has one multiplier, cut off")
    func mean() throws {
        var model = WrittenModel()
        let input = model.tensor("in", [1, 1, 3, 1], scale: 0.5)
        let output = model.tensor("out", [1, 1], scale: 0.25, zeroPoint: 1)
        model.add(
            .mean, [input, model.integers([1, 2])], output, options: (27, [0: .uint8(0)]))
        let imported = try model.imported()
        // Twice the mean of 3, 4, 6 is 8.67, and 1.
        #expect(try imported.run([3, 4, 6]) == [10])
        guard case .accumulation(let accumulation)? = imported.network.parameters["out"] else {
            Issue.record("no layer")
            return
        }
        // 2 is 2^30 at exponent 2; shifted by the one bit of 3, divided by it.
        #expect(
            accumulation.postProcessing.multipliers
                == [QuantizedMultiplier(mantissa: UInt32((1 << 31) / 3), exponent: 1)])
    }

    @Test("Functions of one element: multipliers and limits, or a code map")
    func functions() throws {
        func outputs(
            _ builtin: TFLiteBuiltin, _ scale: Float, _ zeroPoint: Int64,
            _ options: (type: UInt8, fields: [Int: Written])? = nil
        ) throws -> (elements: [Int], remark: String?) {
            var model = WrittenModel()
            let input = model.tensor("in", [1, 1, 5, 1], scale: 0.5)
            let output = model.tensor("out", [1, 1, 5, 1], scale: scale, zeroPoint: zeroPoint)
            model.add(builtin, [input], output, options: options)
            let imported = try model.imported()
            return (try imported.run([-128, -3, 0, 3, 127]), imported.report.operators[0].remark)
        }
        // Reals -64, -1.5, 0, 1.5, 63.5. Half a step is rounded up, as by double rounding with a factor of 1/2.
        #expect(try outputs(.relu, 0.5, -128) == ([-128, -128, -128, -125, -1], nil))
        #expect(try outputs(.relu6, 0.25, -128) == ([-128, -128, -128, -122, -104], nil))
        #expect(try outputs(.leakyRelu, 0.5, 0, (75, [0: .float(0.5)])) == ([-64, -1, 0, 3, 127], nil))
        // A slope below 0 has no multiplier.
        #expect(try outputs(.leakyRelu, 0.5, 0, (75, [0: .float(-0.5)])) == ([64, 1, 0, 3, 127], "code map"))
        // 1 / (1 + e^1.5) = 0.18243 in 256ths is 46.7.
        #expect(try outputs(.logistic, 1 / 256, -128) == ([-128, -81, 0, 81, 127], "code map"))
        // tanh 1.5 = 0.90515 in 128ths is 115.86.
        #expect(try outputs(.tanh, 1 / 128, 0) == ([-128, -116, 0, 116, 127], "code map"))
        // -1.5 x 1.5 / 6 = -0.375 in eighths; 1.5 x 4.5 / 6 = 1.125.
        #expect(try outputs(.hardSwish, 0.125, -100) == ([-100, -103, -100, -91, 127], "code map"))
        #expect(try outputs(.quantize, 1, 3) == ([-61, 2, 3, 5, 67], nil))
    }

    @Test("ADD and SUB round each operand to the common scale, then the sum; MUL rounds the product")
    func pairs() throws {
        func outputs(
            _ builtin: TFLiteBuiltin, _ options: (type: UInt8, fields: [Int: Written])
        ) throws -> [Int] {
            var model = WrittenModel()
            let input = model.tensor("in", [1, 1, 3, 1], scale: 0.5, zeroPoint: 1)
            let other = model.tensor("other", [1, 1, 3, 1], scale: 0.25, zeroPoint: -2)
            let output = model.tensor("out", [1, 1, 3, 1], scale: 0.5, zeroPoint: 3)
            // The same reals at half the scale.
            model.add(.quantize, [input], other)
            model.add(builtin, [input, other], output, options: options)
            return try model.imported().run([6, 1, -4])
        }
        // Values 5, 0, -5 of 0.5, and 10, 0, -10 of 0.25: reals 2.5, 0, -2.5 both. Sums 5, 0, -5 are 10, 0, -10 steps.
        #expect(try outputs(.add, (11, [0: .int8(0)])) == [13, 3, -7])
        // With RELU.
        #expect(try outputs(.add, (11, [0: .int8(1)])) == [13, 3, 3])
        #expect(try outputs(.sub, (28, [0: .int8(0)])) == [3, 3, 3])
        // 6.25 in steps of 0.5 is 12.5, and rounds to 13.
        #expect(try outputs(.mul, (21, [0: .int8(0)])) == [16, 3, 16])
    }

    @Test("Sums and products with one constant are code maps, whichever stands first")
    func scalars() throws {
        func outputs(_ builtin: TFLiteBuiltin, _ options: UInt8, constantFirst: Bool) throws -> [Int] {
            var model = WrittenModel()
            let input = model.tensor("in", [1, 1, 3, 1], scale: 0.5, zeroPoint: 1)
            let constant = model.scalar(7, scale: 0.25, zeroPoint: 1)
            let output = model.tensor("out", [1, 1, 3, 1], scale: 0.5, zeroPoint: 3)
            let operands = constantFirst ? [constant, input] : [input, constant]
            model.add(builtin, operands, output, options: (options, [0: .int8(0)]))
            let imported = try model.imported()
            #expect(imported.report.operators[0].remark == "code map")
            return try imported.run([6, 1, -4])
        }
        // Reals 2.5, 0, -2.5 and 1.5. Steps of 0.5.
        #expect(try outputs(.add, 11, constantFirst: false) == [11, 6, 1])
        #expect(try outputs(.sub, 28, constantFirst: false) == [5, 0, -5])
        #expect(try outputs(.sub, 28, constantFirst: true) == [1, 6, 11])
        // 3.75 is 7.5 steps: 8; -7.5 is -8, the second of two roundings being away from zero.
        #expect(try outputs(.mul, 21, constantFirst: true) == [11, 3, -5])
    }

    @Test("MAX_POOL_2D, PAD and RESIZE_NEAREST_NEIGHBOR copy elements")
    func copies() throws {
        func outputs(
            _ builtin: TFLiteBuiltin, _ shape: [Int32], _ constants: [Int32]?,
            _ options: (type: UInt8, fields: [Int: Written])
        ) throws -> [Int] {
            var model = WrittenModel()
            let input = model.tensor("in", [1, 1, 3, 1], scale: 0.5, zeroPoint: 4)
            let operands = [input] + (constants.map { [model.integers($0)] } ?? [])
            let output = model.tensor("out", shape, scale: 0.5, zeroPoint: 4)
            model.add(builtin, operands, output, options: options)
            return try model.imported().run([-5, -9, 20])
        }
        let window: [Int: Written] = [0: .int8(0), 1: .int32(2), 2: .int32(1), 3: .int32(2), 4: .int32(1)]
        // SAME: 2 of 2, and 1 of 2 beside padding that takes no part.
        #expect(try outputs(.maxPool2D, [1, 1, 2, 1], nil, (5, window)) == [-5, 20])
        // RELU6 of zero point 4 and scale 0.5: 4...16.
        #expect(
            try outputs(.maxPool2D, [1, 1, 2, 1], nil, (5, window.merging([5: .int8(3)]) { $1 })) == [4, 16])
        #expect(
            try outputs(.pad, [1, 2, 4, 1], [0, 0, 1, 0, 0, 1, 0, 0], (22, [:])) == [4, 4, 4, 4, -5, -9, 20, 4])
        #expect(
            try outputs(.resizeNearestNeighbor, [1, 2, 6, 1], [2, 6], (74, [:]))
                == [-5, -5, -9, -9, 20, 20, -5, -5, -9, -9, 20, 20])
    }

    @Test("CONCATENATION copies codes; names are plain and each there once")
    func concatenation() throws {
        var model = WrittenModel()
        let input = model.tensor("a/b:0;c", [1, 1, 2, 1])
        let first = model.tensor("a_b_0", [1, 1, 2, 1])
        let output = model.tensor("", [1, 1, 2, 2])
        model.add(.relu, [input], first)
        model.add(.concatenation, [input, first], output, options: (10, [0: .int32(-1)]))
        let imported = try model.imported()
        #expect(imported.network.graph.inputs[0].name == "a_b_0")
        #expect(imported.network.graph.layers.map(\.name) == ["a_b_0.2", "tensor.2"])
        #expect(imported.report.names == ["a_b_0": "a/b:0;c", "a_b_0.2": "a_b_0", "tensor.2": ""])
        #expect(try imported.run([-4, 4]) == [-4, 0, 4, 4])
    }

    @Test("Float inputs and outputs stay with the host; what is behind --outputs is cut")
    func boundary() throws {
        var model = WrittenModel()
        let input = model.tensor("real", [-1, 1, 2, 1].map { max($0, 1) }, type: .float32, scale: nil)
        let codes = model.tensor("codes", [1, 1, 2, 1], signature: [-1, 1, 2, 1])
        let limited = model.tensor("limited", [1, 1, 2, 1])
        let softmax = model.tensor("softmax", [1, 1, 2, 1], scale: 1 / 256, zeroPoint: -128)
        let result = model.tensor("result", [1, 1, 2, 1], type: .float32, scale: nil)
        model.add(.quantize, [input], codes)
        model.add(.relu, [codes], limited)
        var whole = model
        whole.add(.dequantize, [limited], result)
        let imported = try whole.imported()
        #expect(imported.report.operators.map(\.destination) == [.host, .datapath, .host])
        #expect(imported.network.graph.inputs[0].name == "codes" && imported.network.graph.outputs == ["limited"])
        model.add(.softmax, [limited], softmax, options: (9, [0: .float(1)]))
        let ended = try model.imported()
        #expect(ended.report.operators.last?.destination == .host && ended.network.graph.outputs == ["limited"])
        model.add(.relu, [softmax], model.tensor("behind", [1, 1, 2, 1]))
        #expect(model.refusal()?.place == "net.tflite, operator 3 RELU")
        #expect(model.refusal()?.found == "operand softmax, which the host computes")
        model.add(.abs, [limited], model.tensor("unknown", [1, 1, 2, 1]))
        let refusal = model.refusal(outputs: ["unknown"])
        #expect(refusal?.code == .tfliteOperatorUnsupported)
        #expect(refusal?.place == "net.tflite, operator 4 ABS")
        #expect(refusal?.remedy.contains("--outputs limited") == true)
        #expect(try model.imported(outputs: ["limited"]).report.operators.last?.destination == .cut)
        #expect(model.refusal(outputs: ["limted"])?.code == .tfliteOutputUnknown)
        #expect(model.refusal(outputs: ["codes"])?.code == .tfliteOperatorUnsupported)
    }
}

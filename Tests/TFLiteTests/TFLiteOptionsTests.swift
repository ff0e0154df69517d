import Diagnostics
import ModelWriters
import TFLite
import TestSupport
import Testing

/// Types and fields by the published schema: each field has a value of its own, so that an exchange shows.
@Suite struct TFLiteOptionsTests {
    @Test("Options of layers with kernels")
    func layers() throws {
        #expect(
            try SmallModel.options(
                1, [0: .int8(1), 1: .int32(2), 2: .int32(3), 3: .int8(3), 4: .int32(4), 5: .int32(5)])
                == .conv2D(
                    .init(
                        padding: .valid, strideHeight: 3, strideWidth: 2, dilationHeight: 5, dilationWidth: 4,
                        activation: .relu6)))
        #expect(
            try SmallModel.options(
                2,
                [0: .int8(0), 1: .int32(2), 2: .int32(3), 3: .int32(7), 4: .int8(1), 5: .int32(4), 6: .int32(5)])
                == .depthwiseConv2D(
                    .init(
                        padding: .same, strideHeight: 3, strideWidth: 2, dilationHeight: 5, dilationWidth: 4,
                        depthMultiplier: 7, activation: .relu)))
        #expect(
            try SmallModel.options(49, [0: .int8(1), 1: .int32(2), 2: .int32(3), 3: .int8(2)])
                == .transposeConv(.init(padding: .valid, strideHeight: 3, strideWidth: 2, activation: .reluN1To1)))
        #expect(
            try SmallModel.options(
                5, [0: .int8(1), 1: .int32(2), 2: .int32(3), 3: .int32(4), 4: .int32(5), 5: .int8(4)])
                == .pool2D(
                    .init(
                        padding: .valid, strideHeight: 3, strideWidth: 2, filterHeight: 5, filterWidth: 4,
                        activation: .tanh)))
        for (field, expected) in [
            (1, [true, false, false]), (2, [false, true, false]), (3, [false, false, true]),
        ] {
            #expect(
                try SmallModel.options(8, [0: .int8(5), field: .uint8(1)])
                    == .fullyConnected(
                        .init(
                            activation: .signBit, weightsAreShuffled: expected[0], keepsDimensions: expected[1],
                            quantizesInputsAsymmetrically: expected[2])))
            #expect(
                try SmallModel.options(101, [field - 1: .uint8(1)])
                    == .batchMatMul(
                        .init(
                            transposesLeft: expected[0], transposesRight: expected[1],
                            quantizesInputsAsymmetrically: expected[2])))
        }
    }

    @Test("Defaults of the schema where fields are absent")
    func defaults() throws {
        #expect(
            try SmallModel.options(1, [1: .int32(1), 2: .int32(1)])
                == .conv2D(
                    .init(
                        padding: .same, strideHeight: 1, strideWidth: 1, dilationHeight: 1, dilationWidth: 1,
                        activation: .none)))
        #expect(
            try SmallModel.options(2, [1: .int32(1), 2: .int32(1)])
                == .depthwiseConv2D(
                    .init(
                        padding: .same, strideHeight: 1, strideWidth: 1, dilationHeight: 1, dilationWidth: 1,
                        depthMultiplier: 0, activation: .none)))
        #expect(try SmallModel.options(11, [:]) == .add(.init(activation: .none, hasPowerOfTwoScales: true)))
        #expect(try SmallModel.options(28, [:]) == .sub(.init(activation: .none, hasPowerOfTwoScales: true)))
        #expect(try SmallModel.options(17, [:]) == .reshape(shape: nil))
        #expect(try SmallModel.options(30, [:]) == .squeeze(axes: []))
        #expect(try SmallModel.options(37, [:]) == .cast(from: .float32, to: .float32))
    }

    @Test("Options of operators that keep the places of elements")
    func elementwise() throws {
        #expect(try SmallModel.options(9, [0: .float(1.5)]) == .softmax(beta: 1.5))
        #expect(
            try SmallModel.options(11, [0: .int8(1), 1: .uint8(0)])
                == .add(.init(activation: .relu, hasPowerOfTwoScales: false)))
        #expect(
            try SmallModel.options(28, [0: .int8(3), 1: .uint8(0)])
                == .sub(.init(activation: .relu6, hasPowerOfTwoScales: false)))
        #expect(try SmallModel.options(21, [0: .int8(1)]) == .mul(.relu))
        #expect(try SmallModel.options(29, [0: .int8(2)]) == .div(.reluN1To1))
        #expect(try SmallModel.options(12, [0: .int8(3)]) == .l2Normalization(.relu6))
        #expect(try SmallModel.options(37, [0: .int8(9), 1: .int8(2)]) == .cast(from: .int8, to: .int32))
        #expect(try SmallModel.options(75, [0: .float(-0.25)]) == .leakyRelu(alpha: -0.25))
        #expect(try SmallModel.options(116, [0: .uint8(1)]) == .gelu(isApproximate: true))
    }

    @Test("Options of operators along axes")
    func axes() throws {
        #expect(
            try SmallModel.options(10, [0: .int32(-1), 1: .int8(1)])
                == .concatenation(.init(axis: -1, activation: .relu)))
        #expect(try SmallModel.options(23, [0: .int32(2), 1: .int32(1)]) == .gather(axis: 2, batchDimensions: 1))
        #expect(try SmallModel.options(27, [0: .uint8(1)]) == .reducer(keepsDimensions: true))
        #expect(try SmallModel.options(35, [0: .int32(4)]) == .split(count: 4))
        #expect(try SmallModel.options(79, [0: .int32(5)]) == .splitV(count: 5))
        #expect(try SmallModel.options(40, [0: .int8(2)]) == .argMax(outputType: .int32))
        #expect(try SmallModel.options(57, [0: .int8(4)]) == .argMin(outputType: .int64))
        #expect(try SmallModel.options(59, [0: .int32(3), 1: .int32(-2)]) == .pack(count: 3, axis: -2))
        #expect(try SmallModel.options(64, [0: .int32(3), 1: .int32(1)]) == .unpack(count: 3, axis: 1))
    }

    @Test("Options of operators that give elements other places")
    func arrangements() throws {
        #expect(
            try SmallModel.options(15, [2: .uint8(1)])
                == .resizeBilinear(.init(alignsCorners: true, hasHalfPixelCenters: false)))
        #expect(
            try SmallModel.options(74, [1: .uint8(1)])
                == .resizeNearestNeighbor(.init(alignsCorners: false, hasHalfPixelCenters: true)))
        #expect(try SmallModel.options(17, [0: .int32s([2, -1])]) == .reshape(shape: [2, -1]))
        #expect(try SmallModel.options(19, [0: .int32(2)]) == .spaceToDepth(blockSize: 2))
        #expect(try SmallModel.options(94, [0: .int32(3)]) == .depthToSpace(blockSize: 3))
        #expect(try SmallModel.options(30, [0: .int32s([1, -1])]) == .squeeze(axes: [1, -1]))
        #expect(
            try SmallModel.options(
                32, [0: .int32(1), 1: .int32(2), 2: .int32(3), 3: .int32(4), 4: .int32(5), 5: .uint8(1)])
                == .stridedSlice(
                    .init(
                        beginMask: 1, endMask: 2, ellipsisMask: 3, newAxisMask: 4, shrinkAxisMask: 5,
                        endsAreOffsets: true)))
        #expect(try SmallModel.options(55, [0: .int8(4)]) == .shape(outputType: .int64))
        #expect(try SmallModel.options(77, [0: .int8(1)]) == .mirrorPad(.symmetric))
    }

    @Test("Tables without fields are no options, others are named by their number")
    func others() throws {
        // PadOptions, TransposeOptions, LogicalAndOptions, AbsOptions, QuantizeOptions, HardSwishOptions.
        for type: UInt8 in [22, 26, 62, 78, 89, 91] { #expect(try SmallModel.options(type, [:]) == .none) }
        // LSTMOptions, OneHotOptions, IfOptions and one that is not known.
        for type: UInt8 in [14, 61, 92, 200] { #expect(try SmallModel.options(type, [:]) == .other(type: Int(type))) }
        let second = SmallModel.bytes(tensor: [:], operators: [[11: .uint8(7), 12: .table([:])]])
        #expect(
            try TFLiteModel(second, at: "test").subgraphs[0].operators[0].options == .otherOfSecondUnion(type: 7))
    }

    @Test("Numbers that cannot be meant are TFLITE-007, a type without a table is TFLITE-004")
    func refused() {
        let kernel: [Int: Written] = [1: .int32(1), 2: .int32(1), 3: .int32(1), 4: .int32(1)]
        let refused: [(UInt8, [Int: Written])] = [
            (1, [:]), (1, [1: .int32(1), 2: .int32(-1)]), (1, [0: .int8(2), 1: .int32(1), 2: .int32(1)]),
            (1, [1: .int32(1), 2: .int32(1), 3: .int8(6)]), (1, [1: .int32(1), 2: .int32(1), 4: .int32(0)]),
            (2, [1: .int32(1), 2: .int32(1), 6: .int32(-2)]), (5, kernel.merging([3: .int32(0)]) { $1 }),
            (5, kernel.merging([5: .int8(-1)]) { $1 }), (49, [:]), (19, [:]), (94, [0: .int32(-2)]),
            (77, [0: .int8(2)]), (37, [0: .int8(23)]), (40, [0: .int8(-1)]),
        ]
        for (type, fields) in refused {
            #expect(throws: Diagnostic.self, "\(type) \(fields)") { try SmallModel.options(type, fields) }
            let bytes = SmallModel.bytes(tensor: [:], operators: [[3: .uint8(type), 4: .table(fields)]])
            #expect(SmallModel.code(bytes) == .tfliteValueOutOfRange, "\(type) \(fields)")
        }
        #expect(SmallModel.code(SmallModel.bytes(tensor: [:], operators: [[3: .uint8(1)]])) == .tfliteMalformed)
    }
}

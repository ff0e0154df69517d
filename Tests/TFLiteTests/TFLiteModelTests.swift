import Diagnostics
import ModelWriters
import TFLite
import TestSupport
import Testing

@Suite struct TFLiteModelTests {
    @Test("Everything that a file holds is carried over")
    func values() throws {
        let model = try TFLiteModel(SmallModel.bytes, at: "test")
        #expect(model.description == "by hand")
        #expect(model.operatorCodes.map(\.number) == [3, 160])
        #expect(model.operatorCodes.map(\.name) == ["CONV_2D", "BITWISE_XOR"])
        #expect(model.operatorCodes.map(\.version) == [2, 1])
        #expect(model.buffers.map(\.count) == [0, 6, 8])
        #expect(model.metadata.map(\.name) == ["runtime"])
        #expect(model.metadata.map(\.buffer) == [1])
        let signature = try #require(model.signatures.first)
        #expect(signature.key == "serve")
        #expect(signature.subgraph == 0)
        #expect(signature.inputs.map(\.name) == ["in"])
        #expect(signature.inputs.map(\.tensor) == [0])
        #expect(signature.outputs.map(\.name) == ["out"])
        #expect(signature.outputs.map(\.tensor) == [4])
        let subgraph = try #require(model.subgraphs.first)
        #expect(model.subgraphs.count == 1)
        #expect(subgraph.name == "main")
        #expect(subgraph.inputs == [0])
        #expect(subgraph.outputs == [4])
        #expect(subgraph.tensors.map(\.name) == ["picture", "weights", "shape", "sums", ""])
        #expect(subgraph.tensors.map(\.shape) == [[1, 2, 2, 3], [2, 1, 1, 3], [2], [1, 2, 2, 2], [4, 2]])
        #expect(subgraph.tensors.map(\.elementCount) == [12, 6, 2, 8, 8])
        #expect(subgraph.tensors.map(\.elementType) == [.int8, .int8, .int32, .int8, .int8])
        #expect(subgraph.tensors.map(\.buffer) == [0, 1, 2, 0, 0])
        #expect(subgraph.tensors.map(\.isDynamic) == [true, false, false, false, false])
        #expect(subgraph.tensors[0].shapeSignature == [-1, 2, 2, 3])
        #expect(subgraph.tensors.map(\.hasRank) == [false, false, true, false, false])
        #expect(subgraph.tensors.map(\.isVariable) == [false, false, false, true, false])
        #expect(subgraph.tensors.map(\.isSparse) == [false, false, false, true, false])
        #expect(subgraph.tensors[0].quantization == TFLiteQuantization(scales: [0.5], zeroPoints: [-128]))
        #expect(
            subgraph.tensors[1].quantization
                == TFLiteQuantization(scales: [0.25, 0.125], zeroPoints: [0, 0], quantizedDimension: 3))
        #expect(subgraph.tensors[2].quantization == nil)
        let convolution = subgraph.operators[0]
        #expect(convolution.inputs == [0, 1, nil])
        #expect(convolution.outputs == [3])
        #expect(convolution.customOptions == nil)
        #expect([convolution.input(1), convolution.input(2), convolution.input(3)] == [1, nil, nil])
        let reshape = subgraph.operators[1]
        #expect(reshape.code.builtin == .bitwiseXor)
        #expect(reshape.options == .none)
        #expect(try model.bytes[#require(reshape.customOptions)] == [7, 8])
    }

    @Test("An operator's number is the greater of its two fields")
    func operatorNumbers() throws {
        let bytes = SmallModel.bytes([
            1: .tables([
                [0: .int8(9)], [0: .int8(127), 3: .int32(150)], [3: .int32(18)], [3: .int32(300)],
                [0: .int8(32), 1: .string("Mine"), 3: .int32(32)], [0: .int8(127), 3: .int32(127)],
            ])
        ])
        let codes = try TFLiteModel(bytes, at: "test").operatorCodes
        #expect(
            codes.map(\.name) == [
                "FULLY_CONNECTED", "GELU", "MUL", "builtin operator 300", "CUSTOM Mine",
                "PLACEHOLDER_FOR_GREATER_OP_CODES",
            ])
        #expect(codes[3].builtin == nil)
    }

    @Test("Operators have the numbers of the format")
    func builtinNumbers() {
        let numbers: [TFLiteBuiltin: Int] = [
            .add: 0, .depthwiseConv2D: 4, .maxPool2D: 17, .softmax: 25, .custom: 32, .pad: 34, .mean: 40, .split: 49,
            .padV2: 60, .transposeConv: 67, .sum: 74, .pack: 83, .unpack: 88, .leakyRelu: 98, .splitV: 102,
            .quantize: 114, .hardSwish: 117, .while: 119, .batchMatMul: 126, .cumsum: 128, .gelu: 150, .sign: 158,
            .rightShift: 161, .stableHLOLogistic: 162, .dilate: 203, .stableHLOCase: 209,
        ]
        for (builtin, number) in numbers { #expect(TFLiteBuiltin(number: number) == builtin) }
        #expect(TFLiteBuiltin.allCases.count == 210)
        #expect(TFLiteBuiltin(number: 210) == nil)
        #expect(TFLiteBuiltin(number: -1) == nil)
    }

    @Test("Absent lists are empty, and a model needs a subgraph")
    func emptyModel() throws {
        let bytes = FlatBufferWriter.file([0: .uint32(3), 2: .tables([[:]])])
        let model = try TFLiteModel(bytes, at: "test")
        let subgraph = try #require(model.subgraphs.first)
        #expect(subgraph.name.isEmpty && subgraph.tensors.isEmpty && subgraph.operators.isEmpty)
        #expect(subgraph.inputs.isEmpty && subgraph.outputs.isEmpty)
        #expect(model.buffers.isEmpty && model.operatorCodes.isEmpty && model.signatures.isEmpty)
        #expect(SmallModel.code(FlatBufferWriter.file([0: .uint32(3)])) == .tfliteMalformed)
    }

    @Test("Several subgraphs are read, a signature names one of them")
    func subgraphs() throws {
        let second: [Int: Written] = [0: .tables([[3: .string("inner")]]), 4: .string("body")]
        let bytes = SmallModel.bytes([
            2: .tables([SmallModel.subgraph, second]),
            7: .tables([[0: .tables([[0: .string("x")]]), 4: .uint32(1)]]),
        ])
        let model = try TFLiteModel(bytes, at: "test")
        #expect(model.subgraphs.map(\.name) == ["main", "body"])
        #expect(model.signatures[0].subgraph == 1)
        #expect(model.signatures[0].inputs.map(\.name) == ["x"])
    }

    @Test("Files are told by their identifier")
    func identifier() {
        #expect(TFLiteModel.begins(SmallModel.bytes))
        #expect(!TFLiteModel.begins([0, 0, 0, 0] + Array("TFL2".utf8)))
        #expect(!TFLiteModel.begins(Array("    TFL".utf8)))
        #expect(!TFLiteModel.begins([]))
    }
}

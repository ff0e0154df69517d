import Diagnostics
import Foundation
import ONNX
import Tensors
import TestSupport
import Testing

/// ONNX models whose inputs have one extent, as a user imports and plans them.
@Suite(.enabled(if: Tool.isBuilt, Tool.missing)) struct OwnExtentTests {
    private static func model(
        _ extents: [Int], _ nodes: [(String, [String], String)], _ constants: [String: ONNXTensor]
    ) -> [UInt8] {
        ONNXModel(
            producer: "test", operatorSet: 13,
            nodes: nodes.enumerated().map { index, node in
                ONNXNode(
                    index: index, name: "", operatorType: node.0, domain: "", inputs: node.1, outputs: [node.2],
                    attributes: node.0 == "Concat" ? ["axis": .integer(1)] : [:])
            }, constants: constants,
            inputs: [ONNXTensorType(name: "in", elementType: .float32, extents: extents.map { .known($0) })],
            outputs: [ONNXTensorType(name: "out", elementType: .float32)]
        ).bytes
    }

    private static func floats(_ extents: [Int]) -> ONNXTensor {
        let count = extents.reduce(1, *)
        return ONNXTensor(.float32, extents, .floats((0..<count).map { Float($0 % 5) / 4 - 0.5 }))
    }

    private static let excitation = model(
        [1, 3, 24, 20],
        [
            ("Conv", ["in", "w"], "a"), ("GlobalAveragePool", ["a"], "b"), ("Conv", ["b", "v"], "c"),
            ("Sigmoid", ["c"], "d"), ("Mul", ["a", "d"], "out"),
        ], ["w": floats([3, 3, 3, 3]), "v": floats([3, 3, 1, 1])])
    private static let matrices = model(
        [1, 16], [("Gemm", ["in", "m"], "a"), ("Relu", ["a"], "b"), ("Gemm", ["b", "n"], "out")],
        ["m": floats([16, 8]), "n": floats([8, 4])])

    @Test(
        "The imported file is planned, inspected and scheduled without --size, which changes nothing",
        arguments: [(excitation, "20x24"), (matrices, "1x1")])
    func withoutSize(_ model: [UInt8], _ size: String) throws {
        let folder = try ScratchFolder()
        try folder.write(model, "m.onnx")
        #expect(try Tool.run(["import", "m.onnx", "-o", "m.safetensors"], in: folder).status == 0)
        let plan = try Tool.run(["plan", "--network", "m.safetensors"], in: folder)
        #expect(plan.status == 0 && !plan.errors.contains("--size"), "\(plan.errors)")
        let sized = try Tool.run(["plan", "--network", "m.safetensors", "--size", "640x480"], in: folder)
        #expect(sized.output == plan.output && sized.errors.contains("the first \(size): --size 640x480 is unused"))
        for file in ["m.safetensors", "m.onnx"] {
            let inspected = try Tool.run(["inspect", file], in: folder)
            #expect(inspected.status == 0, "\(inspected.errors)")
        }
        let schedule = try Tool.run(["schedule", "--network", "m.safetensors", "-o", "s.yaml"], in: folder)
        #expect(schedule.status == 0, "\(schedule.errors)")
    }

    @Test(
        "A vector of any extents has its elements along the last, in both layouts",
        arguments: [[16], [1, 16], [1, 1, 16], [1, 1, 1, 16]])
    func vectors(_ shape: [Int]) throws {
        let folder = try ScratchFolder()
        try folder.write(Self.matrices, "m.onnx")
        let elements = (0..<16).map { Float($0) }
        try folder.write(NPY.bytes(elements, shape: [1, 16]), "plain.npy")
        try folder.write(NPY.bytes(elements, shape: shape), "x.npy")
        let run = ["run", "--float", "--network", "m.onnx", "--input"]
        let expected = try Tool.run(run + ["in=plain.npy"], in: folder)
        #expect(expected.status == 0, "\(expected.errors)")
        for layout in ["nhwc", "nchw"] {
            let made = try Tool.run(run + ["in=x.npy", "--input-layout", layout], in: folder)
            #expect(made.status == 0 && made.output == expected.output, "\(layout): \(made.errors)")
        }
    }

    @Test("It is quantized on squares of its own side, and refuses pictures of another")
    func quantized() throws {
        let folder = try ScratchFolder()
        let nodes = [("Conv", ["in", "w"], "a"), ("GlobalAveragePool", ["a"], "out")]
        try folder.write(Self.model([1, 3, 40, 40], nodes, ["w": Self.floats([4, 3, 3, 3])]), "m.onnx")
        try FileManager.default.createDirectory(atPath: folder.path("p"), withIntermediateDirectories: false)
        try folder.write(HandmadePNG.ramp(width: 64, height: 64).bytes, "p/a.png")
        let quantize = ["quantize", "m.onnx", "--calibration", "p", "-o", "q.safetensors"]
        let made = try Tool.run(quantize, in: folder)
        #expect(made.status == 0, "\(made.errors)")
        try Tool.expectRefusal(.graphPictureUnfit, quantize + ["--crop", "32"], in: folder)
        #expect(try Tool.run(["run", "--network", "q.safetensors"], in: folder).status == 0)
        try Tool.expectRefusal(
            .graphPictureUnfit, ["run", "--network", "q.safetensors", "--image", "p/a.png"], in: folder)
        let plan = try Tool.run(["plan", "--network", "q.safetensors", "--json"], in: folder).report()
        #expect(plan["image"]?["width"]?.number == 40)
    }

    @Test("A graph that begins by moving rows and columns is refused by every command that reads it")
    func reshaped() throws {
        let folder = try ScratchFolder()
        let nodes = [("Reshape", ["in", "shape"], "a"), ("Conv", ["a", "w"], "out")]
        let shape = ONNXTensor(.int64, [4], .integers([1, 1, 4, 16]))
        try folder.write(Self.model([1, 8, 8, 1], nodes, ["shape": shape, "w": Self.floats([2, 1, 2, 2])]), "m.onnx")
        try folder.write(NPY.bytes((0..<64).map { Float($0) }, shape: [1, 8, 8, 1]), "x.npy")
        for arguments in [
            ["import", "m.onnx", "-o", "m.safetensors"], ["plan", "--network", "m.onnx"], ["inspect", "m.onnx"],
            ["run", "--float", "--network", "m.onnx", "--input", "in=x.npy"],
            ["quantize", "m.onnx", "--calibration", ".", "-o", "q.safetensors"],
        ] {
            try Tool.expectRefusal(.onnxOperatorUnsupported, arguments, in: folder)
        }
    }

    @Test("A real output that a copy makes has its file under its own name, in the model's elements and order")
    func realOutput() throws {
        let folder = try ScratchFolder()
        let step = ONNXTensor(.float32, [], .floats([0.25]))
        let zero = ONNXTensor(.uint8, [], .integers([10]))
        let ones = ONNXTensor(.int8, [2, 1, 1, 1], .integers([1, 2]))
        let unit = ONNXTensor(.float32, [], .floats([1]))
        let nodes = [
            ("QuantizeLinear", ["in", "s", "z"], "q"),
            ("QLinearConv", ["q", "s", "z", "w", "one", "", "s", "z"], "r"),
            ("DequantizeLinear", ["r", "s", "z"], "d"), ("Concat", ["d", "d"], "out"),
        ]
        let model = Self.model([1, 1, 2, 3], nodes, ["s": step, "z": zero, "w": ones, "one": unit])
        try folder.write(model, "m.onnx")
        try folder.write(NPY.bytes([0, 0.25, 0.5, 1, 2, -0.5] as [Float], shape: [1, 1, 2, 3]), "x.npy")
        let run = [
            "run", "--network", "m.onnx", "--input", "in=x.npy", "--input-layout", "nchw", "-o", "out", "--tensors",
        ]
        let outcome = try Tool.run(run, in: folder)
        #expect(outcome.status == 0, "\(outcome.errors)")
        let array = try NPYArray(folder.bytes("out/out.npy"))
        #expect(array.shape == [1, 4, 2, 3])
        let first: [Float] = [0, 0.25, 0.5, 1, 2, -0.5]
        let both = first + first.map { 2 * $0 }
        #expect(array.elements == .floats(both + both))
    }
}

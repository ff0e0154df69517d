import Diagnostics
import Foundation
import ONNX
import TestSupport
import Testing

/// Files as values, and what is no file of the format.
@Suite struct ONNXModelTests {
    private func refusal(_ bytes: [UInt8], at place: String = "test", memory: Int = 1 << 26) -> DiagnosticCode? {
        do throws(Diagnostic) {
            _ = try ONNXModel(bytes, at: place, memory: MemoryBudget(bytes: memory))
            return nil
        } catch { return error.code }
    }

    /// A field of a message: bytes under a number below 16.
    private func field(_ number: UInt8, _ bytes: [UInt8]) -> [UInt8] {
        var length = bytes.count
        var head = [number << 3 | 2]
        while length > 127 {
            head.append(UInt8(length & 127) | 128)
            length >>= 7
        }
        return head + [UInt8(length)] + bytes
    }

    /// A model of a graph whose output is `a`, beside what `graph` says.
    private func model(graph: [UInt8]) -> [UInt8] {
        [8, 8] + field(7, graph + field(12, field(1, [97]))) + field(8, [16, 13])
    }

    @Test("A file of the format's own library is read")
    func recorded() throws {
        let model = try RecordedModel("real").model
        #expect(model.operatorSet == 13 && model.nodes.count == 22)
        #expect(model.inputs.map(\.name) == ["image"])
        #expect(model.inputs[0].extents == [.known(1), .known(3), .known(10), .known(12)])
        let convolution = try #require(model.nodes.first { $0.operatorType == "Conv" })
        #expect(convolution.attributes["strides"] == .integers([2, 2]))
        #expect(model.constants[convolution.inputs[1]]?.extents == [8, 3, 3, 3])
    }

    @Test("What is written is read")
    func written() throws {
        var graph = WrittenGraph()
        graph.floats("w", [2, 1], [1.5, -2])
        graph.integers("b", [-1, 200], .int8)
        graph.add(
            "Made", ["in", "", "w", "b"], "out",
            ["a": .float(0.5), "b": .integer(-3), "c": .string("x"), "d": .integers([1, 2]), "e": .floats([1])])
        var expected = graph.model
        expected.constants["b"] = ONNXTensor(.int8, [2], .integers([-1, -56]))
        #expect(try ONNXModel(graph.model.bytes, at: "test") == expected)
    }

    @Test("Every element type in its typed and raw form")
    func elements() throws {
        // data_type 10 (float16), raw: 1, -2, 2^-24, 65504.
        let tensor: [UInt8] = [8, 4, 16, 10] + field(8, [97]) + field(9, [0, 60, 0, 192, 1, 0, 255, 123])
        let model = try ONNXModel(model(graph: field(5, tensor)), at: "test")
        #expect(model.constants["a"]?.floats == [1, -2, 0x1p-24, 65504])
        // data_type 3 (int8), int32_data -1, 5 as varints.
        let small: [UInt8] =
            [8, 2, 16, 3] + field(5, [255, 255, 255, 255, 255, 255, 255, 255, 255, 1, 5]) + field(8, [97])
        #expect(try ONNXModel(self.model(graph: field(5, small)), at: "test").constants["a"]?.integers == [-1, 5])
    }

    @Test("What is no model, or no graph, is refused")
    func refused() {
        #expect(refusal([]) == .onnxNotOne)
        #expect(refusal(Array("no model at all".utf8)) == .onnxNotOne)
        #expect(refusal([8, 8]) == .onnxNotOne)
        #expect(refusal(model(graph: [255])) == .onnxMalformed)
        #expect(refusal([8, 8] + field(7, [])) == .onnxMalformed)
        #expect(refusal(model(graph: field(1, [10, 5, 1]))) == .onnxMalformed)
        #expect(refusal(model(graph: Array(repeating: field(1, []), count: 70_000).flatMap(\.self))) == .onnxTooLarge)
    }

    @Test("Elements that do not fit their extents are refused, and large ones before they are allocated")
    func constants() {
        func tensor(_ bytes: [UInt8]) -> [UInt8] { model(graph: field(5, field(8, [97]) + bytes)) }
        #expect(refusal(tensor([8, 2, 16, 1] + field(9, [0, 0, 0, 0]))) == .onnxConstantUnfit)
        #expect(refusal(tensor([8, 2, 16, 8])) == .onnxConstantUnfit)
        #expect(refusal(tensor([8, 2, 16, 1])) == .onnxConstantUnfit)
        #expect(refusal(tensor([8, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1, 16, 1])) == .onnxConstantUnfit)
        // 2^35 elements.
        #expect(refusal(tensor([8, 128, 128, 128, 128, 128, 1, 16, 1])) == .memoryBudgetExceeded)
        #expect(refusal(Array(repeating: 8, count: 1 << 20), memory: 1 << 20) == .memoryBudgetExceeded)
        #expect(refusal(model(graph: field(15, []))) == .onnxConstantUnfit)
    }

    @Test("A constant that nothing reads may be of any type, and is no input")
    func unreadConstants() throws {
        // data_type 8 (string), one element, called b; of as many bytes as it likes.
        let labels = [8, 1, 16, 8] + field(6, Array("cat".utf8)) + field(8, [98])
        let input = field(11, field(1, [98]))
        let read = try ONNXModel(model(graph: field(5, labels) + input), at: "test")
        #expect(read.constants.isEmpty && read.inputs.isEmpty && read.outputs.map(\.name) == ["a"])
        // Identity reads it.
        let reader = field(1, field(1, [98]) + field(2, [97]) + field(4, Array("Identity".utf8)))
        #expect(refusal(model(graph: field(5, labels) + input + reader)) == .onnxConstantUnfit)
        // Two of one name are refused, read or not.
        #expect(refusal(model(graph: field(5, labels) + field(5, labels))) == .onnxMalformed)
    }

    @Test("An extent of a constant that is too large is named as such")
    func largeExtent() {
        // 2^62 as a varint.
        let extent: [UInt8] = [8] + Array(repeating: 128, count: 8) + [64]
        let bytes = model(graph: field(5, extent + [16, 1] + field(8, [97])))
        let found = #expect(throws: Diagnostic.self) { try ONNXModel(bytes, at: "test") }
        #expect(found?.code == .onnxConstantUnfit && found?.found == "extents [\(1 << 62)]")
        #expect(found?.expected.hasSuffix("each in 0...2^40") == true)
    }

    @Test("Elements in other files lie in the model's folder")
    func external() throws {
        let folder = try ScratchFolder()
        let inside = folder.url.path + "/model"
        try FileManager.default.createDirectory(atPath: inside, withIntermediateDirectories: true)
        try Data([0, 0, 128, 63, 0, 0, 0, 64]).write(to: URL(fileURLWithPath: inside + "/w.bin"))
        try Data([0, 0, 128, 63]).write(to: URL(fileURLWithPath: folder.url.path + "/outside.bin"))
        try FileManager.default.createSymbolicLink(
            atPath: inside + "/link.bin", withDestinationPath: folder.url.path + "/outside.bin")
        func bytes(_ location: String, offset: String = "4", length: String = "4") -> [UInt8] {
            func entry(_ key: String, _ value: String) -> [UInt8] {
                field(13, field(1, Array(key.utf8)) + field(2, Array(value.utf8)))
            }
            return model(
                graph: field(
                    5,
                    [8, 1, 16, 1] + field(8, [97]) + [112, 1] + entry("location", location) + entry("offset", offset)
                        + entry("length", length)))
        }
        let place = inside + "/net.onnx"
        #expect(try ONNXModel(bytes("w.bin"), at: place).constants["a"]?.floats == [2])
        for location in ["../outside.bin", "link.bin", folder.url.path + "/outside.bin", "none.bin", ""] {
            #expect(refusal(bytes(location, offset: "0"), at: place) == .onnxExternalRefused, "\(location)")
        }
        // To plan, elements that are not there are 0; what is there must fit.
        let missing = try ONNXModel(bytes("none.bin"), at: place, assumesMissing: true)
        #expect(missing.constants["a"]?.floats == [0] && missing.missing == ["a"])
        #expect(throws: Diagnostic.self) { try ONNXModel(bytes("link.bin"), at: place, assumesMissing: true) }
        #expect(throws: Diagnostic.self) { try ONNXModel(bytes("w.bin", offset: "8"), at: place, assumesMissing: true) }
        #expect(refusal(bytes("w.bin", offset: "8"), at: place) == .onnxExternalRefused)
        #expect(refusal(bytes("w.bin", length: "5"), at: place) == .onnxExternalRefused)
        #expect(refusal(bytes("w.bin", offset: "-1"), at: place) == .onnxExternalRefused)
    }
}

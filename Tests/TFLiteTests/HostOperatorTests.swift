import Diagnostics
import Foundation
import HostOperators
import ModelWriters
import NetworkFiles
import Networks
import Random
import TFLite
import TFLiteImport
import Tensors
import TestSupport
import Testing

/// What the host computes, against its definition, exact mathematics, and elements of ai-edge-litert 2.3.0's reference
/// kernels.
@Suite struct HostOperatorTests {
    /// The last result of a network whose first layer stores these elements.
    private func last(_ host: [HostOperator], of elements: [Int]) throws -> HostArray {
        let lowest = host[0].operand.type.elements!.lowerBound
        let shape = TensorShape(height: 1, width: 1, channels: elements.count)
        let run = try HostRun(
            host,
            stored: {
                $0 == "layer" ? Tensor(shape: shape, elements: elements.map { Int32($0 - lowest) }) : nil
            }, memory: .standard)
        return run.results.last!.array
    }

    private func integers(_ one: HostOperator, of elements: [Int]) throws -> [Int] {
        guard case .integers(let integers) = try last([one], of: elements).elements else { return [] }
        return integers
    }

    private func tensor(
        _ extents: [Int], _ type: HostElementType = .int8, scale: Float = 1, zeroPoint: Int = 0
    ) -> HostTensor { HostTensor(extents: extents, type: type, scale: scale, zeroPoint: zeroPoint) }

    private func softmax(_ count: Int, _ type: HostElementType, scale: Float, beta: Float = 1) -> HostOperator {
        HostOperator(
            name: "p", function: .softmax(beta: beta), input: "layer", operand: tensor([1, count], type, scale: scale),
            result: tensor([1, count], type, scale: 1 / 256, zeroPoint: type == .int8 ? -128 : 0))
    }

    private static let row = [-128, -100, -90, -81, -75, -72, -70]

    @Test("Softmax and its logarithm of a row are the runtime's, int8 and uint8")
    func rows() throws {
        let expected = [-128, -124, -116, -99, -75, -57, -41]
        #expect(try integers(softmax(7, .int8, scale: 0.1), of: Self.row) == expected)
        #expect(
            try integers(softmax(7, .uint8, scale: 0.1), of: Self.row.map { $0 + 128 }) == expected.map { $0 + 128 })
        // Half the scale and twice beta are the same.
        #expect(try integers(softmax(7, .int8, scale: 0.05, beta: 2), of: Self.row) == expected)
        let logarithms = HostOperator(
            name: "l", function: .logSoftmax, input: "layer", operand: tensor([7], scale: 0.1),
            result: tensor([7], scale: 1 / 16, zeroPoint: 127))
        #expect(try integers(logarithms, of: Self.row) == [17, 62, 78, 92, 102, 107, 110])
    }

    @Test("Softmax is within one step of the exact quotient, its logarithm too", arguments: 0..<40)
    func exactness(seed: Int) throws {
        var random = SeededGenerator(seed: seed)
        let count = random.integer(2...200)
        let scale = Float(exp(Double(random.integer(-400...150)) / 100))
        let row = (0..<count).map { _ in random.integer(-128...127) }
        let exponentials = row.map { exp(Double(scale) * Double($0 - row.max()!)) }
        let sum = exponentials.reduce(0, +)
        for (element, exponential) in zip(try integers(softmax(count, .int8, scale: scale), of: row), exponentials) {
            let exact = exponential / sum * 256 - 128
            #expect(abs(Double(element) - min(exact, 127)) < 1.01)
        }
        let logarithms = HostOperator(
            name: "l", function: .logSoftmax, input: "layer", operand: tensor([count], scale: scale),
            result: tensor([count], scale: 1 / 16, zeroPoint: 127))
        for (element, original) in zip(try integers(logarithms, of: row), row) {
            let exact = (Double(scale) * Double(original - row.max()!) - log(sum)) * 16 + 127
            #expect(abs(Double(element) - max(exact, -128)) < 1.01)
        }
    }

    @Test("Each row has a sum of its own; equal elements share it")
    func severalRows() throws {
        var one = softmax(2, .int8, scale: 3)
        one.operand.extents = [2, 2]
        one.result.extents = [2, 2]
        #expect(try integers(one, of: [5, 5, 127, -128]) == [0, 0, 127, -128])
    }

    @Test("Bilinear resize of 2 x 3 to 3 x 4 is the runtime's, in integers and in float32")
    func resize() throws {
        let picture = [-100, 17, 90, 5, -63, 127]
        let runtime = [
            ([-100, -12, 54, 90, -30, -35, 39, 115, 5, -46, 32, 127], false, false),
            ([-100, -22, 41, 90, -48, -31, 21, 109, 5, -40, 0, 127], true, false),
            ([-100, -27, 44, 90, -48, -32, 26, 109, 5, -38, 8, 127], false, true),
        ]
        let unsigned = [
            [28, 116, 182, 218, 98, 93, 167, 243, 133, 82, 160, 255],
            [28, 106, 169, 218, 81, 97, 149, 237, 133, 88, 128, 255],
            [28, 101, 172, 218, 81, 96, 154, 237, 133, 91, 136, 255],
        ]
        for (index, (expected, corners, centers)) in runtime.enumerated() {
            var one = HostOperator(
                name: "r", function: .resizeBilinear(alignsCorners: corners, hasHalfPixelCenters: centers),
                input: "layer", operand: tensor([1, 2, 3, 1]), result: tensor([1, 3, 4, 1]))
            #expect(try integers(one, of: picture) == expected)
            (one.operand.type, one.result.type) = (.uint8, .uint8)
            #expect(try integers(one, of: picture.map { $0 + 128 }) == unsigned[index])
        }
    }

    @Test("Indices of extremes along an axis, the first of several; transposed and mapped elements")
    func rearrangements() throws {
        func one(_ function: HostFunction, _ extents: [Int], _ type: HostElementType = .int8) -> HostOperator {
            HostOperator(
                name: "o", function: function, input: "layer", operand: tensor([2, 3]), result: tensor(extents, type))
        }
        let elements = [4, 9, 9, 5, -7, 9]
        #expect(try integers(one(.argMax(axis: 1), [2], .int32), of: elements) == [1, 2])
        #expect(try integers(one(.argMax(axis: 0), [3], .int64), of: elements) == [1, 0, 0])
        #expect(try integers(one(.argMin(axis: 1), [2], .int32), of: elements) == [0, 1])
        #expect(try integers(one(.transpose(permutation: [1, 0]), [3, 2]), of: elements) == [4, 5, 9, -7, 9, 9])
        #expect(try integers(one(.reshape, [3, 2]), of: elements) == elements)
        let turned = (0...255).map { UInt8(255 - $0) }
        #expect(try integers(one(.codeMap(turned), [2, 3]), of: elements) == elements.map { -1 - $0 })
    }

    @Test("Real numbers: half away from zero to elements, limited; exact back")
    func reals() throws {
        let front = HostOperator(
            name: "codes", function: .quantize, input: "real", operand: tensor([5], .float32),
            result: tensor([5], scale: 0.5, zeroPoint: 3))
        #expect(front.contradiction == nil)
        // 0.25 and -0.25 are half a step; 1e30 is beyond every element.
        #expect(try front.codes(of: [0.25, -0.25, 1, 1e30, -.infinity], at: "x") == [132, 130, 133, 255, 0])
        #expect(throws: Diagnostic.self) { try front.codes(of: [.nan], at: "x") }
        let back = HostOperator(
            name: "real", function: .dequantize, input: "layer", operand: tensor([2], scale: 0.1, zeroPoint: 3),
            result: tensor([2], .float32))
        #expect(try last([back], of: [3, -128]).elements == .reals([0, -13.1]))
    }

    @Test("Files of results: type, extents and bytes")
    func files() throws {
        let array = HostArray(tensor([2], .int64), .integers([1, -2]))
        #expect(array.elementBytes == [1, 0, 0, 0, 0, 0, 0, 0, 254, 255, 255, 255, 255, 255, 255, 255])
        let text = String(decoding: array.npyBytes.prefix(80), as: UTF8.self)
        #expect(text.contains("'<i8'") && text.contains("(2,)"))
        #expect(HostArray(tensor([], .float32), .reals([1])).elementBytes == [0, 0, 128, 63])
    }

    @Test("A layer of another extent than the model's is refused")
    func otherExtent() throws {
        #expect(throws: Diagnostic.self) { try last([softmax(7, .int8, scale: 1)], of: [1, 2]) }
    }

    /// A network with SOFTMAX, QUANTIZE to uint8 and a view behind it.
    private func network() throws -> QuantizedNetwork {
        var model = WrittenModel()
        let input = model.tensor("in", [1, 4], scale: 0.5)
        let limited = model.tensor("limited", [1, 4], scale: 0.5)
        let probabilities = model.tensor("probabilities", [1, 4], scale: 1 / 256, zeroPoint: -128)
        let unsigned = model.tensor("unsigned", [1, 4], type: .uint8, scale: 1 / 256, zeroPoint: 0)
        model.add(.relu, [input], limited)
        model.add(.softmax, [limited], probabilities, options: (9, [0: .float(1)]))
        model.add(.quantize, [probabilities], unsigned)
        model.add(
            .reshape, [unsigned, model.integers([4])],
            model.tensor("view", [4], type: .uint8, scale: 1 / 256, zeroPoint: 0))
        let imported = try model.imported()
        #expect(imported.report.operators.map(\.destination) == [.datapath, .host, .host, .host])
        #expect(imported.report.host.map(\.function) == ["softmax", "codeMap", "reshape"])
        #expect(imported.report.host[0].readBytes == 4 && imported.report.host[2].shape == "4")
        return imported.network
    }

    @Test("A network file keeps them, and refuses what contradicts itself")
    func networkFile() throws {
        let network = try network()
        #expect(try NetworkFile(NetworkFile(quantized: network).bytes, at: "n").quantized == network)
        func code(_ change: (inout QuantizedNetwork) -> Void) -> DiagnosticCode? {
            var changed = network
            change(&changed)
            do throws(Diagnostic) {
                _ = try NetworkFile(NetworkFile(quantized: changed).bytes, at: "n")
                return nil
            } catch { return error.code }
        }
        #expect(code { _ in } == nil)
        let changes: [(inout QuantizedNetwork) -> Void] = [
            { $0.host[0].result.scale = 1 }, { $0.host[0].function = .softmax(beta: 0) },
            { $0.host[0].operand.extents = [1, 5] }, { $0.host[0].input = "nothing" }, { $0.host[0].name = "limited" },
            { $0.host[1].name = "view" }, { $0.host[1].function = .codeMap([1]) }, { $0.host[1].operand.scale = 2 },
            { $0.host[2].function = .argMax(axis: 2) }, { $0.host[2].result.extents = [1 << 31, 1 << 31] },
            { $0.host[2].function = .transpose(permutation: [0, 0]) }, { $0.host[2].function = .quantize },
            { $0.host[2].operand.zeroPoint = 200 }, { $0.host[0].operand.scale = -1 },
        ]
        for (index, change) in changes.enumerated() { #expect(code(change) == .networkFieldInvalid, "\(index)") }
    }

    @Test("A part of a network keeps what the host makes of its layers")
    func cut() throws {
        let network = try network()
        #expect(network.cut(from: ["in"], to: ["limited"], name: "part").host.count == 3)
        // The layer whose result the host reads is given: nothing is left to it.
        #expect(network.cut(from: ["limited"], to: [], name: "part").host.isEmpty)
        var other = network
        other.host[0].input = "elsewhere"
        #expect(other.cut(from: ["in"], to: ["limited"], name: "part").host.isEmpty)
    }

    @Test("QUANTIZE in front, ARG_MAX, RESIZE_BILINEAR and TRANSPOSE at the end become operators of the host")
    func imports() throws {
        var model = WrittenModel()
        let input = model.tensor("real", [1, 2, 3, 1], type: .float32, scale: nil)
        let codes = model.tensor("codes", [1, 2, 3, 1], scale: 0.5)
        let limited = model.tensor("limited", [1, 2, 3, 1], scale: 0.5)
        model.add(.quantize, [input], codes)
        model.add(.relu, [codes], limited)
        func functions(
            _ builtin: TFLiteBuiltin, _ constant: [Int32], _ output: (inout WrittenModel) -> Int32
        ) throws
            -> [HostFunction]
        {
            var ended = model
            let operand = ended.integers(constant)
            let result = output(&ended)
            let options: (UInt8, [Int: Written])? =
                builtin == .resizeBilinear ? (15, [3: .uint8(1)]) : builtin == .argMax ? (40, [0: .int8(2)]) : nil
            ended.add(builtin, [limited, operand], result, options: options.map { (type: $0.0, fields: $0.1) })
            return try ended.imported().network.host.map(\.function)
        }
        #expect(
            try functions(.argMax, [-2]) { $0.tensor("i", [1, 2, 1], type: .int32, scale: nil) }
                == [.quantize, .argMax(axis: 2)])
        #expect(
            try functions(.resizeBilinear, [3, 4]) { $0.tensor("r", [1, 3, 4, 1], scale: 0.5) }
                == [.quantize, .resizeBilinear(alignsCorners: false, hasHalfPixelCenters: true)])
        #expect(
            try functions(.transpose, [0, 2, 1, 3]) { $0.tensor("t", [1, 3, 2, 1], scale: 0.5) }
                == [.quantize, .transpose(permutation: [0, 2, 1, 3])])
        // The axis of one channel goes in front of the rows: a view.
        #expect(try functions(.transpose, [0, 3, 1, 2]) { $0.tensor("t", [1, 1, 2, 3], scale: 0.5) } == [.quantize])
    }
}

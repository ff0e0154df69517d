import Diagnostics
import ModelWriters
import TFLite
import TestSupport
import Testing

@Suite struct TFLiteRefusalTests {
    /// What a file with its first table's bytes exchanged is refused by. The root table of `SmallModel` starts with its
    /// vtable at byte 8.
    private func code(_ changes: [(position: Int, bytes: [UInt8])]) -> DiagnosticCode? {
        var bytes = SmallModel.bytes
        for change in changes {
            bytes.replaceSubrange(change.position..<change.position + change.bytes.count, with: change.bytes)
        }
        return SmallModel.code(bytes)
    }

    @Test("Other files are TFLITE-001, other schema versions TFLITE-002")
    func notOne() {
        #expect(SmallModel.code([]) == .tfliteNotOne)
        #expect(SmallModel.code(Array("GIF89a..".utf8)) == .tfliteNotOne)
        #expect(SmallModel.code(FlatBufferWriter.file(SmallModel.model, identifier: "TFL2")) == .tfliteNotOne)
        for version: UInt32 in [0, 2, 4, .max] {
            #expect(SmallModel.code(SmallModel.bytes([0: .uint32(version)])) == .tfliteVersionUnknown)
        }
    }

    @Test("Offsets, vtables and fields outside are TFLITE-003 or TFLITE-004")
    func structure() {
        let root = Int(SmallModel.bytes[0])
        #expect(root == 8 + 4 + 2 * 8)
        #expect(code([(0, [0, 0, 0, 0])]) == .tfliteMalformed, "offset 0")
        #expect(code([(0, [0xFF, 0xFF, 0xFF, 0xFF])]) == .tfliteTruncated, "root far outside")
        #expect(code([(root, [0xFF, 0xFF, 0xFF, 0x7F])]) == .tfliteTruncated, "vtable before the file")
        #expect(code([(root, [0, 0, 0, 0x80])]) == .tfliteTruncated, "vtable behind the file")
        #expect(code([(root, [0, 0, 0, 0])]) == .tfliteMalformed, "the table is its own vtable")
        #expect(code([(8, [3, 0])]) == .tfliteMalformed, "vtable without a header")
        #expect(code([(8, [5, 0])]) == .tfliteMalformed, "vtable of odd length")
        #expect(code([(8, [0xFE, 0xFF])]) == .tfliteTruncated, "vtable longer than the file")
        #expect(code([(10, [0xFF, 0xFF])]) == .tfliteTruncated, "table longer than the file")
        #expect(code([(12, [3, 0])]) == .tfliteMalformed, "field before the table's")
        #expect(code([(12, [0xFF, 0xFF])]) == .tfliteMalformed, "field behind the table")
    }

    @Test("Indices of things that are not there are TFLITE-006")
    func indices() {
        func operators(_ fields: [Int: Written]) -> [UInt8] { SmallModel.bytes(tensor: [:], operators: [fields]) }
        #expect(SmallModel.code(operators([:])) == nil)
        #expect(SmallModel.code(operators([0: .uint32(2)])) == .tfliteIndexOutOfRange)
        #expect(SmallModel.code(operators([0: .uint32(.max)])) == .tfliteIndexOutOfRange)
        #expect(SmallModel.code(operators([1: .int32s([0, -1])])) == nil)
        for index: Int32 in [1, -2, .max, .min] {
            #expect(SmallModel.code(operators([1: .int32s([index])])) == .tfliteIndexOutOfRange)
            #expect(SmallModel.code(operators([2: .int32s([index])])) == .tfliteIndexOutOfRange)
        }
        #expect(SmallModel.code(operators([2: .int32s([-1])])) == .tfliteIndexOutOfRange)
        #expect(SmallModel.code(SmallModel.bytes(tensor: [2: .uint32(3)])) == .tfliteIndexOutOfRange)
        #expect(SmallModel.code(SmallModel.bytes([4: .tables([])])) == .tfliteIndexOutOfRange)
        #expect(SmallModel.code(SmallModel.bytes([6: .tables([[1: .uint32(3)]])])) == .tfliteIndexOutOfRange)
        #expect(SmallModel.code(SmallModel.bytes([7: .tables([[4: .uint32(1)]])])) == .tfliteIndexOutOfRange)
        let alias: [Int: Written] = [0: .tables([[1: .uint32(5)]])]
        #expect(SmallModel.code(SmallModel.bytes([7: .tables([alias])])) == .tfliteIndexOutOfRange)
        for field in [1, 2] {
            let bytes = SmallModel.bytes([2: .tables([SmallModel.subgraph.merging([field: .int32s([5])]) { $1 }])])
            #expect(SmallModel.code(bytes) == .tfliteIndexOutOfRange)
        }
    }

    @Test("Shapes, types, scales and numbers out of range are TFLITE-007")
    func values() {
        func code(_ fields: [Int: Written]) -> DiagnosticCode? { SmallModel.code(SmallModel.bytes(tensor: fields)) }
        #expect(code([0: .int32s([2, -1])]) == .tfliteValueOutOfRange)
        #expect(code([0: .int32s([.max, .max])]) == nil)
        #expect(code([0: .int32s([.max, .max, 3])]) == .tfliteValueOutOfRange)
        #expect(code([0: .int32s([2]), 7: .int32s([-2])]) == .tfliteValueOutOfRange)
        #expect(code([0: .int32s([2]), 7: .int32s([-1, 2])]) == .tfliteValueOutOfRange)
        #expect(code([1: .int8(22)]) == nil)
        #expect(code([1: .int8(23)]) == .tfliteValueOutOfRange)
        #expect(code([1: .int8(-1)]) == .tfliteValueOutOfRange)
        func quantized(_ fields: [Int: Written]) -> DiagnosticCode? { code([4: .table(fields)]) }
        #expect(quantized([2: .floats([0])]) == .tfliteValueOutOfRange)
        #expect(quantized([2: .floats([0]), 3: .int64s([0, 0])]) == .tfliteValueOutOfRange)
        for scale: Float in [-1, .nan, .infinity] {
            #expect(quantized([2: .floats([1, scale]), 3: .int64s([0, 0])]) == .tfliteValueOutOfRange)
        }
        #expect(quantized([2: .floats([0]), 3: .int64s([0])]) == nil)
        #expect(quantized([0: .floats([-1]), 1: .floats([1])]) == nil)
        #expect(SmallModel.code(SmallModel.bytes([1: .tables([[3: .int32(-5)]])])) == .tfliteIndexOutOfRange)
        #expect(
            SmallModel.code(SmallModel.bytes([1: .tables([[0: .int8(-5), 3: .int32(-5)]])])) == .tfliteValueOutOfRange)
    }

    @Test("A quantization by blocks is named, its scales are not used")
    func customQuantization() throws {
        let bytes = SmallModel.bytes(
            tensor: [4: .table([2: .floats([1]), 3: .int64s([0]), 4: .uint8(2), 5: .table([:])])])
        let tensor = try TFLiteModel(bytes, at: "test").subgraphs[0].tensors[0]
        #expect(tensor.customQuantization == 2)
        #expect(tensor.quantization == nil)
    }

    @Test("A refusal says where, what and what instead")
    func message() throws {
        let bytes = SmallModel.bytes(
            tensor: [:], operators: [[:], [3: .uint8(1), 4: .table([1: .int32(1), 2: .int32(-3)])]])
        let refusal = #expect(throws: Diagnostic.self) { try TFLiteModel(bytes, at: "net.tflite") }
        #expect(
            refusal?.description == """
                error[TFLITE-007]: net.tflite, subgraph 0, operator 1, options: a stride of -3
                  expected: 1 or more
                  remedy: convert the model again
                """)
    }
}

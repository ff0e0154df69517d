import Diagnostics
import ModelWriters
import TFLite
import TestSupport
import Testing

@Suite struct TFLiteConstantTests {
    /// The constant of a tensor with these bytes.
    private func constant(
        _ elementType: TFLiteElementType, _ bytes: [UInt8], shape: [Int32], fields: [Int: Written] = [:]
    ) throws(Diagnostic) -> TFLiteConstant? {
        let tensor: [Int: Written] = [
            0: .int32s(shape), 1: .int8(Int8(elementType.rawValue)), 2: .uint32(1), 3: .string("it"),
        ]
        let file = SmallModel.bytes([
            2: .tables([[0: .tables([tensor.merging(fields) { $1 }])]]), 4: .tables([[:], [0: .bytes(bytes)]]),
            6: .tables([]), 7: .tables([]),
        ])
        let model = try TFLiteModel(file, at: "net.tflite")
        return try model.constant(model.subgraphs[0].tensors[0])
    }

    private func refusal(
        _ elementType: TFLiteElementType, _ bytes: [UInt8], shape: [Int32], fields: [Int: Written] = [:]
    ) -> Diagnostic? {
        do throws(Diagnostic) {
            _ = try constant(elementType, bytes, shape: shape, fields: fields)
            return nil
        } catch { return error }
    }

    @Test("Elements of every type are little-endian")
    func types() throws {
        let bytes: [UInt8] = [0x01, 0x80, 0xFF, 0x7F, 0x00, 0x00, 0x80, 0xBF]
        #expect(try constant(.int8, bytes, shape: [2, 4]) == .int8([1, -128, -1, 127, 0, 0, -128, -65]))
        #expect(try constant(.uint8, bytes, shape: [8]) == .uint8(bytes))
        #expect(try constant(.bool, bytes, shape: [8]) == .bool([true, true, true, true, false, false, true, true]))
        #expect(try constant(.int16, bytes, shape: [4]) == .int16([-32767, 32767, 0, -16512]))
        #expect(try constant(.uint16, bytes, shape: [4]) == .uint16([32769, 32767, 0, 49024]))
        #expect(try constant(.float16, bytes, shape: [4]) == .float16([0x8001, 0x7FFF, 0, 0xBF80]))
        #expect(try constant(.int32, bytes, shape: [2]) == .int32([0x7FFF_8001, -1_082_130_432]))
        #expect(try constant(.uint32, bytes, shape: [2]) == .uint32([0x7FFF_8001, 0xBF80_0000]))
        #expect(try constant(.int64, bytes, shape: [1]) == .int64([-0x407F_FFFF_8000_7FFF]))
        #expect(try constant(.uint64, bytes, shape: []) == .uint64([0xBF80_0000_7FFF_8001]))
        #expect(try constant(.float32, Array(bytes[4...]), shape: []) == .float32([-1]))
        #expect(try constant(.float64, [0, 0, 0, 0, 0, 0, 0xF8, 0x3F], shape: [1]) == .float64([1.5]))
        #expect(try constant(.int4, [0x80, 0x7F, 0x0E], shape: [5]) == .int4([0, -8, -1, 7, -2]))
    }

    @Test("Integers of every width, none of floats or where one does not fit")
    func integers() throws {
        #expect(try constant(.int4, [0xF1], shape: [2])?.integers == [1, -1])
        #expect(try constant(.uint8, [200], shape: [])?.integers == [200])
        #expect(try constant(.int32, [0xFE, 0xFF, 0xFF, 0xFF], shape: [1])?.integers == [-2])
        #expect(try constant(.uint64, Array(repeating: 0xFF, count: 8), shape: [1])?.integers == nil)
        #expect(try constant(.uint64, [5, 0, 0, 0, 0, 0, 0, 0], shape: [1])?.integers == [5])
        #expect(try constant(.float32, [0, 0, 0, 0], shape: [1])?.integers == nil)
        #expect(try constant(.int16, [1, 0, 2, 0], shape: [2])?.count == 2)
    }

    @Test("A tensor without bytes is no constant, one without elements is an empty one")
    func absent() throws {
        #expect(try constant(.int8, [], shape: [3]) == nil)
        #expect(try constant(.int8, [], shape: [3], fields: [2: .uint32(0)]) == nil)
        #expect(try constant(.int32, [], shape: [0]) == .int32([]))
    }

    @Test("Bytes that do not fit the shape are TFLITE-008, named by the tensor")
    func unfit() throws {
        for (count, shape) in [(5, [6]), (7, [6]), (1, []), (6, [1, 0])] as [(Int, [Int32])] {
            let refusal = refusal(.int16, Array(repeating: 0, count: count), shape: shape)
            #expect(refusal?.code == .tfliteConstantUnfit, "\(count) \(shape)")
            #expect(refusal?.place == "net.tflite, tensor it")
        }
        #expect(refusal(.int64, [0], shape: [.max, .max])?.code == .tfliteConstantUnfit)
        #expect(refusal(.int4, [0, 0], shape: [2])?.found == "2 bytes")
        #expect(refusal(.int4, [0, 0], shape: [5])?.expected == "5 elements of int4, for shape [5]")
    }

    @Test("Sparse and external elements, and types that are no numbers, are TFLITE-008")
    func refusedKinds() {
        #expect(refusal(.int8, [0], shape: [1], fields: [6: .table([:])])?.found == "sparse elements")
        #expect(refusal(.int8, [], shape: [1], fields: [10: .uint32(1)])?.found == "elements in another file")
        for elementType: TFLiteElementType in [.string, .resource, .variant, .bfloat16, .complex64, .int2] {
            let bytes = Array(repeating: 0 as UInt8, count: max(1, (elementType.bitWidth ?? 8) / 8))
            let refusal = refusal(elementType, bytes, shape: [1])
            #expect(refusal?.code == .tfliteConstantUnfit, "\(elementType)")
            #expect(refusal?.found == "elements of type \(elementType.name)")
        }
    }

    @Test("Large models keep buffers behind the FlatBuffer")
    func outerBuffers() throws {
        func file(offset: UInt64, byteCount: UInt64) -> [UInt8] {
            let tensor: [Int: Written] = [0: .int32s([3]), 1: .int8(9), 2: .uint32(1)]
            return SmallModel.bytes([
                2: .tables([[0: .tables([tensor])]]),
                4: .tables([[1: .uint64(1)], [1: .uint64(offset), 2: .uint64(byteCount)]]), 6: .tables([]),
                7: .tables([]),
            ])
        }
        let flatBufferBytes = file(offset: 0, byteCount: 0).count
        let bytes = file(offset: UInt64(flatBufferBytes), byteCount: 3) + [1, 2, 0xFF]
        #expect(bytes.count == flatBufferBytes + 3)
        let model = try TFLiteModel(bytes, at: "test")
        #expect(model.buffers == [0..<0, flatBufferBytes..<flatBufferBytes + 3])
        #expect(try model.constant(model.subgraphs[0].tensors[0]) == .int8([1, 2, -1]))
        #expect(SmallModel.code(Array(bytes.dropLast())) == .tfliteTruncated)
        #expect(SmallModel.code(file(offset: .max, byteCount: 2)) == .tfliteTruncated)
        #expect(SmallModel.code(file(offset: 2, byteCount: .max)) == .tfliteTruncated)
    }
}

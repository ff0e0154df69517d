import Diagnostics
import ModelWriters
import TFLite
import TestSupport

/// A model of a convolution and a reshape with everything that a file can hold, small enough to try each of its bytes.
enum SmallModel {
    static let weights: [Int8] = [1, -2, 3, -4, 5, -6]

    static let tensors: [[Int: Written]] = [
        [
            0: .int32s([1, 2, 2, 3]), 1: .int8(9), 3: .string("picture"), 4: .table(perTensor),
            7: .int32s([-1, 2, 2, 3]),
        ],
        [0: .int32s([2, 1, 1, 3]), 1: .int8(9), 2: .uint32(1), 3: .string("weights"), 4: .table(perChannel)],
        [0: .int32s([2]), 1: .int8(2), 2: .uint32(2), 3: .string("shape"), 8: .uint8(1)],
        [0: .int32s([1, 2, 2, 2]), 1: .int8(9), 3: .string("sums"), 5: .uint8(1), 6: .table([:])],
        [0: .int32s([4, 2]), 1: .int8(9)],
    ]
    static let perTensor: [Int: Written] = [2: .floats([0.5]), 3: .int64s([-128])]
    static let perChannel: [Int: Written] = [2: .floats([0.25, 0.125]), 3: .int64s([0, 0]), 6: .int32(3)]

    static let convolution: [Int: Written] = [
        1: .int32s([0, 1, -1]), 2: .int32s([3]), 3: .uint8(1),
        4: .table([0: .int8(1), 1: .int32(2), 2: .int32(1), 3: .int8(3)]),
    ]
    static let reshape: [Int: Written] = [0: .uint32(1), 1: .int32s([3, 2]), 2: .int32s([4]), 5: .bytes([7, 8])]

    static let subgraph: [Int: Written] = [
        0: .tables(tensors), 1: .int32s([0]), 2: .int32s([4]), 3: .tables([convolution, reshape]), 4: .string("main"),
    ]
    static let buffers: [[Int: Written]] = [
        [:], [0: .bytes(weights.map { UInt8(bitPattern: $0) })], [0: .bytes([4, 0, 0, 0, 2, 0, 0, 0])],
    ]

    static let model: [Int: Written] = [
        0: .uint32(3), 1: .tables([[0: .int8(3), 2: .int32(2)], [0: .int8(127), 3: .int32(160)]]),
        2: .tables([subgraph]), 3: .string("by hand"), 4: .tables(buffers),
        6: .tables([[0: .string("runtime"), 1: .uint32(1)]]),
        7: .tables([
            [
                0: .tables([[0: .string("in"), 1: .uint32(0)]]), 1: .tables([[0: .string("out"), 1: .uint32(4)]]),
                2: .string("serve"),
            ]
        ]),
    ]
    static let bytes = FlatBufferWriter.file(model)

    /// The model with fields of its root exchanged.
    static func bytes(_ fields: [Int: Written]) -> [UInt8] {
        FlatBufferWriter.file(model.merging(fields) { $1 })
    }

    /// The model with one tensor only, an operator only where one is given.
    static func bytes(tensor: [Int: Written], operators: [[Int: Written]] = []) -> [UInt8] {
        bytes([2: .tables([[0: .tables([tensor]), 3: .tables(operators)]]), 7: .tables([])])
    }

    /// The options of an operator that has a table of options of this type.
    static func options(_ type: UInt8, _ fields: [Int: Written]) throws(Diagnostic) -> TFLiteOptions {
        let bytes = bytes(tensor: [:], operators: [[3: .uint8(type), 4: .table(fields)]])
        return try TFLiteModel(bytes, at: "test").subgraphs[0].operators[0].options
    }

    static func code(_ bytes: [UInt8]) -> DiagnosticCode? {
        do throws(Diagnostic) {
            _ = try TFLiteModel(bytes, at: "test")
            return nil
        } catch { return error.code }
    }
}

import Diagnostics
import ModelWriters
import TFLite
import TFLiteImport
import TestSupport

/// A model that a test puts together, tensor by tensor and operator by operator.
struct WrittenModel {
    /// Tables of tensors; tensor 0 is the input, the last output of an operator the graph's.
    private var tensors: [[Int: Written]] = []
    private var buffers: [[Int: Written]] = [[:]]
    private var codes: [[Int: Written]] = []
    private var operators: [[Int: Written]] = []
    private var outputs: [Int32] = []

    /// Activations, or a tensor of any type without elements.
    mutating func tensor(
        _ name: String, _ shape: [Int32], type: TFLiteElementType = .int8, scale: Float? = 1, zeroPoint: Int64 = 0,
        signature: [Int32]? = nil
    ) -> Int32 {
        add(name, shape, type, scale.map { ([$0], [zeroPoint], 0) }, buffer: 0, signature)
    }

    /// A constant: int8 weights with a scale for each index of an axis, or one.
    mutating func weights(_ elements: [Int8], _ shape: [Int32], scales: [Float], axis: Int32 = 0) -> Int32 {
        buffers.append([0: .bytes(elements.map { UInt8(bitPattern: $0) })])
        return add(
            "weights", shape, .int8, (scales, Array(repeating: 0, count: scales.count), axis),
            buffer: UInt32(buffers.count - 1), nil)
    }

    /// uint8 weights with one scale and a zero point.
    mutating func weights(_ elements: [UInt8], _ shape: [Int32], scale: Float, zeroPoint: Int64) -> Int32 {
        buffers.append([0: .bytes(elements)])
        return add("weights", shape, .uint8, ([scale], [zeroPoint], 0), buffer: UInt32(buffers.count - 1), nil)
    }

    /// One int8 element.
    mutating func scalar(_ element: Int8, scale: Float, zeroPoint: Int64) -> Int32 {
        buffers.append([0: .bytes([UInt8(bitPattern: element)])])
        return add("scalar", [1], .int8, ([scale], [zeroPoint], 0), buffer: UInt32(buffers.count - 1), nil)
    }

    /// A constant of int32.
    mutating func integers(_ elements: [Int32], scale: Float? = nil) -> Int32 {
        var bytes: [UInt8] = []
        for element in elements { withUnsafeBytes(of: element.littleEndian) { bytes += Array($0) } }
        buffers.append([0: .bytes(bytes)])
        return add(
            "integers", [Int32(elements.count)], .int32, scale.map { ([$0], [0], 0) },
            buffer: UInt32(buffers.count - 1), nil)
    }

    private mutating func add(
        _ name: String, _ shape: [Int32], _ type: TFLiteElementType, _ quantization: ([Float], [Int64], Int32)?,
        buffer: UInt32, _ signature: [Int32]?
    ) -> Int32 {
        var table: [Int: Written] = [
            0: .int32s(shape), 1: .int8(Int8(type.rawValue)), 2: .uint32(buffer), 3: .string(name), 8: .uint8(1),
        ]
        if let (scales, zeroPoints, axis) = quantization {
            table[4] = .table([2: .floats(scales), 3: .int64s(zeroPoints), 6: .int32(axis)])
        }
        if let signature { table[7] = .int32s(signature) }
        tensors.append(table)
        return Int32(tensors.count - 1)
    }

    /// An operator with a table of options of this type.
    mutating func add(
        _ builtin: TFLiteBuiltin, _ inputs: [Int32], _ output: Int32,
        options: (type: UInt8, fields: [Int: Written])? = nil
    ) {
        let number = TFLiteBuiltin.allCases.firstIndex(of: builtin)!
        codes.append([0: .int8(Int8(min(number, 127))), 3: .int32(Int32(number))])
        var table: [Int: Written] = [
            0: .uint32(UInt32(codes.count - 1)), 1: .int32s(inputs), 2: .int32s([output]),
        ]
        if let options {
            table[3] = .uint8(options.type)
            table[4] = .table(options.fields)
        }
        operators.append(table)
        outputs = [output]
    }

    var bytes: [UInt8] {
        FlatBufferWriter.file([
            0: .uint32(3), 1: .tables(codes),
            2: .tables([
                [
                    0: .tables(tensors), 1: .int32s([0]), 2: .int32s(outputs), 3: .tables(operators),
                    4: .string("main"),
                ]
            ]), 4: .tables(buffers),
        ])
    }

    func imported(
        outputs: [String] = [], runtime: TFLiteRuntime = .litert
    ) throws(Diagnostic) -> TFLiteImport {
        try TFLiteImport(
            TFLiteModel(bytes, at: "net.tflite"), name: "net", outputs: outputs, runtime: runtime, at: "net.tflite")
    }

    func refusal(outputs: [String] = [], runtime: TFLiteRuntime = .litert) -> Diagnostic? {
        do throws(Diagnostic) {
            _ = try imported(outputs: outputs, runtime: runtime)
            return nil
        } catch { return error }
    }
}

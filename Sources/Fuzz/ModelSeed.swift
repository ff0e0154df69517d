import ModelWriters
import Random
import TFLite

/// A small TensorFlow Lite model drawn from a seed: two to eight operators, each on the last result, with the constants
/// that they need.
struct ModelSeed {
    private var tensors: [[Int: Written]] = []
    private var buffers: [[Int: Written]] = [[:]]
    private var codes: [[Int: Written]] = []
    private var operators: [[Int: Written]] = []
    private var isSigned = true
    /// Of the last result: rows, columns, channels.
    private var shape: (height: Int32, width: Int32, channels: Int32)
    private var last: Int32 = 0
    private var scale: Float = 0.5
    private var zeroPoint: Int64 = 0

    /// The file.
    static func bytes(using random: inout SeededGenerator) -> [UInt8] {
        var seed = ModelSeed(using: &random)
        for _ in 0..<random.integer(2...8) { seed.append(using: &random) }
        if random.once(in: 3) { seed.end(using: &random) }
        return seed.file
    }

    private init(using random: inout SeededGenerator) {
        isSigned = !random.once(in: 4)
        shape = (
            Int32(random.integer(1...6)), Int32(random.integer(1...6)), Int32(random.integer(1...5))
        )
        zeroPoint = drawnZeroPoint(using: &random)
        last = activation(shape)
    }

    private var file: [UInt8] {
        FlatBufferWriter.file([
            0: .uint32(3), 1: .tables(codes),
            2: .tables([
                [
                    0: .tables(tensors), 1: .int32s([0]), 2: .int32s([last]), 3: .tables(operators),
                    4: .string("main"),
                ]
            ]), 4: .tables(buffers),
        ])
    }

    // Operators

    private mutating func append(using random: inout SeededGenerator) {
        let (height, width, channels) = shape
        switch random.integer(0...15) {
        case 0: convolution(using: &random)
        case 1:
            let kernel = weights([1, 1, 1, channels], axis: 3, count: Int(channels), using: &random)
            add(
                .depthwiseConv2D, [last, kernel], (height, width, channels), 2,
                [1: .int32(1), 2: .int32(1), 3: .int32(1)])
        case 2:
            let window: [Int: Written] = [
                0: .int8(Int8(random.integer(0...1))), 1: .int32(1), 2: .int32(1), 3: .int32(min(2, width)),
                4: .int32(min(2, height)), 5: .int8(Int8(random.element(of: [0, 1, 3]))),
            ]
            let isSame = window[0].map { if case .int8(0) = $0 { true } else { false } } ?? true
            add(
                random.once(in: 2) ? .maxPool2D : .averagePool2D, [last],
                isSame ? shape : (height - min(2, height) + 1, width - min(2, width) + 1, channels), 5, window)
        case 3:
            add(random.element(of: [.relu, .relu6]), [last], shape, 0, [:])
        case 4:
            add(random.element(of: [.add, .mul]), [last, last], shape, 11, [0: .int8(0)])
        case 5:
            let scalar = constant([1], [UInt8(random.integer(1...127))], type: elementType, scale: 0.1)
            add(.add, [last, scalar], shape, 11, [0: .int8(0)])
        case 6:
            let vector = constant(
                [channels], (0..<channels).map { _ in UInt8(random.integer(0...127)) }, type: elementType, scale: 0.1)
            add(random.element(of: [.add, .mul]), [last, vector], shape, 11, [0: .int8(0)])
        case 7:
            add(
                .pad, [last, integers([0, 0, 1, 0, 0, 2, 0, Int32(random.integer(0...1))], [4, 2])],
                nil, 22, [:])
        case 8:
            let begin = Int32(random.integer(0...Int(channels) - 1))
            add(
                .slice, [last, integers([0, 0, 0, begin], [4]), integers([1, -1, -1, -1], [4])],
                (height, width, channels - begin), 0, [:])
        case 9:
            add(
                .stridedSlice,
                [
                    last, integers([0, 0, 0, 0], [4]), integers([1, height, width, channels], [4]),
                    integers([1, 2, 1, 1], [4]),
                ],
                ((height + 1) / 2, width, channels), 32, [:])
        case 10:
            add(.concatenation, [last, last], (height, width, 2 * channels), 10, [0: .int32(3)])
        case 11 where channels % 4 == 0:
            add(.depthToSpace, [last], (2 * height, 2 * width, channels / 4), 94, [0: .int32(2)])
        case 12 where height % 2 == 0 && width % 2 == 0 && height * width <= 64:
            add(.spaceToDepth, [last], (height / 2, width / 2, 4 * channels), 19, [0: .int32(2)])
        case 13:
            add(
                .resizeNearestNeighbor, [last, integers([2 * height, 2 * width], [2])],
                (2 * height, 2 * width, channels), 74, [:])
        case 14: add(.mean, [last, integers([1, 2], [2])], (1, 1, channels), 27, [0: .uint8(1)])
        default: add(.quantize, [last], shape, 0, [:], scale: 0.3)
        }
    }

    private mutating func convolution(using random: inout SeededGenerator) {
        let (height, width, channels) = shape
        let outputs = Int32(random.integer(1...5))
        let count = Int(outputs * channels) * 9
        let kernel = weights([outputs, 3, 3, channels], axis: 0, count: count, using: &random)
        let bias = integers((0..<outputs).map { _ in Int32(random.integer(-99...99)) }, [outputs], scale: 0.05)
        add(
            .conv2D, [last, kernel, bias], (height, width, outputs), 1,
            [1: .int32(1), 2: .int32(1), 3: .int8(Int8(random.element(of: [0, 1, 3])))])
    }

    /// What the host computes.
    private mutating func end(using random: inout SeededGenerator) {
        switch random.integer(0...4) {
        case 0: add(.softmax, [last], shape, 9, [0: .float(1)], scale: 1 / 256, zeroPoint: isSigned ? -128 : 0)
        case 1: add(.logSoftmax, [last], shape, 50, [:], scale: 1 / 16, zeroPoint: isSigned ? 127 : 255)
        case 2:
            add(
                .resizeBilinear, [last, integers([3, 5], [2])], (3, 5, shape.channels), 15,
                [2: .uint8(UInt8(random.integer(0...1)))])
        case 3:
            let result = tensor([1, shape.height, shape.width], type: 2, scale: nil)
            add(.argMax, [last, integers([3], [1])], to: result, 40, [0: .int8(2)])
        default:
            let result = tensor([1, shape.height, shape.width, shape.channels], type: 0, scale: nil)
            add(.dequantize, [last], to: result, 0, [:])
        }
    }

    /// - Parameter extents: of the result; nil where the file says nothing of them.
    private mutating func add(
        _ builtin: TFLiteBuiltin, _ inputs: [Int32], _ extents: (height: Int32, width: Int32, channels: Int32)?,
        _ optionType: UInt8, _ options: [Int: Written], scale: Float? = nil, zeroPoint: Int64? = nil
    ) {
        if let scale { self.scale = scale }
        if let zeroPoint { self.zeroPoint = zeroPoint }
        if let extents {
            shape = extents
        } else {
            shape.height += 1
            shape.width += 2
        }
        let result =
            extents == nil
            ? tensor([], type: isSigned ? 9 : 3, scale: self.scale) : activation(shape)
        add(builtin, inputs, to: result, optionType, options)
        last = result
    }

    private mutating func add(
        _ builtin: TFLiteBuiltin, _ inputs: [Int32], to result: Int32, _ optionType: UInt8, _ options: [Int: Written]
    ) {
        let number = TFLiteBuiltin.allCases.firstIndex(of: builtin)!
        codes.append([0: .int8(Int8(min(number, 127))), 3: .int32(Int32(number))])
        var table: [Int: Written] = [
            0: .uint32(UInt32(codes.count - 1)), 1: .int32s(inputs), 2: .int32s([result]),
        ]
        if optionType > 0 {
            table[3] = .uint8(optionType)
            table[4] = .table(options)
        }
        operators.append(table)
        last = result
    }

    // Tensors

    private var elementType: Int8 { isSigned ? 9 : 3 }

    private func drawnZeroPoint(using random: inout SeededGenerator) -> Int64 {
        Int64(isSigned ? random.integer(-128...127) : random.integer(0...255))
    }

    private mutating func activation(_ shape: (height: Int32, width: Int32, channels: Int32)) -> Int32 {
        tensor([1, shape.height, shape.width, shape.channels], type: elementType, scale: scale)
    }

    private mutating func tensor(_ extents: [Int32], type: Int8, scale: Float?) -> Int32 {
        var table: [Int: Written] = [
            0: .int32s(extents), 1: .int8(type), 3: .string("t\(tensors.count)"),
        ]
        if let scale { table[4] = .table([2: .floats([scale]), 3: .int64s([zeroPoint])]) }
        tensors.append(table)
        return Int32(tensors.count - 1)
    }

    private mutating func constant(_ extents: [Int32], _ bytes: [UInt8], type: Int8, scale: Float?) -> Int32 {
        buffers.append([0: .bytes(bytes)])
        var table: [Int: Written] = [
            0: .int32s(extents), 1: .int8(type), 2: .uint32(UInt32(buffers.count - 1)), 3: .string("c\(tensors.count)"),
        ]
        if let scale { table[4] = .table([2: .floats([scale]), 3: .int64s([0])]) }
        tensors.append(table)
        return Int32(tensors.count - 1)
    }

    private mutating func integers(_ elements: [Int32], _ extents: [Int32], scale: Float? = nil) -> Int32 {
        var bytes: [UInt8] = []
        for element in elements { withUnsafeBytes(of: element.littleEndian) { bytes += Array($0) } }
        return constant(extents, bytes, type: 2, scale: scale)
    }

    private mutating func weights(
        _ extents: [Int32], axis: Int, count: Int, using random: inout SeededGenerator
    ) -> Int32 {
        let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
        guard isSigned else { return constant(extents, bytes, type: 3, scale: 0.02) }
        buffers.append([0: .bytes(bytes)])
        let channels = Int(extents[axis])
        tensors.append([
            0: .int32s(extents), 1: .int8(9), 2: .uint32(UInt32(buffers.count - 1)), 3: .string("w\(tensors.count)"),
            4: .table([
                2: .floats((0..<channels).map { _ in Float.random(in: 0.001...0.05, using: &random) }),
                3: .int64s(Array(repeating: 0, count: channels)), 6: .int32(Int32(axis)),
            ]),
        ])
        return Int32(tensors.count - 1)
    }
}

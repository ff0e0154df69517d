import Diagnostics
import Graph
import ModelWriters
import Networks
import ReferenceModel
import TFLite
import TFLiteImport
import Tensors
import TestSupport
import Testing

/// Operators that give elements other places, and edges, by several layers each; expected elements worked out by hand.
@Suite struct TFLiteArrangementTests {
    private typealias Options = (type: UInt8, fields: [Int: Written])

    /// A model of one operator on int8 elements of zero point 3.
    private func model(
        _ builtin: TFLiteBuiltin, _ extents: [Int32], to result: [Int32], constants: [[Int32]] = [],
        _ options: Options? = nil
    ) -> WrittenModel {
        var model = WrittenModel()
        let input = model.tensor("in", extents, zeroPoint: 3)
        let operands = [input] + constants.map { model.integers($0) }
        let output = model.tensor("out", result, zeroPoint: 3)
        model.add(builtin, operands, output, options: options)
        return model
    }

    /// 2 rows, 3 columns, 2 channels: 10 x row + column, and 100 more in channel 1.
    private static let picture = [0, 100, 1, 101, 2, 102, 10, 110, 11, 111, 12, 112]

    @Test("SLICE and STRIDED_SLICE of rows, columns and channels")
    func slices() throws {
        let rows = model(.slice, [1, 2, 3, 2], to: [1, 1, 2, 2], constants: [[0, 1, 1, 0], [1, -1, 2, 2]])
        #expect(try rows.imported().run(Self.picture) == [11, 111, 12, 112])
        #expect(try rows.imported().network.graph.layers.map(\.operator.name) == ["pad"])
        let channels = model(.slice, [1, 2, 3, 2], to: [1, 2, 3, 1], constants: [[0, 0, 0, 1], [1, 2, 3, 1]])
        #expect(try channels.imported().run(Self.picture) == [100, 101, 102, 110, 111, 112])
        let strided = model(
            .stridedSlice, [1, 2, 3, 2], to: [2, 2, 1], constants: [[0, 0, 0, 0], [1, 2, 3, 1], [1, 1, 2, 1]],
            (32, [0: .int32(2), 4: .int32(1)]))
        let imported = try strided.imported()
        #expect(try imported.run(Self.picture) == [0, 2, 10, 12])
        #expect(imported.network.graph.layers.map(\.name) == ["out.rows", "out"])
        #expect(imported.report.operators[0].layers == ["out.rows", "out"])
        let outside = model(.slice, [1, 2, 3, 2], to: [1, 1, 3, 2], constants: [[0, 2, 0, 0], [1, 1, 3, 2]])
        #expect(outside.refusal()?.code == .tfliteShapeUnfit)
        let backwards = model(
            .stridedSlice, [1, 2, 3, 2], to: [1, 2, 3, 2], constants: [[0, 0, 0, 0], [1, 2, 3, 2], [1, -1, 1, 1]],
            (32, [:]))
        #expect(backwards.refusal()?.code == .tfliteOperatorUnsupported)
    }

    @Test("DEPTH_TO_SPACE and SPACE_TO_DEPTH are each other's inverse, channels innermost")
    func blocks() throws {
        // Channel 2 (2 dy + dx) + c.
        let deep = [0, 1, 2, 3, 4, 5, 6, 7]
        let wide = [0, 1, 2, 3, 4, 5, 6, 7]
        let toSpace = model(.depthToSpace, [1, 1, 1, 8], to: [1, 2, 2, 2], (94, [0: .int32(2)]))
        #expect(try toSpace.imported().run(deep) == wide)
        #expect(try toSpace.imported().network.graph.layers.map(\.operator.name) == ["convolution", "pixelShuffle"])
        let toDepth = model(.spaceToDepth, [1, 2, 4, 1], to: [1, 1, 2, 4], (19, [0: .int32(2)]))
        #expect(try toDepth.imported().run([0, 1, 2, 3, 10, 11, 12, 13]) == [0, 1, 10, 11, 2, 3, 12, 13])
        let uneven = model(.spaceToDepth, [1, 3, 2, 1], to: [1, 1, 1, 4], (19, [0: .int32(2)]))
        #expect(uneven.refusal()?.code == .tfliteOperatorUnsupported)
    }

    @Test("Averages at the edges are of the elements that are there, whatever the zero point")
    func raggedAverages() throws {
        let average = model(
            .averagePool2D, [1, 2, 3, 1], to: [1, 2, 3, 1],
            (5, [0: .int8(0), 1: .int32(1), 2: .int32(1), 3: .int32(3), 4: .int32(2)]))
        // Columns: 2, 3, 2 elements; rows: 2, then 1. Zero points are included: 4.5 is 5, -4.5 is -5.
        #expect(try average.imported().run([8, 1, 3, -9, 0, 6]) == [0, 2, 3, -5, -1, 3])
        #expect(try average.imported().network.graph.layers.last?.name == "out")
    }

    @Test("MEAN and REDUCE_MAX over channels, rows and columns; a maximum over channels is refused")
    func reductions() throws {
        let mean = model(.mean, [1, 1, 2, 3], to: [1, 1, 2], constants: [[3]], (27, [0: .uint8(0)]))
        #expect(try mean.imported().run([3, 6, 9, -3, -6, 3]) == [6, -2])
        let largest = model(.reduceMax, [1, 2, 2, 2], to: [1, 2], constants: [[1, 2]], (27, [0: .uint8(0)]))
        #expect(try largest.imported().run([1, -1, 5, -9, 2, 7, 3, 0]) == [5, 7])
        let channels = model(.reduceMax, [1, 1, 2, 2], to: [1, 1, 2], constants: [[3]], (27, [0: .uint8(0)]))
        #expect(channels.refusal()?.code == .tfliteOperatorUnsupported)
    }

    @Test("A model of one input that is for one extent keeps it; others take any")
    func extents() throws {
        let mean = model(.mean, [1, 2, 3, 2], to: [1, 2], constants: [[1, 2]], (27, [0: .uint8(0)]))
        #expect(try mean.imported().network.graph.inputs.map(\.extent) == [.init(height: 2, width: 3)])
        let vector = model(.relu, [1, 6], to: [1, 6])
        #expect(try vector.imported().network.graph.inputs.map(\.extent) == [.init(height: 1, width: 1)])
        let open = model(.relu, [1, 2, 3, 2], to: [1, 2, 3, 2])
        #expect(try open.imported().network.graph.inputs.map(\.extent) == [nil])
    }

    @Test("MEAN over more rows than a kernel has: all rows and columns, else refused")
    func longMeans() throws {
        let rows = [13, 4, 3, 4]
        let mean = model(.mean, [1, 300, 1, 2], to: [1, 2], constants: [[1, 2]], (27, [0: .uint8(0)]))
        // Channel 0: as many 13 as 3. Channel 1: 4.
        let imported = try mean.imported()
        #expect(try imported.run(Array(repeating: rows, count: 150).flatMap { $0 }) == [8, 4])
        #expect(imported.network.graph.layers.map(\.operator.name) == ["fullyConnected"])
        let all = model(.mean, [1, 300, 1, 2], to: [1], constants: [[1, 2, 3]], (27, [0: .uint8(0)]))
        #expect(try all.imported().run(Array(repeating: rows, count: 150).flatMap { $0 }) == [6])
        let some = model(.mean, [1, 300, 2, 1], to: [1, 2, 1], constants: [[1]], (27, [0: .uint8(0)])).refusal()
        #expect(some?.code == .tfliteOperatorUnsupported && some?.place == "net.tflite, operator 0 MEAN")
        #expect(some?.found == "a mean over 300 rows and 1 column of 300x2x1")
        let largest = model(.reduceMax, [1, 300, 1, 2], to: [1, 2], constants: [[1, 2]], (27, [0: .uint8(0)]))
        #expect(largest.refusal()?.code == .tfliteOperatorUnsupported)
    }

    /// Rows and columns repeated as Keras 3 does it.
    private func repetition(_ rows: Int32, _ columns: Int32) -> WrittenModel {
        var model = WrittenModel()
        var tensor = model.tensor("in", [1, 2, 3, 1], zeroPoint: 3)
        func add(_ builtin: TFLiteBuiltin, _ name: String, _ extents: [Int32], _ constant: [Int32]) {
            let result = model.tensor(name, extents, zeroPoint: 3)
            model.add(builtin, [tensor, model.integers(constant)], result)
            tensor = result
        }
        add(.reshape, "a", [1, 2, 1, 3, 1], [1, 2, 1, 3, 1])
        add(.tile, "b", [1, 2, rows, 3, 1], [1, 1, rows, 1, 1])
        add(.reshape, "c", [1, 2 * rows, 3, 1, 1], [1, 2 * rows, 3, 1, 1])
        add(.tile, "d", [1, 2 * rows, 3, columns, 1], [1, 1, 1, columns, 1])
        add(.reshape, "out", [1, 2 * rows, 3 * columns, 1], [1, 2 * rows, 3 * columns, 1])
        return model
    }

    @Test("TILE between RESHAPEs repeats rows and columns; elsewhere it is refused")
    func repetitions() throws {
        let picture = [1, 2, 3, 4, 5, 6]
        for (rows, columns) in [(2, 2), (3, 1), (2, 3), (1, 4), (5, 3)] {
            let expected = (0..<2 * rows).flatMap { row in
                (0..<3 * columns).map { column in picture[3 * (row / rows) + column / columns] }
            }
            let imported = try repetition(Int32(rows), Int32(columns)).imported()
            #expect(try imported.run(picture) == expected, "\(rows) x \(columns)")
            #expect(
                imported.network.graph.layers.map(\.operator.name)
                    == (rows == columns ? ["nearestResize"] : ["nearestResize", "pad"]))
        }
        let uncommon = repetition(5, 7).refusal()
        #expect(uncommon?.found == "rows 5 times, columns 7 times" && uncommon?.remedy.contains("convert") == true)
        let side = model(.tile, [1, 2, 3, 1], to: [1, 2, 6, 1], constants: [[1, 1, 2, 1]]).refusal()
        #expect(side?.code == .tfliteOperatorUnsupported && side?.place == "net.tflite, operator 0 TILE")
        var read = WrittenModel()
        let flat = read.tensor("in", [1, 2, 3, 1])
        let view = read.tensor("view", [1, 2, 1, 3, 1])
        let tiled = read.tensor("tiled", [1, 2, 2, 3, 1])
        read.add(.reshape, [flat, read.integers([1, 2, 1, 3, 1])], view)
        read.add(.tile, [view, read.integers([1, 1, 2, 1, 1])], tiled)
        read.add(.relu, [tiled], read.tensor("out", [1, 2, 2, 3, 1]))
        #expect(read.refusal()?.place == "net.tflite, operator 2 RELU")
    }

    @Test("An operator that the converter left float is named, with the cut before it")
    func floatOperator() {
        var model = WrittenModel()
        let input = model.tensor("in", [1, 1, 2, 1])
        let limited = model.tensor("limited", [1, 1, 2, 1])
        let real = model.tensor("real", [1, 1, 2, 1], type: .float32, scale: nil)
        let negated = model.tensor("negated", [1, 1, 2, 1], type: .float32, scale: nil)
        model.add(.relu, [input], limited)
        model.add(.dequantize, [limited], real)
        model.add(.neg, [real], negated)
        model.add(.quantize, [negated], model.tensor("out", [1, 1, 2, 1]))
        let refusal = model.refusal()
        #expect(refusal?.code == .tfliteOperatorUnsupported && refusal?.place == "net.tflite, operator 2 NEG")
        #expect(refusal?.remedy.contains("--outputs limited ") == true)
    }

    @Test("PAD of channels; CONCATENATION along rows and columns")
    func joins() throws {
        let padded = model(.pad, [1, 1, 2, 1], to: [1, 1, 3, 3], constants: [[0, 0, 0, 0, 1, 0, 2, 0]])
        #expect(try padded.imported().run([7, 8]) == [3, 3, 3, 3, 3, 7, 3, 3, 8])
        for (axis, extents) in [(1, [1, 2, 2, 1]), (2, [1, 1, 4, 1])] as [(Int32, [Int32])] {
            var joined = WrittenModel()
            let input = joined.tensor("in", [1, 1, 2, 1], zeroPoint: 3)
            let limited = joined.tensor("limited", [1, 1, 2, 1], zeroPoint: 3)
            joined.add(.relu, [input], limited)
            joined.add(
                .concatenation, [input, limited], joined.tensor("out", extents, zeroPoint: 3),
                options: (10, [0: .int32(axis)]))
            // RELU about zero point 3.
            #expect(try joined.imported().run([-5, 9]) == [-5, 9, 3, 9])
        }
    }

    @Test("uint8 operands of CONCATENATION are mapped to the output's scale, int8 ones are refused")
    func rescaledConcatenation() throws {
        func model(_ type: TFLiteElementType) -> WrittenModel {
            var model = WrittenModel()
            let input = model.tensor("in", [1, 1, 2, 1], type: type, scale: 0.5)
            let limited = model.tensor("limited", [1, 1, 2, 1], type: type, scale: 0.5)
            model.add(.relu, [input], limited)
            model.add(
                .concatenation, [input, limited],
                model.tensor("out", [1, 1, 2, 2], type: type, scale: 1, zeroPoint: 1),
                options: (10, [0: .int32(3)]))
            return model
        }
        let imported = try model(.uint8).imported()
        let stored = Tensor<Int32>(shape: TensorShape(height: 1, width: 2, channels: 1), elements: [3, 255])
        let result = try ReferenceModel(imported.network).run(inputs: ["in": stored])
        // 1.5 is 2, half away from zero, and the zero point; 127.5 is 128.
        #expect(result.tensors["out"]!.elements == [3, 3, 129, 129])
        #expect(model(.int8).refusal()?.code == .tfliteOperatorUnsupported)
    }

    @Test("ADD, SUB and MUL with an element for each channel, on either side")
    func vectors() throws {
        func outputs(_ builtin: TFLiteBuiltin, _ type: UInt8, constantFirst: Bool) throws -> [Int] {
            var model = WrittenModel()
            let input = model.tensor("in", [1, 1, 2, 2], scale: 0.5, zeroPoint: 1)
            let vector = model.weights([4, -2], [2], scales: [1])
            let output = model.tensor("out", [1, 1, 2, 2], scale: 0.5, zeroPoint: 3)
            model.add(
                builtin, constantFirst ? [vector, input] : [input, vector], output, options: (type, [0: .int8(0)]))
            return try model.imported().run([3, 3, -1, 1])
        }
        // Reals 1, 1, -1, 0 and 4, -2 by channel: sums 5, -1, 3, -2, in steps of 0.5 about 3.
        #expect(try outputs(.add, 11, constantFirst: false) == [13, 1, 9, -1])
        #expect(try outputs(.add, 11, constantFirst: true) == [13, 1, 9, -1])
        #expect(try outputs(.sub, 28, constantFirst: false) == [-3, 9, -7, 7])
        #expect(try outputs(.sub, 28, constantFirst: true) == [9, -3, 13, -1])
        #expect(try outputs(.mul, 21, constantFirst: false) == [11, -1, -5, 3])
    }

    @Test("SPACE_TO_BATCH_ND, a convolution and BATCH_TO_SPACE_ND are a dilation")
    func dilation() throws {
        func model(crops: [Int32], readTwice: Bool = false) -> WrittenModel {
            var model = WrittenModel()
            let input = model.tensor("in", [1, 1, 4, 1])
            let dealt = model.tensor("dealt", [2, 1, 4, 1])
            let sums = model.tensor("sums", [2, 1, 2, 1])
            let output = model.tensor("out", [1, 1, 4 - crops[2] - crops[3], 1])
            let block = model.integers([1, 2])
            model.add(.spaceToBatchND, [input, block, model.integers([0, 0, 2, 2])], dealt)
            model.add(
                .conv2D, [dealt, model.weights([1, 10, 100], [1, 1, 3, 1], scales: [1])], sums,
                options: (1, [0: .int8(1), 1: .int32(1), 2: .int32(1)]))
            model.add(.batchToSpaceND, [sums, block, model.integers(crops)], output)
            if readTwice { model.add(.relu, [dealt], model.tensor("other", [2, 1, 4, 1])) }
            return model
        }
        let imported = try model(crops: [0, 0, 0, 0]).imported()
        // Taps two columns apart: 10 x + 100 (x behind) + (x before).
        #expect(try imported.run([1, 0, -1, 2]) == [-90, 127, -9, 20])
        #expect(imported.report.operators.map(\.destination) == [.folded, .datapath, .folded])
        #expect(imported.network.graph.layers.map(\.name) == ["out"])
        #expect(try model(crops: [0, 0, 1, 0]).imported().run([1, 0, -1, 2]) == [127, -9, 20])
        #expect(model(crops: [0, 0, 0, 0], readTwice: true).refusal()?.place == "net.tflite, operator 3 RELU")
    }
}

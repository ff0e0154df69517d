import Diagnostics
import FixedPoint
import Graph
import Networks
import TFLite
import Tensors
import Text

// Operators that copy elements, or compare and copy: the output has the operand's scale and zero point.
extension NetworkBuilder {
    /// MAX_POOL_2D.
    mutating func maxPool(_ options: TFLiteOptions.Pooling, at place: OperatorPlace) throws(Diagnostic) {
        let operand = try planes(0, of: place)
        let rows = Window(
            options.padding, input: operand.stored.height, kernel: options.filterHeight, stride: options.strideHeight,
            dilation: 1)
        let columns = Window(
            options.padding, input: operand.stored.width, kernel: options.filterWidth, stride: options.strideWidth,
            dilation: 1)
        guard let rows, let columns else {
            throw place.unfit(
                "\(operand.stored) under \(options.filterHeight) x \(options.filterWidth)",
                expected: "a window that fits the input")
        }
        let quantization = try sameQuantization(as: operand, at: place)
        let pooling = Pooling(
            kernelHeight: options.filterHeight, kernelWidth: options.filterWidth, strideY: options.strideHeight,
            strideX: options.strideWidth,
            padding: Padding(top: rows.before, bottom: rows.after, left: columns.before, right: columns.after))
        let clamp = try quantization.clamp(options.activation, at: place)
        let tensor = try output(of: place)
        let name = names.name(of: tensor)
        guard clamp == quantization.elements else {
            // The limits of a fused function are a layer of their own.
            let inner = String(name.prefix(120)) + ".max"
            let stored = try append(
                Layer(name: inner, operator: .maxPooling(pooling), inputs: [operand.name]), .none, of: [operand],
                as: quantization, at: place)
            let largest = ImportedTensor(
                name: inner, stored: stored, extents: stored.extents, quantization: quantization)
            let post = PostProcessing(
                multipliers: Array(repeating: .one, count: stored.channels), rounding: .single,
                clipLow: Int32(clamp.lowerBound - quantization.zeroPoint),
                clipHigh: Int32(clamp.upperBound - quantization.zeroPoint))
            _ = try append(
                Layer(name: name, operator: .requantize, inputs: [inner]), .requantization(post), of: [largest],
                as: quantization, at: place)
            return try define(
                tensor, as: name, stored: stored, extents: stored.extents, quantization, at: place)
        }
        try copy(operand, .maxPooling(pooling), at: place)
    }

    /// PAD with the zero point, PADV2 with an element of the file. Channels are padded by the MAC array.
    mutating func pad(at place: OperatorPlace) throws(Diagnostic) {
        let operand = try picture(0, of: place)
        let quantization = try sameQuantization(as: operand, at: place)
        let rank = operand.extents.count
        let listed = try knownIntegers(1, of: place).elements
        guard listed.count == 2 * rank, listed.allSatisfy({ (0...1024).contains($0) }) else {
            throw place.unfit(
                "padding \(listed.prefix(16))", expected: "two numbers in 0...1024 for each of \(rank) extents")
        }
        guard listed.dropLast(6).allSatisfy({ $0 == 0 }) else {
            throw unsupported(
                place, found: "padding \(listed) of batch, rows, columns, channels", expected: "none of the batch")
        }
        // Rows, columns, channels.
        let margins = Array(repeating: 0, count: max(0, 6 - listed.count)) + listed.suffix(6)
        let element = try fill(of: place, quantization)
        let tensor = try output(of: place)
        let name = names.name(of: tensor)
        let (before, after) = (margins[4], margins[5])
        var padded = operand
        if margins.prefix(4).contains(where: { $0 > 0 }) || before + after == 0 {
            let padding = Padding(top: margins[0], bottom: margins[1], left: margins[2], right: margins[3])
            padded = try pad(
                operand, Pad(padding: padding, fill: element - quantization.elements.lowerBound),
                as: before + after == 0 ? name : innerName(name, "rows"), at: place)
        }
        if before + after > 0 {
            let taps =
                Array(repeating: [Int](), count: before) + (0..<operand.stored.channels).map { [$0] }
                + Array(repeating: [Int](), count: after)
            padded = try copy(padded, Selection(taps: taps, constant: element), as: name, at: place)
        }
        let extents = zip(operand.extents, 0..<rank).map { $0 + listed[2 * $1] + listed[2 * $1 + 1] }
        try define(tensor, as: padded.viewed(as: extents), at: place)
    }

    /// Operand 2, one element of the file; the zero point where it is absent.
    private func fill(of place: OperatorPlace, _ quantization: ActivationQuantization) throws(Diagnostic) -> Int {
        guard let tensor = place.operation.input(2) else { return quantization.zeroPoint }
        let described = subgraph.tensors[tensor]
        guard model.isConstant(described), described.elementCount == 1,
            let element = try model.constant(described)?.integers?.first, quantization.elements.contains(element)
        else {
            throw unsupported(
                place, found: "a fill of \(described.elementCount.counted("element")), or one that is computed",
                expected: "one element in \(quantization.elements) that stands in the file")
        }
        return element
    }

    /// REDUCE_MAX over rows, columns or both: a maximum over the whole.
    mutating func largest(keepsDimensions: Bool, at place: OperatorPlace) throws(Diagnostic) {
        let operand = try picture(0, of: place)
        let quantization = try sameQuantization(as: operand, at: place)
        let rank = operand.extents.count
        let axes = Set(try knownIntegers(1, of: place).elements.map { $0 < 0 ? $0 + rank : $0 })
        guard !axes.isEmpty, axes.allSatisfy({ (0..<rank).contains($0) }) else {
            throw place.unfit("axes \(axes.sorted())", expected: "some of 0...\(rank - 1)")
        }
        guard !axes.contains(rank - 1) || operand.stored.channels == 1 else {
            throw unsupported(place, found: "a maximum over channels", expected: "over rows and columns")
        }
        let pooling = Pooling(
            kernelHeight: axes.contains(rank - 3) ? operand.stored.height : 1,
            kernelWidth: axes.contains(rank - 2) ? operand.stored.width : 1)
        let tensor = try output(of: place)
        let layer = Layer(name: names.name(of: tensor), operator: .maxPooling(pooling), inputs: [operand.name])
        let stored = try append(layer, .none, of: [operand], as: quantization, at: place)
        let extents = operand.extents.enumerated().compactMap { axis, extent in
            axes.contains(axis) ? (keepsDimensions ? 1 : nil) : extent
        }
        try define(tensor, as: layer.name, stored: stored, extents: extents, quantization, at: place)
    }

    /// RESIZE_NEAREST_NEIGHBOR by one whole factor.
    mutating func resizeNearest(_ options: TFLiteOptions.Resizing, at place: OperatorPlace) throws(Diagnostic) {
        let operand = try planes(0, of: place)
        try sameQuantization(as: operand, at: place)
        let extents = try knownIntegers(1, of: place).elements
        let stored = operand.stored
        guard extents.count == 2, extents.allSatisfy({ $0 > 0 }) else {
            throw place.unfit("an output of \(extents) rows and columns", expected: "two numbers above 0")
        }
        let factor = extents[0] / stored.height
        guard !options.alignsCorners, (1...16).contains(factor), extents[0] == factor * stored.height,
            extents[1] == factor * stored.width
        else {
            throw unsupported(
                place,
                found: "\(stored.height)x\(stored.width) to \(extents[0])x\(extents[1])"
                    + (options.alignsCorners ? ", corners aligned" : ""),
                expected: "one whole factor of rows and columns, at most 16, corners not aligned")
        }
        try copy(operand, .nearestResize(factor: factor), at: place)
    }

    private mutating func copy(
        _ operand: ImportedTensor, _ layerOperator: Operator, at place: OperatorPlace
    ) throws(Diagnostic) {
        let tensor = try output(of: place)
        let layer = Layer(name: names.name(of: tensor), operator: layerOperator, inputs: [operand.name])
        let stored = try append(layer, .none, of: [operand], as: operand.quantization, at: place)
        try define(
            tensor, as: layer.name, stored: stored, extents: stored.extents, operand.quantization, at: place)
    }
}

import Diagnostics
import FixedPoint
import Graph
import Networks
import TFLite
import Tensors

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

    /// PAD with the zero point, PADV2 with an element of the file.
    mutating func pad(at place: OperatorPlace) throws(Diagnostic) {
        let operand = try planes(0, of: place)
        let quantization = try sameQuantization(as: operand, at: place)
        let margins = try knownIntegers(1, of: place).elements
        guard margins.count == 8, margins.allSatisfy({ (0...1024).contains($0) }) else {
            throw place.unfit("padding \(margins)", expected: "two numbers in 0...1024 for each of four extents")
        }
        guard margins[0...1].allSatisfy({ $0 == 0 }), margins[6...7].allSatisfy({ $0 == 0 }) else {
            throw unsupported(
                place, found: "padding \(margins) of batch, rows, columns, channels",
                expected: "padding of rows and columns only")
        }
        var element = quantization.zeroPoint
        if place.operation.input(2) != nil {
            let fill = try knownIntegers(2, of: place).elements
            guard fill.count == 1, quantization.elements.contains(fill[0]) else {
                throw place.unfit("a fill of \(fill)", expected: "one element in \(quantization.elements)")
            }
            element = fill[0]
        }
        let padding = Padding(top: margins[2], bottom: margins[3], left: margins[4], right: margins[5])
        try copy(operand, .pad(Pad(padding: padding, fill: element - quantization.elements.lowerBound)), at: place)
    }

    /// RESIZE_NEAREST_NEIGHBOR by one whole factor.
    mutating func resizeNearest(_ options: TFLiteOptions.Resizing, at place: OperatorPlace) throws(Diagnostic) {
        let operand = try planes(0, of: place)
        _ = try sameQuantization(as: operand, at: place)
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

    private func sameQuantization(
        as operand: ImportedTensor, at place: OperatorPlace
    ) throws(Diagnostic) -> ActivationQuantization {
        let quantization = try outputQuantization(of: place)
        guard quantization == operand.quantization else {
            throw unsupported(
                place, found: "an output of another scale or zero point", expected: "those of the operand")
        }
        return quantization
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

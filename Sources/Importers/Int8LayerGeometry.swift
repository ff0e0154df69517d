import Diagnostics
import FileFormats
import Graph
import Tensors
import Text

/// Shapes and operator of a layer case, with the padding that its output shape implies.
struct Int8LayerGeometry: Sendable {
    let batches: Int
    /// Of one sample.
    let input: TensorShape
    let output: TensorShape
    let `operator`: Operator

    /// - Parameter fields: for messages.
    /// - Throws: `layerCaseCorrupt`.
    init(_ description: Int8LayerDescription, _ fields: JSONFields) throws(Diagnostic) {
        let names = description.kind.shapeFields
        let inputExtents = try Self.activationExtents(description.inputShape, names.input, description, fields)
        let outputExtents = try Self.activationExtents(description.outputShape, names.output, description, fields)
        guard inputExtents[0] == outputExtents[0] else {
            throw fields.invalid(
                found: "batches of \(inputExtents[0]) in \(names.input) and \(outputExtents[0]) in \(names.output)",
                expected: "one batch")
        }
        // Lists as long as the shapes say: from here on every product of extents fits.
        try Self.requireCount(description.input, of: inputExtents, "input", names.input, fields)
        try Self.requireCount(description.expected, of: outputExtents, "expected", names.output, fields)
        batches = inputExtents[0]
        input = TensorShape(height: inputExtents[1], width: inputExtents[2], channels: inputExtents[3])
        output = TensorShape(height: outputExtents[1], width: outputExtents[2], channels: outputExtents[3])
        try Self.requireWeightShape(description, input, output, fields)
        switch description.kind {
        case .convolution, .depthwiseConvolution:
            self.operator = try Self.convolution(description, input, output, fields)
        case .transposedConvolution: self.operator = try Self.transposedConvolution(description, input, output, fields)
        case .fullyConnected: self.operator = .fullyConnected(outputChannels: output.channels)
        }
        try requireCounts(description, fields)
    }

    /// `[N, H, W, C]`
    private static func activationExtents(
        _ shape: [Int], _ name: String, _ description: Int8LayerDescription, _ fields: JSONFields
    ) throws(Diagnostic) -> [Int] {
        let isFlat = description.kind == .fullyConnected
        let extents = try extents(shape, count: isFlat ? 2 : 4, name, fields)
        return isFlat ? [extents[0], 1, 1, extents[1]] : extents
    }

    private static func extents(
        _ shape: [Int], count: Int, _ name: String, _ fields: JSONFields
    ) throws(Diagnostic) -> [Int] {
        guard shape.count == count, shape.allSatisfy((1...1 << 16).contains) else {
            throw fields.invalid(found: "\(name) \(shape.prefix(8))", expected: "\(count) extents in 1...65536")
        }
        return shape
    }

    private static func requireCount(
        _ list: [Int], of extents: [Int], _ name: String, _ shapeName: String, _ fields: JSONFields
    ) throws(Diagnostic) {
        guard list.count == product(extents) else {
            throw fields.invalid(
                found: "\(list.count.counted("element")) in \(name)",
                expected: "as many as \(shapeName) \(extents) says" + (product(extents).map { ": \($0)" } ?? ""))
        }
    }

    /// Nil where it passes 2^40, which no list does.
    private static func product(_ extents: [Int]) -> Int? {
        var product = 1
        for extent in extents {
            product *= extent
            guard product <= 1 << 40 else { return nil }
        }
        return product
    }

    /// What stands in the weight shape must be what input, output and groups say, and the list as long.
    private static func requireWeightShape(
        _ description: Int8LayerDescription, _ input: TensorShape, _ output: TensorShape, _ fields: JSONFields
    ) throws(Diagnostic) {
        let name = description.kind.shapeFields.weights
        let shape = try extents(
            description.weightShape,
            count: [.convolution, .transposedConvolution].contains(description.kind)
                ? 4 : description.kind == .depthwiseConvolution ? 3 : 2, name, fields)
        let groups = description.groups ?? (description.kind == .depthwiseConvolution ? input.channels : 1)
        guard groups >= 1, input.channels % groups == 0, output.channels % groups == 0,
            description.kind != .depthwiseConvolution || groups == input.channels
        else {
            throw fields.invalid(
                found: "\(groups) groups",
                expected: description.kind == .depthwiseConvolution
                    ? "\(input.channels), the input channels, which divide \(output.channels) output channels"
                    : "a divisor of \(input.channels) and \(output.channels.counted("channel"))")
        }
        let expected: [Int] =
            switch description.kind {
            case .convolution, .transposedConvolution: [output.channels, shape[1], shape[2], input.channels / groups]
            case .depthwiseConvolution: [shape[0], shape[1], output.channels]
            case .fullyConnected: [output.channels, input.channels]
            }
        guard shape == expected else {
            throw fields.invalid(found: "\(name) \(shape)", expected: "\(expected), which input and output shape say")
        }
        try requireCount(description.weights, of: shape, "weights", name, fields)
    }

    private static func pair(
        _ values: [Int], _ name: String, in range: ClosedRange<Int>, _ fields: JSONFields
    ) throws(Diagnostic) -> (y: Int, x: Int) {
        guard values.count == 2, values.allSatisfy(range.contains) else {
            throw fields.invalid(
                found: "\(name) \(values.prefix(8))", expected: "[y, x] in \(range.lowerBound)...\(range.upperBound)")
        }
        return (values[0], values[1])
    }

    /// Kernel rows and columns.
    private static func kernel(_ description: Int8LayerDescription) -> (height: Int, width: Int) {
        let first = description.kind == .depthwiseConvolution ? 0 : 1
        return (description.weightShape[first], description.weightShape[first + 1])
    }

    private static func convolution(
        _ description: Int8LayerDescription, _ input: TensorShape, _ output: TensorShape, _ fields: JSONFields
    )
        throws(Diagnostic) -> Operator
    {
        let kernel = kernel(description)
        let stride = try pair(description.stride, "stride", in: 1...255, fields)
        let dilation = try pair(description.dilation, "dilation", in: 1...255, fields)
        let first = try pair(description.padTopLeft, "padTopLeft", in: 0...1024, fields)
        // The last window ends at (out - 1) stride + (kernel - 1) dilation + 1; what of it lies beyond the input is
        // padding.
        let bottom = (output.height - 1) * stride.y + (kernel.height - 1) * dilation.y + 1 - first.y - input.height
        let right = (output.width - 1) * stride.x + (kernel.width - 1) * dilation.x + 1 - first.x - input.width
        let convolution = Convolution(
            outputChannels: output.channels, kernelHeight: kernel.height, kernelWidth: kernel.width, strideY: stride.y,
            strideX: stride.x,
            padding: Padding(top: first.y, bottom: max(bottom, 0), left: first.x, right: max(right, 0)),
            dilationY: dilation.y, dilationX: dilation.x,
            groups: description.groups ?? (description.kind == .depthwiseConvolution ? input.channels : 1))
        return .convolution(convolution)
    }

    private static func transposedConvolution(
        _ description: Int8LayerDescription, _ input: TensorShape, _ output: TensorShape, _ fields: JSONFields
    )
        throws(Diagnostic) -> Operator
    {
        let kernel = kernel(description)
        let stride = try pair(description.stride, "stride", in: 1...255, fields)
        let first = try pair(description.padTopLeft, "padTopLeft", in: 0...1024, fields)
        guard description.dilation == [1, 1], description.groups ?? 1 == 1 else {
            throw fields.invalid(
                found: "a transposed convolution with dilation or groups", expected: "dilation [1, 1], groups 1")
        }
        // Without a limit the output would end at (in - 1) stride - first + kernel; bottom and right cut it, or the
        // output padding extends it.
        let beyondY = (input.height - 1) * stride.y - first.y + kernel.height - output.height
        let beyondX = (input.width - 1) * stride.x - first.x + kernel.width - output.width
        let transposed = TransposedConvolution(
            outputChannels: output.channels, kernelHeight: kernel.height, kernelWidth: kernel.width, strideY: stride.y,
            strideX: stride.x,
            padding: Padding(top: first.y, bottom: max(beyondY, 0), left: first.x, right: max(beyondX, 0)),
            outputPaddingY: max(-beyondY, 0),
            outputPaddingX: max(-beyondX, 0))
        return .transposedConvolution(transposed)
    }

    /// Refuses counts that contradict the shapes, and an output shape that the operator does not give.
    private func requireCounts(_ description: Int8LayerDescription, _ fields: JSONFields) throws(Diagnostic) {
        let layer = Layer(name: description.name, operator: self.operator, inputs: [description.inputName])
        let natural: TensorShape
        do {
            natural = try layer.outputShape(of: [input])
        } catch {
            throw Diagnostic(
                error.code, at: "\(fields.place), \(error.place)", found: error.found, expected: error.expected,
                remedy: error.remedy)
        }
        guard natural == output else {
            throw fields.invalid(
                found: "\(description.kind.shapeFields.output) \(output)",
                expected: "\(natural), which stride, padding and kernel give")
        }
        let multipliers = description.multiplierQ31.count
        let conditions: [(Bool, String, String)] = [
            (
                [1, output.channels].contains(multipliers) && description.shift.count == multipliers,
                "\(multipliers) multipliers and \(description.shift.count) shifts", "1 or \(output.channels) of each"
            ),
            (
                [0, output.channels].contains(description.bias.count), "\(description.bias.count) biases",
                "0 or \(output.channels)"
            ),
        ]
        for (holds, found, expected) in conditions where !holds {
            throw fields.invalid(found: found, expected: expected)
        }
    }
}

extension Int8LayerDescription {
    /// The name of the network's input, which is never the layer's own.
    var inputName: String { name == "input" ? "input.0" : "input" }
}

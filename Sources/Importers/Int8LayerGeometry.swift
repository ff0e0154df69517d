import Diagnostics
import Graph
import Tensors

/// Shapes and operator of a layer case, with the padding that its output shape implies.
struct Int8LayerGeometry: Sendable {
    let batches: Int
    /// Of one sample.
    let input: TensorShape
    let output: TensorShape
    let `operator`: Operator

    init(_ description: Int8LayerDescription, path: String) throws(Diagnostic) {
        let isFullyConnected = description.kind == "fullyConnected"
        let inputExtents = try Self.extents(isFullyConnected ? description.inputShape : description.inputShapeNHWC, "input shape", isFullyConnected, path)
        let outputExtents = try Self.extents(isFullyConnected ? description.outputShape : description.outputShapeNHWC, "output shape", isFullyConnected, path)
        guard inputExtents[0] == outputExtents[0] else {
            throw Int8LayerCase.corrupt(path, found: "batches of \(inputExtents[0]) and \(outputExtents[0])", expected: "one batch")
        }
        batches = inputExtents[0]
        input = TensorShape(height: inputExtents[1], width: inputExtents[2], channels: inputExtents[3])
        output = TensorShape(height: outputExtents[1], width: outputExtents[2], channels: outputExtents[3])
        switch description.kind {
        case "conv", "depthwiseConv": self.operator = try Self.convolution(description, input, output, path)
        case "transposedConv": self.operator = try Self.transposedConvolution(description, input, output, path)
        case "fullyConnected": self.operator = .fullyConnected(outputChannels: output.channels)
        default:
            throw Diagnostic(
                .layerCaseKindUnknown, at: "\(path), field kind", found: "'\(description.kind)'",
                expected: "conv, depthwiseConv, transposedConv or fullyConnected", remedy: "correct the kind")
        }
        try requireCounts(description, path)
    }

    private static func extents(_ shape: [Int]?, _ name: String, _ isFlat: Bool, _ path: String) throws(Diagnostic) -> [Int] {
        let count = isFlat ? 2 : 4
        guard let shape, shape.count == count, shape.allSatisfy((1...1 << 16).contains) else {
            throw Int8LayerCase.corrupt(path, found: "\(name) \(shape.map(\.description) ?? "missing")", expected: "\(count) extents in 1...65536")
        }
        return isFlat ? [shape[0], 1, 1, shape[1]] : shape
    }

    private static func pair(_ values: [Int]?, _ name: String, in range: ClosedRange<Int>, _ path: String) throws(Diagnostic) -> (y: Int, x: Int) {
        guard let values, values.count == 2, values.allSatisfy(range.contains) else {
            throw Int8LayerCase.corrupt(
                path, found: "\(name) \(values.map(\.description) ?? "missing")", expected: "[y, x] in \(range.lowerBound)...\(range.upperBound)")
        }
        return (values[0], values[1])
    }

    /// Kernel rows and columns.
    private static func kernel(_ description: Int8LayerDescription, _ path: String) throws(Diagnostic) -> (height: Int, width: Int) {
        let shape = description.kind == "depthwiseConv" ? description.weightShapeHWO : description.weightShapeOHWI?.dropFirst().map { $0 }
        guard let shape, shape.count == 3, shape.allSatisfy((1...1 << 16).contains) else {
            throw Int8LayerCase.corrupt(path, found: "a weight shape of another form", expected: "weightShapeOHWI, or weightShapeHWO for depthwiseConv")
        }
        return (shape[0], shape[1])
    }

    private static func convolution(_ description: Int8LayerDescription, _ input: TensorShape, _ output: TensorShape, _ path: String)
        throws(Diagnostic) -> Operator
    {
        let kernel = try kernel(description, path)
        let stride = try pair(description.stride, "stride", in: 1...255, path)
        let dilation = try pair(description.dilation, "dilation", in: 1...255, path)
        let first = try pair(description.padTopLeft, "padTopLeft", in: 0...1024, path)
        let groups = description.groups ?? 1
        guard groups >= 1, input.channels % groups == 0, output.channels % groups == 0 else {
            throw Int8LayerCase.corrupt(path, found: "\(groups) groups", expected: "a divisor of \(input.channels) and \(output.channels) channels")
        }
        // The last window ends at (out - 1) stride + (kernel - 1) dilation + 1; what of it lies beyond the input is padding.
        let bottom = (output.height - 1) * stride.y + (kernel.height - 1) * dilation.y + 1 - first.y - input.height
        let right = (output.width - 1) * stride.x + (kernel.width - 1) * dilation.x + 1 - first.x - input.width
        let convolution = Convolution(
            outputChannels: output.channels, kernelHeight: kernel.height, kernelWidth: kernel.width, strideY: stride.y, strideX: stride.x,
            padding: Padding(top: first.y, bottom: max(bottom, 0), left: first.x, right: max(right, 0)), dilationY: dilation.y, dilationX: dilation.x,
            groups: groups)
        return .convolution(convolution)
    }

    private static func transposedConvolution(_ description: Int8LayerDescription, _ input: TensorShape, _ output: TensorShape, _ path: String)
        throws(Diagnostic) -> Operator
    {
        let kernel = try kernel(description, path)
        let stride = try pair(description.stride, "stride", in: 1...255, path)
        let first = try pair(description.padTopLeft, "padTopLeft", in: 0...1024, path)
        guard description.dilation ?? [1, 1] == [1, 1], description.groups ?? 1 == 1 else {
            throw Int8LayerCase.corrupt(path, found: "a transposed convolution with dilation or groups", expected: "dilation [1, 1], groups 1")
        }
        // Without a limit the output would end at (in - 1) stride - first + kernel; bottom and right cut it, or the output padding extends it.
        let beyondY = (input.height - 1) * stride.y - first.y + kernel.height - output.height
        let beyondX = (input.width - 1) * stride.x - first.x + kernel.width - output.width
        let transposed = TransposedConvolution(
            outputChannels: output.channels, kernelHeight: kernel.height, kernelWidth: kernel.width, strideY: stride.y, strideX: stride.x,
            padding: Padding(top: first.y, bottom: max(beyondY, 0), left: first.x, right: max(beyondX, 0)), outputPaddingY: max(-beyondY, 0),
            outputPaddingX: max(-beyondX, 0))
        return .transposedConvolution(transposed)
    }

    /// Refuses counts that contradict the shapes, and an output shape that the operator does not give.
    private func requireCounts(_ description: Int8LayerDescription, _ path: String) throws(Diagnostic) {
        let layer = Layer(name: description.case, operator: self.operator, inputs: ["input"])
        let natural = try layer.outputShape(of: [FeatureShape(height: input.height, width: input.width, channels: input.channels)])
        guard natural == FeatureShape(height: output.height, width: output.width, channels: output.channels) else {
            throw Int8LayerCase.corrupt(path, found: "output shape \(output)", expected: "\(natural), which stride, padding and kernel give")
        }
        let taps =
            switch self.operator {
            case .convolution(let convolution): convolution.kernelHeight * convolution.kernelWidth * (input.channels / convolution.groups)
            case .transposedConvolution(let transposed): transposed.kernelHeight * transposed.kernelWidth * input.channels
            default: input.count
            }
        let multipliers = description.multiplierQ31.count
        let conditions: [(Bool, String, String)] = [
            (description.weights.count == output.channels * taps, "\(description.weights.count) weights", "\(output.channels * taps)"),
            (
                [1, output.channels].contains(multipliers) && description.shift.count == multipliers,
                "\(multipliers) multipliers and \(description.shift.count) shifts", "1 or \(output.channels) of each"
            ),
            ([0, output.channels].contains(description.bias.count), "\(description.bias.count) biases", "0 or \(output.channels)"),
        ]
        for (holds, found, expected) in conditions where !holds { throw Int8LayerCase.corrupt(path, found: found, expected: expected) }
    }
}

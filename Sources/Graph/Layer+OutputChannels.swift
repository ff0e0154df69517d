public import Diagnostics
import Text

extension Layer {
    /// The channels this layer writes, from those it reads: what can be said before a picture's size is known. Checks
    /// the attributes, too.
    ///
    /// - Throws: `graphShapeMismatch` where the number of operands or their channels do not fit the operator,
    ///   `graphAttributeOutOfRange` for attributes that make no sense, `graphTooLarge`.
    public func outputChannels(of operands: [Int]) throws(Diagnostic) -> Int {
        try requireOperandCount(operands.count)
        try requireAttributes()
        let input = operands[0]
        let channels: Int
        switch self.operator {
        case .convolution(let convolution):
            try requireFit(
                input % convolution.groups == 0 && convolution.outputChannels % convolution.groups == 0,
                "\(input) input and \(convolution.outputChannels) output channels in \(convolution.groups) groups",
                expected: "both divisible by the groups",
                remedy: "correct the groups or the channels in the network file")
            channels = convolution.outputChannels
        case .transposedConvolution(let transposed): channels = transposed.outputChannels
        case .fullyConnected(let outputChannels): channels = outputChannels
        case .normalization, .requantize, .maxPooling, .pad, .nearestResize: channels = input
        case .add, .twoStageAdd, .multiply:
            try requireFit(
                operands[1] == input, "operands of \(input) and \(operands[1].counted("channel"))",
                expected: "two operands of as many channels", remedy: "correct the layers that make the operands")
            channels = input
        case .concatenation: channels = operands.reduce(0, +)
        case .pixelShuffle(let factor):
            try requireFit(
                input % (factor * factor) == 0, input.counted("channel"),
                expected: "a multiple of \(factor * factor) channels",
                remedy: "correct the factor, or the channels of the layer before")
            channels = input / (factor * factor)
        case .quantizeLatent(let grid), .reconstructLatent(let grid):
            if operands.count == 2 {
                try requireFit(
                    grid.firstMeanChannel >= 0 && grid.firstMeanChannel <= GraphLimits.extent
                        && grid.firstMeanChannel + input <= operands[1],
                    "\(input.counted("channel")) of latents, \(operands[1]) of means from channel "
                        + "\(grid.firstMeanChannel)",
                    expected: "means that cover every latent",
                    remedy: "correct firstMeanChannel, or the layer that makes the means")
            }
            channels = input
        }
        guard channels <= GraphLimits.extent else {
            throw Diagnostic(
                .graphTooLarge, at: "layer \(name)",
                found: "\(self.operator.name) of \(Self.listed(operands)) channels makes \(channels)",
                expected: "at most \(GraphLimits.extent) channels", remedy: "give the layers before it fewer channels")
        }
        return channels
    }

    /// The first of many operands, and how many there are.
    static func listed(_ operands: [some CustomStringConvertible]) -> String {
        operands.prefix(3).map(\.description).joined(separator: ", ")
            + (operands.count > 3 ? " ... (\(operands.count) operands)" : "")
    }

    private func requireOperandCount(_ count: Int) throws(Diagnostic) {
        let allowed: ClosedRange<Int> =
            switch self.operator {
            case .add, .twoStageAdd, .multiply: 2...2
            case .concatenation: 2...64
            case .quantizeLatent, .reconstructLatent: 1...2
            default: 1...1
            }
        try requireFit(
            allowed.contains(count), count.counted("input"),
            expected: "\(allowed.lowerBound) to \(allowed.upperBound) for \(self.operator.name)",
            remedy: "correct the layer's list of inputs")
    }

    private func requireAttributes() throws(Diagnostic) {
        switch self.operator {
        case .convolution(let convolution):
            try requireWindow(
                kernel: (convolution.kernelHeight, convolution.kernelWidth),
                stride: (convolution.strideY, convolution.strideX),
                dilation: (convolution.dilationY, convolution.dilationX), padding: convolution.padding)
            try require(outputChannels: convolution.outputChannels)
            try require(
                (1...GraphLimits.extent).contains(convolution.groups), "groups \(convolution.groups)",
                expected: "1...\(GraphLimits.extent)")
        case .transposedConvolution(let transposed):
            try requireWindow(
                kernel: (transposed.kernelHeight, transposed.kernelWidth),
                stride: (transposed.strideY, transposed.strideX), dilation: (1, 1),
                padding: transposed.padding)
            try require(outputChannels: transposed.outputChannels)
            try require(
                (0...1024).contains(transposed.outputPaddingY) && (0...1024).contains(transposed.outputPaddingX),
                "outputPadding \(transposed.outputPaddingY), \(transposed.outputPaddingX)", expected: "each in 0...1024"
            )
        case .fullyConnected(let outputChannels): try require(outputChannels: outputChannels)
        case .maxPooling(let pooling):
            try requireWindow(
                kernel: (pooling.kernelHeight, pooling.kernelWidth), stride: (pooling.strideY, pooling.strideX),
                dilation: (1, 1), padding: pooling.padding)
            let padding = pooling.padding
            try require(
                max(padding.top, padding.bottom) < pooling.kernelHeight
                    && max(padding.left, padding.right) < pooling.kernelWidth,
                "padding \(padding.top), \(padding.bottom), \(padding.left), \(padding.right)",
                expected: "less than the kernel: a window of padding has no largest element")
        case .pad(let pad):
            let margins = [pad.padding.top, pad.padding.bottom, pad.padding.left, pad.padding.right]
            try require(
                margins.allSatisfy { (-GraphLimits.extent...1024).contains($0) }, "padding \(margins)",
                expected: "each at most 1024")
            try require(
                (1...255).contains(pad.strideY) && (1...255).contains(pad.strideX),
                "stride \(pad.strideY)x\(pad.strideX)", expected: "each in 1...255")
            try require((-32_768...32_767).contains(pad.fill), "fill \(pad.fill)", expected: "a stored element")
        case .nearestResize(let factor): try require((1...16).contains(factor), "factor \(factor)", expected: "1...16")
        case .pixelShuffle(let factor): try require((1...16).contains(factor), "factor \(factor)", expected: "1...16")
        case .quantizeLatent(let grid), .reconstructLatent(let grid):
            try require((0...8).contains(grid.fractionBits), "fractionBits \(grid.fractionBits)", expected: "0...8")
        case .twoStageAdd(let addition):
            try require(
                (0...24).contains(addition.leftShift), "leftShift \(addition.leftShift)", expected: "0...24")
        case .normalization, .requantize, .add, .multiply, .concatenation: break
        }
        try requireActivation()
    }

    private func requireActivation() throws(Diagnostic) {
        switch activation {
        case .none: return
        case .relu: break
        case .leakyRelu(let slope):
            try require(slope.isFinite, "a leakyRelu of slope \(slope)", expected: "a finite slope")
        case .clip(let low, let high):
            try require(low <= high, "clip limits \(low) and \(high)", expected: "low at most high")
        case .sigmoid:
            try require(hasWeights, "a sigmoid", expected: "none: only layers with weights have a sigmoid")
        }
        switch self.operator {
        case .convolution, .transposedConvolution, .fullyConnected, .requantize, .add, .twoStageAdd, .multiply: break
        case .normalization, .concatenation, .pixelShuffle, .maxPooling, .pad, .nearestResize, .quantizeLatent,
            .reconstructLatent:
            try require(
                false, "an activation function",
                expected: "none: only accumulating layers, requantize, additions and multiply have one")
        }
    }

    private var hasWeights: Bool {
        switch self.operator {
        case .convolution, .transposedConvolution, .fullyConnected: true
        default: false
        }
    }

    private func requireWindow(
        kernel: (Int, Int), stride: (Int, Int), dilation: (Int, Int), padding: Padding
    ) throws(Diagnostic) {
        let positive = [kernel.0, kernel.1, stride.0, stride.1, dilation.0, dilation.1]
        try require(
            positive.allSatisfy { (1...255).contains($0) },
            "kernel \(kernel.0)x\(kernel.1), stride \(stride.0)x\(stride.1), dilation \(dilation.0)x\(dilation.1)",
            expected: "each in 1...255")
        let margins = [padding.top, padding.bottom, padding.left, padding.right]
        try require(margins.allSatisfy { (0...1024).contains($0) }, "padding \(margins)", expected: "each in 0...1024")
    }

    private func require(outputChannels: Int) throws(Diagnostic) {
        try require(
            (1...GraphLimits.extent).contains(outputChannels), "outputChannels \(outputChannels)",
            expected: "1...\(GraphLimits.extent)")
    }

    private func require(_ condition: Bool, _ found: String, expected: String) throws(Diagnostic) {
        guard condition else {
            throw Diagnostic(
                .graphAttributeOutOfRange, at: "layer \(name)", found: "\(self.operator.name) has \(found)",
                expected: expected,
                remedy: "correct the attribute in the network file")
        }
    }

    func requireFit(_ condition: Bool, _ found: String, expected: String, remedy: String) throws(Diagnostic) {
        guard condition else {
            throw Diagnostic(
                .graphShapeMismatch, at: "layer \(name)", found: "\(self.operator.name) has \(found)",
                expected: expected, remedy: remedy)
        }
    }
}

public import Diagnostics

extension Layer {
    /// The shape this layer writes, from those it reads.
    ///
    /// - Throws: `graphShapeMismatch` where the operands do not fit the operator, `graphAttributeOutOfRange` for attributes that make no sense.
    public func outputShape(of operands: [FeatureShape]) throws(Diagnostic) -> FeatureShape {
        try requireOperandCount(operands.count)
        let input = operands[0]
        switch self.operator {
        case .convolution(let convolution): return try outputShape(convolution, of: input)
        case .transposedConvolution(let transposed): return try outputShape(transposed, of: input)
        case .fullyConnected(let outputChannels):
            try require(outputChannels >= 1, "outputChannels \(outputChannels)", expected: "at least 1")
            return FeatureShape(height: 1, width: 1, channels: outputChannels)
        case .normalization, .requantize: return input
        case .add:
            try requireFit(operands[1] == input, "operands \(input) and \(operands[1])", expected: "two operands of one shape")
            return input
        case .concatenation:
            try requireFit(
                operands.allSatisfy { $0.height == input.height && $0.width == input.width }, "operands \(operands.map(\.description).joined(separator: ", "))",
                expected: "operands of one height and width")
            return FeatureShape(height: input.height, width: input.width, channels: operands.reduce(0) { $0 + $1.channels })
        case .pixelShuffle(let factor):
            try require((1...16).contains(factor), "factor \(factor)", expected: "1...16")
            try requireFit(input.channels % (factor * factor) == 0, "\(input.channels) channels", expected: "a multiple of \(factor * factor) channels")
            return FeatureShape(height: input.height * factor, width: input.width * factor, channels: input.channels / (factor * factor))
        case .quantizeLatent(let grid), .reconstructLatent(let grid):
            try require((0...8).contains(grid.fractionBits), "fractionBits \(grid.fractionBits)", expected: "0...8")
            if operands.count == 2 {
                let means = operands[1]
                try requireFit(
                    means.height == input.height && means.width == input.width && grid.firstMeanChannel >= 0
                        && grid.firstMeanChannel + input.channels <= means.channels,
                    "latents \(input), means \(means) from channel \(grid.firstMeanChannel)", expected: "means that cover every latent")
            }
            return input
        }
    }

    private func outputShape(_ convolution: Convolution, of input: FeatureShape) throws(Diagnostic) -> FeatureShape {
        try requireWindow(
            kernel: (convolution.kernelHeight, convolution.kernelWidth), stride: (convolution.strideY, convolution.strideX),
            dilation: (convolution.dilationY, convolution.dilationX), padding: convolution.padding)
        let (groups, channels) = (convolution.groups, convolution.outputChannels)
        try require(channels >= 1 && groups >= 1, "outputChannels \(channels), groups \(groups)", expected: "at least 1")
        try requireFit(
            input.channels % groups == 0 && channels % groups == 0, "\(input.channels) input and \(channels) output channels in \(groups) groups",
            expected: "both divisible by the groups")
        let paddedHeight = input.height + convolution.padding.top + convolution.padding.bottom
        let paddedWidth = input.width + convolution.padding.left + convolution.padding.right
        let height = paddedHeight - (convolution.kernelHeight - 1) * convolution.dilationY - 1
        let width = paddedWidth - (convolution.kernelWidth - 1) * convolution.dilationX - 1
        try requireFit(height >= 0 && width >= 0, "padded input \(paddedHeight)x\(paddedWidth)", expected: "at least the extent of the dilated kernel")
        return FeatureShape(height: height / convolution.strideY + 1, width: width / convolution.strideX + 1, channels: channels)
    }

    private func outputShape(_ transposed: TransposedConvolution, of input: FeatureShape) throws(Diagnostic) -> FeatureShape {
        try requireWindow(
            kernel: (transposed.kernelHeight, transposed.kernelWidth), stride: (transposed.strideY, transposed.strideX), dilation: (1, 1),
            padding: transposed.padding)
        try require(transposed.outputChannels >= 1, "outputChannels \(transposed.outputChannels)", expected: "at least 1")
        try require(
            transposed.outputPaddingY >= 0 && transposed.outputPaddingX >= 0,
            "outputPadding \(transposed.outputPaddingY), \(transposed.outputPaddingX)", expected: "not negative")
        let padding = transposed.padding
        let height = (input.height - 1) * transposed.strideY - padding.top - padding.bottom + transposed.kernelHeight + transposed.outputPaddingY
        let width = (input.width - 1) * transposed.strideX - padding.left - padding.right + transposed.kernelWidth + transposed.outputPaddingX
        try requireFit(height >= 1 && width >= 1, "output \(height)x\(width)", expected: "at least one pixel")
        return FeatureShape(height: height, width: width, channels: transposed.outputChannels)
    }

    private func requireOperandCount(_ count: Int) throws(Diagnostic) {
        let allowed: ClosedRange<Int> =
            switch self.operator {
            case .add: 2...2
            case .concatenation: 2...64
            case .quantizeLatent, .reconstructLatent: 1...2
            default: 1...1
            }
        try requireFit(allowed.contains(count), "\(count) inputs", expected: "\(allowed.lowerBound) to \(allowed.upperBound) for \(self.operator.name)")
    }

    private func requireWindow(kernel: (Int, Int), stride: (Int, Int), dilation: (Int, Int), padding: Padding) throws(Diagnostic) {
        let positive = [kernel.0, kernel.1, stride.0, stride.1, dilation.0, dilation.1]
        try require(
            positive.allSatisfy { (1...255).contains($0) }, "kernel \(kernel.0)x\(kernel.1), stride \(stride.0)x\(stride.1), dilation \(dilation.0)x\(dilation.1)",
            expected: "each in 1...255")
        let margins = [padding.top, padding.bottom, padding.left, padding.right]
        try require(margins.allSatisfy { (0...1024).contains($0) }, "padding \(margins)", expected: "each in 0...1024")
    }

    private func require(_ condition: Bool, _ found: String, expected: String) throws(Diagnostic) {
        guard condition else {
            throw Diagnostic(
                .graphAttributeOutOfRange, at: "layer \(name)", found: "\(self.operator.name) has \(found)", expected: expected,
                remedy: "correct the attribute in the network file")
        }
    }

    private func requireFit(_ condition: Bool, _ found: String, expected: String) throws(Diagnostic) {
        guard condition else {
            throw Diagnostic(
                .graphShapeMismatch, at: "layer \(name)", found: "\(self.operator.name) has \(found)", expected: expected,
                remedy: "correct the graph or the picture's size")
        }
    }
}

public import Diagnostics
public import Tensors

extension Layer {
    /// The shape this layer writes, from those it reads.
    ///
    /// Here every size is checked, once: extents of operands and output are 1...2^20, elements of the output and the
    /// layer's multiply-accumulates at most 2^40.
    ///
    /// - Throws: `graphShapeMismatch` where the operands do not fit the operator, `graphAttributeOutOfRange` for
    ///   attributes that make no sense, `graphTooLarge`.
    public func outputShape(of operands: [TensorShape]) throws(Diagnostic) -> TensorShape {
        for operand in operands { try requireSize(operand, "an operand", operands) }
        let channels = try outputChannels(of: operands.map(\.channels))
        let extent = try outputExtent(of: operands)
        let shape = TensorShape(height: extent.height, width: extent.width, channels: channels)
        try requireSize(shape, "an output", operands)
        guard macFactors(input: operands[0], output: shape).productWithinLimit() != nil else {
            throw tooLarge(
                """
                an output of \(shape) that takes about \
                \(macFactors(input: operands[0], output: shape).reduce(1.0) { $0 * Double($1) }) multiply-accumulates
                """,
                operands, expected: "at most \(GraphLimits.product) multiply-accumulates")
        }
        return shape
    }

    private func outputExtent(of operands: [TensorShape]) throws(Diagnostic) -> (height: Int, width: Int) {
        let input = operands[0]
        switch self.operator {
        case .convolution(let convolution): return try outputExtent(convolution, of: input)
        case .transposedConvolution(let transposed): return try outputExtent(transposed, of: input)
        case .fullyConnected: return (1, 1)
        case .normalization, .requantize: return (input.height, input.width)
        case .add, .twoStageAdd, .multiply:
            try requireExtents(
                operands[1] == input || operands[1].height == 1 && operands[1].width == 1,
                "operands \(input) and \(operands[1])",
                expected: "two operands of one shape, or one pixel as the second")
            return (input.height, input.width)
        case .concatenation:
            try requireExtents(
                operands.allSatisfy { $0.height == input.height && $0.width == input.width },
                "operands \(Self.listed(operands))",
                expected: "operands of one height and width")
            return (input.height, input.width)
        case .maxPooling(let pooling):
            // As a convolution of these windows has it.
            return try outputExtent(
                Convolution(
                    outputChannels: 1, kernelHeight: pooling.kernelHeight, kernelWidth: pooling.kernelWidth,
                    strideY: pooling.strideY, strideX: pooling.strideX, padding: pooling.padding), of: input)
        case .pad(let pad):
            return try outputExtent(
                Convolution(
                    outputChannels: 1, kernelHeight: 1, kernelWidth: 1, strideY: pad.strideY, strideX: pad.strideX,
                    padding: pad.padding), of: input)
        case .pixelShuffle(let factor), .nearestResize(let factor): return (input.height * factor, input.width * factor)
        case .quantizeLatent, .reconstructLatent:
            try requireExtents(
                operands.allSatisfy { $0.height == input.height && $0.width == input.width },
                "latents \(input), means \(operands[operands.count - 1])",
                expected: "means that cover every latent")
            return (input.height, input.width)
        }
    }

    private func outputExtent(
        _ convolution: Convolution, of input: TensorShape
    ) throws(Diagnostic) -> (height: Int, width: Int) {
        let paddedHeight = input.height + convolution.padding.top + convolution.padding.bottom
        let paddedWidth = input.width + convolution.padding.left + convolution.padding.right
        let spanY = (convolution.kernelHeight - 1) * convolution.dilationY + 1
        let spanX = (convolution.kernelWidth - 1) * convolution.dilationX + 1
        try requireExtents(
            paddedHeight >= spanY && paddedWidth >= spanX, "padded input \(paddedHeight)x\(paddedWidth)",
            expected: "at least the extent of the dilated kernel, \(spanY)x\(spanX)")
        return ((paddedHeight - spanY) / convolution.strideY + 1, (paddedWidth - spanX) / convolution.strideX + 1)
    }

    private func outputExtent(
        _ transposed: TransposedConvolution, of input: TensorShape
    ) throws(Diagnostic) -> (height: Int, width: Int) {
        let padding = transposed.padding
        let height =
            (input.height - 1) * transposed.strideY - padding.top - padding.bottom + transposed.kernelHeight
            + transposed.outputPaddingY
        let width =
            (input.width - 1) * transposed.strideX - padding.left - padding.right + transposed.kernelWidth
            + transposed.outputPaddingX
        try requireExtents(
            height >= 1 && width >= 1, "output \(height)x\(width) of input \(input)", expected: "at least one pixel")
        return (height, width)
    }

    private func requireExtents(_ condition: Bool, _ found: String, expected: String) throws(Diagnostic) {
        try requireFit(
            condition, found, expected: expected,
            remedy:
                """
                give a picture of a size that the network can take, or correct the sizeMultiple or this layer's \
                attributes in the network file
                """
        )
    }

    private func requireSize(_ shape: TensorShape, _ what: String, _ operands: [TensorShape]) throws(Diagnostic) {
        let extents = [shape.height, shape.width, shape.channels]
        guard extents.allSatisfy({ (1...GraphLimits.extent).contains($0) }), extents.productWithinLimit() != nil else {
            throw tooLarge(
                "\(what) of \(shape)", operands,
                expected: "extents of 1...\(GraphLimits.extent), and at most \(GraphLimits.product) elements")
        }
    }

    private func tooLarge(_ found: String, _ operands: [TensorShape], expected: String) -> Diagnostic {
        Diagnostic(
            .graphTooLarge, at: "layer \(name)",
            found: "\(self.operator.name) of \(Self.listed(operands)) has \(found)", expected: expected,
            remedy: "give a smaller picture, or give the layers up to this one smaller strides or fewer channels")
    }
}

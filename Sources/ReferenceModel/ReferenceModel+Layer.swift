public import Diagnostics
public import Graph
import Networks
import Quantization
public import Tensors

extension ReferenceModel {
    /// Runs one layer on stored operands, one for each of `layer.inputs`; their formats are those of the network's
    /// tensors of these names.
    ///
    /// - Throws: `graphShapeMismatch`, `graphAttributeOutOfRange`, `graphUnknownTensor` (a tensor without a format),
    ///   `referenceParametersUnfit`, `referenceElementOutOfRange`, `codebookValueTooWide`, `referenceFormatsDisagree`,
    ///   `referenceRoundingNotAdmitted`, and, naming layer and channel, `referenceAccumulatorTooNarrow` and
    ///   `referenceShiftedAccumulatorTooWide`.
    public func runLayer(_ layer: Layer, operands: [Tensor<Int32>]) throws(Diagnostic) -> LayerResult {
        let place = "layer \(layer.name)"
        guard operands.count == layer.inputs.count else {
            throw Diagnostic(
                .graphShapeMismatch, at: place, found: "\(operands.count) operands",
                expected: "\(layer.inputs.count), one for each input",
                remedy: "give each input its tensor")
        }
        let shape = try layer.outputShape(of: operands.map(\.shape))
        var sources: [StoredOperand] = []
        for (name, tensor) in zip(layer.inputs, operands) {
            sources.append(
                StoredOperand(name: name, tensor: tensor, format: try format(of: name, channels: tensor.shape.channels))
            )
        }
        let target = LayerTarget(
            layer: layer.name, shape: shape, format: try format(of: layer.name, channels: shape.channels),
            widths: network.widths)
        let parameters = network.parameters[layer.name] ?? .none

        switch (layer.operator, parameters) {
        case (.convolution(let convolution), .accumulation(let parameters)):
            return try runConvolution(convolution, parameters, of: sources[0], into: target)
        case (.transposedConvolution(let transposed), .accumulation(let parameters)):
            return try runTransposedConvolution(transposed, parameters, of: sources[0], into: target)
        case (.fullyConnected, .accumulation(let parameters)):
            return try runFullyConnected(parameters, of: sources[0], into: target)
        case (.normalization(let form), .normalization(let parameters)):
            return try runNormalization(form, parameters, of: sources[0], into: target)
        case (.requantize, .requantization(let postProcessing)):
            return try runRequantize(postProcessing, of: sources[0], into: target)
        case (.add, .addition(let parameters)):
            return try runAdd(parameters, of: sources[0], and: sources[1], into: target)
        case (.twoStageAdd(let addition), .twoStageAddition(let parameters)):
            return try runTwoStageAdd(addition, parameters, of: sources[0], and: sources[1], into: target)
        case (.multiply, .requantization(let postProcessing)):
            return try runMultiply(postProcessing, of: sources[0], and: sources[1], into: target)
        case (.concatenation, .none): return try runConcatenation(of: sources, into: target)
        case (.pixelShuffle(let factor), .none):
            return try runPixelShuffle(factor: factor, of: sources[0], into: target)
        case (.maxPooling(let pooling), .none): return try runMaxPooling(pooling, of: sources[0], into: target)
        case (.pad(let pad), .none): return try runPad(pad, of: sources[0], into: target)
        case (.nearestResize(let factor), .none):
            return try runNearestResize(factor: factor, of: sources[0], into: target)
        case (.quantizeLatent(let grid), .none): return try runQuantizeLatent(grid, of: sources, into: target)
        case (.reconstructLatent(let grid), .none): return try runReconstructLatent(grid, of: sources, into: target)
        default:
            throw Diagnostic(
                .referenceParametersUnfit, at: place, found: "parameters of another operator or none",
                expected: "the parameters of \(layer.operator.name)",
                remedy: "correct the layer's parameters in the network file")
        }
    }

    private func format(of name: String, channels: Int) throws(Diagnostic) -> TensorFormat {
        guard let format = network.formats[name] else {
            throw Diagnostic(
                .graphUnknownTensor, at: "tensor \(name)", found: "no format",
                expected: "a format for every graph input and layer",
                remedy: "add the tensor's format to the network file")
        }
        if case .codes(let set) = format, set.channels != channels {
            throw Diagnostic(
                .graphShapeMismatch, at: "tensor \(name)",
                found: "\(channels) channels, but selects and offsets of \(set.channels)",
                expected: "a select and an offset for each channel",
                remedy: "correct the tensor's format in the network file")
        }
        return format
    }
}

/// A tensor as a layer reads it: stored elements and what they mean.
struct StoredOperand {
    let name: String
    let tensor: Tensor<Int32>
    let format: TensorFormat
}

/// What a layer writes, before it is written.
struct LayerTarget {
    /// The layer's name, for diagnostics.
    let layer: String
    let shape: TensorShape
    let format: TensorFormat
    let widths: DatapathWidths

    /// Refuses parameters that do not fit the layer.
    func require(
        _ condition: Bool, _ found: @autoclosure () -> String, expected: @autoclosure () -> String
    ) throws(Diagnostic) {
        guard condition else {
            throw Diagnostic(
                .referenceParametersUnfit, at: "layer \(layer)", found: found(), expected: expected(),
                remedy: "correct the layer's parameters in the network file")
        }
    }
}

package import Commands
package import Diagnostics
package import Graph
package import Networks
package import Tensors

/// A layer as the scheduler sees it: extents, taps and element sizes; no weights.
package struct LayerGeometry: Hashable {
    package enum Kind: Hashable {
        /// Convolution, fully connected.
        case convolution
        case transposedConvolution
        case normalization(Accumulation.Operand)
        case elementwise(Elementwise.Function)
        /// Copies each operand into its range of the output's channels.
        case concatenation
    }

    /// One tensor that the layer reads.
    package struct OperandGeometry: Hashable {
        /// Index into `NetworkGeometry.tensors`.
        package var tensor: Int
        /// Channels of the whole tensor.
        package var tensorChannels: Int
        /// Channels that the layer reads, from this first one.
        package var firstChannel = 0
        package var channels: Int
        package var bytesPerElement: Int
        /// One pixel for all: every tile reads it whole.
        package var isOnePixel = false
    }

    package var name: String
    package var kind: Kind
    package var vertical: AxisGeometry
    package var horizontal: AxisGeometry
    package var operands: [OperandGeometry]
    /// C: channels of the first operand (concatenation: of all).
    package var inputChannels: Int
    /// K.
    package var outputChannels: Int
    /// G, as in the network.
    package var groups = 1
    /// Where groups share the input lanes.
    package internal(set) var merging: GroupMerging?
    /// Where the input lanes run over kernel rows.
    package internal(set) var kernelRow: KernelRow?
    package var outputTensor: Int
    package var outputBytesPerElement: Int
    /// f of a pixel shuffle, otherwise 1.
    package var shuffleFactor = 1
    /// Of a pad and a max pooling: the stored element outside the input.
    package var fill = 0
    /// F of the latent operators, L of a two-stage addition.
    package var fractionBits = 0

    /// Channels of one group, or of one merged group.
    package var groupInputChannels: Int { inputChannels / groups * mergedGroups }
    package var groupOutputChannels: Int { outputChannels / groups * mergedGroups }

    /// Whether the MAC array and weights take part.
    package var usesArray: Bool {
        switch kind {
        case .convolution, .transposedConvolution, .normalization: true
        case .elementwise, .concatenation: false
        }
    }

    /// Whether element-wise work may be cut by channels: each result is made of the same channel of its operands, by
    /// that channel's records.
    package var canSplitElements: Bool {
        guard case .elementwise(let function) = kind else { return false }
        return function == .requantize || function.combinesTwo
    }

    /// Taps of all phases together.
    package var taps: Int { vertical.kernel * horizontal.kernel }

    /// Positions at which element-wise work takes a group of lanes: of the results, of their windows, of what is
    /// shuffled.
    package var elementPositions: Int {
        switch kind {
        case .elementwise(.replicate): vertical.output * horizontal.output
        case .elementwise(.maximum): vertical.output * horizontal.output * taps
        case .elementwise where vertical.kind == .window: vertical.output * horizontal.output
        default: vertical.input * horizontal.input
        }
    }

    /// Number of weight codes in the network.
    package var weightBytes: Int { usesArray ? outputChannels * taps * (inputChannels / groups) : 0 }

    /// Whether a second operand lies beside the first in one half.
    package var hasSecond: Bool { operands.count == 2 && kind != .concatenation }
}

extension LayerGeometry {
    /// The geometry of a layer that reads and writes tensors of these indices.
    ///
    /// - Throws: `layerFormatNotExecutable`.
    init(
        _ layer: Layer, operands indices: [Int], result: Int, of tensors: [NetworkGeometry.TensorGeometry]
    ) throws(Diagnostic) {
        let (input, output) = (tensors[indices[0]].shape, tensors[result].shape)
        name = layer.name
        operands = indices.map { index in
            let channels = tensors[index].shape.channels
            return OperandGeometry(
                tensor: index, tensorChannels: channels, channels: channels,
                bytesPerElement: tensors[index].bytesPerElement)
        }
        vertical = AxisGeometry(input: input.height, output: output.height)
        horizontal = AxisGeometry(input: input.width, output: output.width)
        inputChannels = input.channels
        outputChannels = output.channels
        outputTensor = result
        outputBytesPerElement = tensors[result].bytesPerElement
        kind = .convolution
        setOperator(layer.operator)
        if layer.operator.combinesTwo {
            let second = tensors[indices[1]].shape
            operands[1].isOnePixel = second.height == 1 && second.width == 1
        }
        try requireFormats(layer)
    }

    private mutating func setOperator(_ layerOperator: Operator) {
        switch layerOperator {
        case .convolution(let convolution):
            (vertical.kernel, horizontal.kernel) = (convolution.kernelHeight, convolution.kernelWidth)
            (vertical.stride, horizontal.stride) = (convolution.strideY, convolution.strideX)
            (vertical.dilation, horizontal.dilation) = (convolution.dilationY, convolution.dilationX)
            (vertical.padding, horizontal.padding) = (convolution.padding.top, convolution.padding.left)
            groups = convolution.groups
        case .transposedConvolution(let transposed):
            kind = .transposedConvolution
            (vertical.kind, horizontal.kind) = (.transposed, .transposed)
            (vertical.kernel, horizontal.kernel) = (transposed.kernelHeight, transposed.kernelWidth)
            (vertical.stride, horizontal.stride) = (transposed.strideY, transposed.strideX)
            (vertical.padding, horizontal.padding) = (transposed.padding.top, transposed.padding.left)
        case .fullyConnected: (vertical.kernel, horizontal.kernel) = (vertical.input, horizontal.input)
        case .normalization(let form): kind = .normalization(form.isSquareRootForm ? .square : .magnitude)
        case .requantize: kind = .elementwise(.requantize)
        case .add: kind = .elementwise(.add)
        case .multiply: kind = .elementwise(.multiply)
        case .twoStageAdd(let addition):
            kind = .elementwise(addition.subtracts ? .twoStageSubtract : .twoStageAdd)
            fractionBits = addition.leftShift
        case .concatenation:
            kind = .concatenation
            inputChannels = outputChannels
        case .pixelShuffle(let factor):
            kind = .elementwise(.copy)
            shuffleFactor = factor
            (vertical.kind, horizontal.kind) = (.shuffled, .shuffled)
            (vertical.stride, horizontal.stride) = (factor, factor)
        case .maxPooling(let pooling):
            kind = .elementwise(.maximum)
            (vertical.kernel, horizontal.kernel) = (pooling.kernelHeight, pooling.kernelWidth)
            (vertical.stride, horizontal.stride) = (pooling.strideY, pooling.strideX)
            (vertical.padding, horizontal.padding) = (pooling.padding.top, pooling.padding.left)
            // Nothing is below it.
            fill = outputBytesPerElement == 2 ? Int(Int16.min) : 0
        case .pad(let pad):
            kind = .elementwise(.copy)
            (vertical.stride, horizontal.stride) = (pad.strideY, pad.strideX)
            (vertical.padding, horizontal.padding) = (pad.padding.top, pad.padding.left)
            fill = pad.fill
        case .nearestResize(let factor):
            kind = .elementwise(.replicate)
            shuffleFactor = factor
            (vertical.kind, horizontal.kind) = (.shuffled, .shuffled)
            (vertical.stride, horizontal.stride) = (factor, factor)
        case .quantizeLatent(let grid): setLatent(grid, .quantizeLatent)
        case .reconstructLatent(let grid): setLatent(grid, .reconstructLatent)
        }
    }

    private mutating func setLatent(_ grid: LatentGrid, _ function: Elementwise.Function) {
        kind = .elementwise(function)
        fractionBits = grid.fractionBits
        guard operands.count == 2 else { return }
        operands[1].firstChannel = grid.firstMeanChannel
        operands[1].channels = inputChannels
    }

    private func requireFormats(_ layer: Layer) throws(Diagnostic) {
        func require(_ condition: Bool, _ found: String, expected: String) throws(Diagnostic) {
            guard condition else {
                throw Diagnostic(
                    .layerFormatNotExecutable, at: "layer \(name)", found: "\(layer.operator.name) with \(found)",
                    expected: expected,
                    remedy: "requantize the tensor first")
            }
        }
        let widths = operands.map(\.bytesPerElement)
        switch kind {
        case .convolution, .transposedConvolution, .normalization:
            try require(widths[0] == 1, "16-bit input activations", expected: "8-bit codes into the MAC array")
        case .concatenation, .elementwise(.copy), .elementwise(.maximum), .elementwise(.replicate):
            try require(
                widths.allSatisfy { $0 == outputBytesPerElement },
                "operands of \(widths) bytes and a result of \(outputBytesPerElement) bytes an element",
                expected: "one width: elements are copied")
        case .elementwise(.quantizeLatent), .elementwise(.reconstructLatent):
            try require(
                widths.allSatisfy { $0 == 2 } && outputBytesPerElement == 2,
                "operands of \(widths) bytes and a result of \(outputBytesPerElement) bytes an element",
                expected: "16-bit integers")
        case .elementwise: break
        }
    }
}

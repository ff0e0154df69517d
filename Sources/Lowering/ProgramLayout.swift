public import Commands
package import Geometry

/// Where a network lies in external memory, and what each layer occupies: all of a program but its commands.
public struct ProgramLayout: Sendable {
    /// What indices of tensors and layers mean.
    package let geometry: NetworkGeometry
    public let memoryMap: ExternalMemoryMap
    /// In ascending order of addresses, all before the first tensor.
    public let parameterRegions: [ParameterRegion]
    /// In the graph's order; indices are `Command.layer`.
    public let layers: [LayerProgram]
    /// The layers that run together, in ascending order: most by themselves.
    package let groups: [Range<Int>]
    /// Layers whose results are not stored.
    package let onChip: Set<Int>

    /// Whether the layer's result stays on chip. Its region behind all others of `memoryMap` is for simulations that
    /// want to see it: no command stores it.
    package func isInRing(_ layer: Int) -> Bool { onChip.contains(layer) }

    /// Tensors that the layers of a layer's group make: none of them is loaded by the group.
    package func resultsOfGroup(of layer: Int) -> Set<Int> {
        Set((groups.first { $0.contains(layer) } ?? layer..<layer).map { geometry.layers[$0].outputTensor })
    }

    /// Whether the layer runs together with another one.
    package func isInGroup(_ layer: Int) -> Bool { groups.contains { $0.contains(layer) && $0.count > 1 } }

    /// Bytes of all parameters, alignment not counted: the network's weight codes (without the zeros that merged groups
    /// and joined phases add to their regions), each distinct table once, channel blocks.
    public var parameterBytes: Int {
        let blocks = parameterRegions.reduce(0) { sum, region in
            if case .block = region.content { sum + region.bytes } else { sum }
        }
        return layers.reduce(blocks) { $0 + $1.weightBytes }
    }

    /// A layer with its phases or kernel rows joined where its lanes hold them, as its weights lie; groups are counted
    /// as in the network.
    package func laidGeometry(_ index: Int) -> LayerGeometry {
        let layer = geometry.layers[index]
        if layers[index].phaseLanes != nil { return layer.joiningPhases() ?? layer }
        return layers[index].kernelRowTaps > 1 ? layer.joiningKernelRow() ?? layer : layer
    }

    /// First address after the parameters.
    public var parameterEnd: Int { parameterRegions.last.map { $0.address + $0.bytes } ?? 0 }
}

/// A run of bytes in external memory that is written before the run.
public struct ParameterRegion: Hashable, Sendable {
    public var address: Int
    public var bytes: Int
    public var content: Content

    public enum Content: Hashable, Sendable {
        /// The weight codes of one tile: `[phase][k][tap of the phase][c]`.
        case weights(WeightTile)
        /// A block of parameters: that of the first layer which has these bytes, or with the records of some channels
        /// alone.
        case block(ParameterBlock.Kind, layer: Int, channels: ChannelSlice?)
    }

    public init(address: Int, bytes: Int, content: Content) {
        self.address = address
        self.bytes = bytes
        self.content = content
    }
}

/// Which weights of a layer one tile holds: output channels of the layer, input channels of one group, or of a merged
/// group, rows and columns of the kernel. Where phases share the output lanes: lanes, rows and columns of the blocks'
/// window. Where lanes run over kernel rows, input channels are the codes of a row, and there is one column.
public struct WeightTile: Hashable, Sendable {
    public var layer: Int
    public var outputChannels: Range<Int>
    public var inputChannels: Range<Int>
    public var kernelRows: Range<Int>
    public var kernelColumns: Range<Int>

    public init(
        layer: Int, outputChannels: Range<Int>, inputChannels: Range<Int>, kernelRows: Range<Int>,
        kernelColumns: Range<Int>
    ) {
        self.layer = layer
        self.outputChannels = outputChannels
        self.inputChannels = inputChannels
        self.kernelRows = kernelRows
        self.kernelColumns = kernelColumns
    }

    /// Whether the tile has the tap at this row and column of the kernel.
    package func hasTap(_ row: Int, _ column: Int) -> Bool {
        kernelRows.contains(row) && kernelColumns.contains(column)
    }
}

/// What one layer became.
public struct LayerProgram: Hashable, Sendable {
    public var name: String
    /// Indices of its commands, and of those of the layers that it runs together with.
    public var commands: Range<Int>
    /// Weight codes of the network: neither padding nor the zeros of merged groups and joined phases count.
    public var weightBytes: Int
    /// m: how many of the network's groups run as one; 1 where the lanes hold channels of one group.
    public var mergedGroups: Int
    /// Where phases of a transposed convolution share the output lanes.
    package var phaseLanes: PhaseLanes?
    /// S where the lanes run over kernel rows, otherwise 1.
    public var kernelRowTaps = 1
    /// Bytes of operands that some tile reads, each counted once.
    public var inputBytes: Int
    /// High-water marks: all halves in use together, padding counted.
    public var weightBufferPeakBytes: Int
    public var activationBufferPeakBytes: Int
    /// Partial sums at one time.
    public var accumulatorPeak: Int
    /// Bytes of the layer's blocks in a half of the parameter memory: of the largest set, where channel tiles have
    /// blocks of their own.
    public var parameterMemoryBytes: Int

    public init(
        name: String, commands: Range<Int>, weightBytes: Int, mergedGroups: Int, inputBytes: Int,
        weightBufferPeakBytes: Int, activationBufferPeakBytes: Int, accumulatorPeak: Int,
        parameterMemoryBytes: Int
    ) {
        self.name = name
        self.commands = commands
        self.weightBytes = weightBytes
        self.mergedGroups = mergedGroups
        self.inputBytes = inputBytes
        self.weightBufferPeakBytes = weightBufferPeakBytes
        self.activationBufferPeakBytes = activationBufferPeakBytes
        self.accumulatorPeak = accumulatorPeak
        self.parameterMemoryBytes = parameterMemoryBytes
    }
}

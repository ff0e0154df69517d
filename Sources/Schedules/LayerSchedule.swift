/// The schedule of one layer.
public struct LayerSchedule: Hashable, Encodable, Sendable {
    /// The layer's name in the graph.
    public var name: String
    /// What shares the lanes of the MAC array.
    public var lanes: Lanes
    public var tile: Tile
    public var order: LoopOrder
    public var buffers: BufferAllocation

    public init(
        name: String, lanes: Lanes = .channels, tile: Tile, order: LoopOrder, buffers: BufferAllocation
    ) {
        self.name = name
        self.lanes = lanes
        self.tile = tile
        self.order = order
        self.buffers = buffers
    }
}

/// Extents of the blocks into which a layer is cut; blocks at the ends may be smaller.
public struct Tile: Hashable, Encodable, Sendable {
    /// 1...output height; a multiple of the stride (transposed convolution) or the factor (pixel shuffle) unless it is
    /// the whole height.
    public var outputRows: Int
    /// Likewise of the width; with `Lanes.phases` a divisor of it.
    public var outputColumns: Int
    /// 1...K. With groups: whole groups; with `Lanes.mergedGroups` whole merged groups. Element by element: all.
    public var outputChannels: Int
    /// 1...C / groups: less than all splits the sums, which wait in the accumulator buffer. With groups, for
    /// normalization and element by element: all; with `Lanes.mergedGroups` those of a merged group, with
    /// `Lanes.kernelRow` all S C codes of a kernel row.
    public var inputChannels: Int
    /// 1...R of a convolution or fully connected layer, nil for all: fewer split the sums as input channels do. With
    /// groups `outputChannels` is then one group (or merged group).
    public var kernelRows: Int?
    /// 1...S, likewise; with `Lanes.kernelRow` 1 at most.
    public var kernelColumns: Int?

    public init(
        outputRows: Int, outputColumns: Int, outputChannels: Int, inputChannels: Int, kernelRows: Int? = nil,
        kernelColumns: Int? = nil
    ) {
        self.outputRows = outputRows
        self.outputColumns = outputColumns
        self.outputChannels = outputChannels
        self.inputChannels = inputChannels
        self.kernelRows = kernelRows
        self.kernelColumns = kernelColumns
    }

    /// Whether extents of the kernel are given: a pass takes at most so many taps, which may be all.
    public var namesTaps: Bool { kernelRows != nil || kernelColumns != nil }
}

/// What the C0 input lanes and the K0 output lanes of the MAC array hold in one step.
public enum Lanes: String, CaseIterable, Hashable, Encodable, Sendable {
    /// Channels of one group.
    case channels
    /// Channels of m = floor(C0 G / C) groups, of G at most: they run as one group of m C / G input and m K / G output
    /// channels, whose weights outside the m blocks of the diagonal are 0.
    case mergedGroups
    /// Output lanes hold phases and channels of a transposed convolution, K sY sX of them over the union of the phases'
    /// windows. Weights where a phase has no tap are 0.
    case phases
    /// The S C consecutive codes of one row of the kernel: the load lays them side by side for each output column.
    case kernelRow
}

/// Which tile loop is outermost. The loop over input channels is always innermost.
public enum LoopOrder: String, CaseIterable, Hashable, Encodable, Sendable {
    /// For each channel tile all pixel tiles: weights are loaded once, inputs again for each channel tile.
    case channelsOuter
    /// For each pixel tile all channel tiles: inputs are loaded once, weights again for each pixel tile.
    case pixelsOuter
}

/// Layers that follow each other and run together: what lies between them stays in the activation buffer, in rings,
/// and never goes out.
///
/// Without `ringRows` two layers, a convolution and the normalization behind it, run tile by tile; a ring holds one
/// tile:
///
///     pixel tile 0:  convolution, all channel tiles  ->  ring  ->  normalization, all channel tiles  ->  store
///     pixel tile 1:  ...
///
/// With `ringRows` any number of layers advance by rows of full width, each by its own `outputRows`, as soon as the
/// next asks for them. Row y of a ring lies at y mod ringRows. All weights and parameters of the layers stay on chip.
public struct LayerGroup: Hashable, Encodable, Sendable {
    /// Names, in the graph's order.
    public var layers: [String]
    /// Rows that the ring of each layer but the last holds; empty where rings hold a tile.
    public var ringRows: [Int]
    /// For each layer rows of the ring into which operands from outside the group are loaded, each row once; 0 where
    /// there are none, or where the first layer's tiles are loaded whole, into one half or the other. Empty: all 0.
    public var inputRows: [Int]

    public init(layers: [String], ringRows: [Int] = [], inputRows: [Int] = []) {
        self.layers = layers
        self.ringRows = ringRows
        self.inputRows = inputRows
    }
}

/// Where a layer's tiles lie on chip.
///
///     activation buffer   | input 0 | input 1 | second 0 | second 1 | output 0 | output 1 |      any order, no overlap
///     weight buffer       | weights 0       | weights 1       |                 each within its half of the buffer
///
/// One address a half: two where the buffer is ping-pong, or one where a layer has no use for the other half (weights:
/// always as many as the buffer has).
public struct BufferAllocation: Hashable, Encodable, Sendable {
    /// Byte addresses in the activation buffer, of the first operand's tiles.
    public var input: [Int]
    /// Of the second operand's, as many as of the first; empty for layers of one operand.
    public var second: [Int]
    /// Of the result's tiles.
    public var output: [Int]
    /// Byte addresses in the weight buffer; empty for layers without weights.
    public var weights: [Int]
    /// Index, in accumulators, of the first partial sum.
    public var accumulators: Int

    public init(input: [Int], second: [Int] = [], output: [Int], weights: [Int] = [], accumulators: Int = 0) {
        self.input = input
        self.second = second
        self.output = output
        self.weights = weights
        self.accumulators = accumulators
    }
}

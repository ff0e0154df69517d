import Commands
import Geometry
import MachineDescription
import Schedules

/// What stays the same while a layer is lowered.
struct LayerLowering {
    let index: Int
    let tiling: LayerTiling
    let order: LoopOrder
    let buffers: BufferAllocation
    /// External address of each weight tile.
    let weightAddresses: [Int]
    let parameters: ParameterPlan.LayerBlocks
    /// External addresses of each set's blocks.
    let blockAddresses: [[Int]]
    /// Rows that the input loads leave out: 0 but for an injected fault.
    let missingRows: Int
    /// Of a row of each operand on chip, all columns that a tile needs.
    let inputRowBytes: (input: Int, second: Int)
    let verticalPhases: [AxisPhase]
    let horizontalPhases: [AxisPhase]
    /// Fields that all accumulations of the layer share.
    let accumulation: Accumulation
    /// In a group: what the layer's tiles of weights and sets of parameters are counted from, where those of all layers
    /// of the group are counted together.
    var firstWeightTile = 0
    var firstParameterSet = 0
    /// In a group: which operands lie in rings that the group's layers write, and the bytes from pixel to pixel of the
    /// ring that takes the result; nil where that is stored from halves.
    var isInRing = [false, false]
    var ringPixelPitchBytes: Int?
    /// Whether the result is stored from its ring.
    var isStoredFromRing = false
    /// In a group that advances by rows: rows of the rings of both operands and of the result; 0 where there is none.
    var operandRingRows = [0, 0]
    var resultRingRows = 0
    /// Of the rings into which operands are loaded; 0 where there are none, or tiles are loaded into halves.
    var inputRingRows = 0
    /// Whether no operand is loaded.
    var readsRing: Bool { tiling.layer.operands.indices.allSatisfy { $0 < 2 && isInRing[$0] } }

    init(
        index: Int, tiling: LayerTiling, order: LoopOrder, buffers: BufferAllocation, array: MACArrayDescription,
        weightAddresses: [Int], parameters: ParameterPlan.LayerBlocks, blockAddresses: [[Int]], missingRows: Int
    ) {
        self.index = index
        self.tiling = tiling
        self.order = order
        self.buffers = buffers
        self.weightAddresses = weightAddresses
        self.parameters = parameters
        self.blockAddresses = blockAddresses
        self.missingRows = missingRows
        inputRowBytes = TileFootprint(tiling, array: array).inputRowBytes(tiling.rows)
        verticalPhases = tiling.layer.vertical.phases
        horizontalPhases = tiling.layer.horizontal.phases
        accumulation = LayerLowering.accumulation(tiling.layer)
    }

    private static func accumulation(_ layer: LayerGeometry) -> Accumulation {
        var accumulation = Accumulation()
        (accumulation.inputHeight, accumulation.inputWidth) = (layer.vertical.input, layer.horizontal.input)
        accumulation.layerGroupInputChannels = layer.groupInputChannels
        accumulation.layerGroupOutputChannels = layer.groupOutputChannels
        accumulation.outputBytesPerElement = layer.outputBytesPerElement
        switch layer.kind {
        case .transposedConvolution:
            (accumulation.tapStepY, accumulation.tapStepX) = (-1, -1)
            (accumulation.outputStrideY, accumulation.outputStrideX) = (layer.vertical.stride, layer.horizontal.stride)
        default:
            (accumulation.inputStrideY, accumulation.inputStrideX) = (layer.vertical.stride, layer.horizontal.stride)
            (accumulation.tapStepY, accumulation.tapStepX) = (layer.vertical.dilation, layer.horizontal.dilation)
            (accumulation.inputOffsetY, accumulation.inputOffsetX) = (
                -layer.vertical.padding, -layer.horizontal.padding
            )
        }
        if case .normalization(let operand) = layer.kind {
            accumulation.operand = operand
            accumulation.drain = .normalization
        }
        return accumulation
    }

    /// Of a layer of a group that advances by rows: the rings that it reads and writes.
    mutating func setRings(_ ringRows: [Int], inputRows: Int, _ producers: [Int?], _ group: Range<Int>) {
        inputRingRows = inputRows
        operandRingRows = [inputRows, inputRows]
        for case (let number, let producer?) in producers.enumerated() { operandRingRows[number] = ringRows[producer] }
        if index + 1 < group.upperBound { resultRingRows = ringRows[index - group.lowerBound] }
    }

    /// The set of parameter blocks that goes with a weight tile.
    func parameterSet(ofWeightTile tile: Int) -> Int {
        let passes = tiling.counts.passes
        return parameters.set(
            channelTile: tile / passes, inputChannelTile: tile % passes / tiling.kernelTiles.count)
    }

    /// The weight tile that will be asked for next and differs from that of this step, as far as the loops say without
    /// looking beyond the next change.
    func nextWeightTile(pixelTile: Int, channelTile: Int, pass: Int) -> Int? {
        let passes = tiling.counts.passes
        let current = channelTile * passes + pass
        if pass + 1 < passes { return current + 1 }
        let lastPixels = pixelTile + 1 == tiling.pixelTiles
        let lastChannels = channelTile + 1 == tiling.channelTiles.count
        switch order {
        case .channelsOuter:
            if passes > 1, !lastPixels { return channelTile * passes }
            return lastChannels ? nil : current + 1
        case .pixelsOuter:
            if !lastChannels { return current + 1 }
            return lastPixels ? nil : 0
        }
    }
}

/// One pass of the loops: a pixel tile, a channel tile, an input-channel tile, a kernel tile, and the halves they use.
struct Step {
    var rows: Range<Int>
    var columns: Range<Int>
    var inputRows: Range<Int>
    var inputColumns: Range<Int>
    var channels: ChannelTile
    var inputChannels: Range<Int>
    var kernel: KernelTile
    var isFirstPass: Bool
    var isLastPass: Bool
    var parameters = ParameterAddresses()
    var weightHalf = 0
    var inputHalf = 0
    var outputHalf = 0
}

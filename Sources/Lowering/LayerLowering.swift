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
    let parameters: ParameterAddresses
    /// Rows that the input loads leave out: 0 but for an injected fault.
    let missingRows: Int
    let verticalPhases: [AxisPhase]
    let horizontalPhases: [AxisPhase]
    /// Fields that all accumulations of the layer share.
    let accumulation: Accumulation

    init(
        index: Int, tiling: LayerTiling, order: LoopOrder, buffers: BufferAllocation, array: MACArrayDescription,
        weightAddresses: [Int],
        parameters: ParameterAddresses, missingRows: Int
    ) {
        self.index = index
        self.tiling = tiling
        self.order = order
        self.buffers = buffers
        self.weightAddresses = weightAddresses
        self.parameters = parameters
        self.missingRows = missingRows
        verticalPhases = tiling.layer.vertical.phases
        horizontalPhases = tiling.layer.horizontal.phases
        accumulation = LayerLowering.accumulation(tiling.layer, parameters: parameters)
    }

    private static func accumulation(_ layer: LayerGeometry, parameters: ParameterAddresses) -> Accumulation {
        var accumulation = Accumulation()
        (accumulation.inputHeight, accumulation.inputWidth) = (layer.vertical.input, layer.horizontal.input)
        accumulation.layerGroupInputChannels = layer.groupInputChannels
        accumulation.layerGroupOutputChannels = layer.groupOutputChannels
        accumulation.outputBytesPerElement = layer.outputBytesPerElement
        accumulation.parameters = parameters
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
            (accumulation.tapRows, accumulation.tapColumns) = (layer.vertical.kernel, layer.horizontal.kernel)
        }
        if case .normalization(let operand) = layer.kind {
            accumulation.operand = operand
            accumulation.drain = .normalization
        }
        return accumulation
    }

    /// The weight tile that will be asked for next and differs from that of this step, as far as the loops say without
    /// looking beyond the next change.
    func nextWeightTile(pixelTile: Int, channelTile: Int, inputChannelTile: Int) -> Int? {
        let inputTiles = tiling.inputChannelTiles.count
        let current = channelTile * inputTiles + inputChannelTile
        if inputChannelTile + 1 < inputTiles { return current + 1 }
        let lastPixels = pixelTile + 1 == tiling.pixelTiles
        let lastChannels = channelTile + 1 == tiling.channelTiles.count
        switch order {
        case .channelsOuter:
            if inputTiles > 1, !lastPixels { return channelTile * inputTiles }
            return lastChannels ? nil : current + 1
        case .pixelsOuter:
            if !lastChannels { return current + 1 }
            return lastPixels ? nil : 0
        }
    }
}

/// One pass of the loops: a pixel tile, a channel tile, an input-channel tile, and the halves they use.
struct Step {
    var rows: Range<Int>
    var columns: Range<Int>
    var inputRows: Range<Int>
    var inputColumns: Range<Int>
    var channels: ChannelTile
    var inputChannels: Range<Int>
    var isFirstInputChannelTile: Bool
    var isLastInputChannelTile: Bool
    var weightHalf = 0
    var inputHalf = 0
    var outputHalf = 0
}

import Commands
import FixedPoint
import Geometry
import Schedules

extension LayerLowering {
    /// The accumulation of a convolution, a fully connected layer or normalization; one more where an incomplete group
    /// follows whole ones, behind them in every buffer.
    func forEachRunOfGroups(_ step: Step, inputLanes: Int, outputLanes: Int, _ append: (Accumulation) -> Void) {
        var accumulation = convolution(step, inputLanes: inputLanes, outputLanes: outputLanes)
        append(accumulation)
        let channels = step.channels
        guard channels.partOutputs > 0 else { return }
        let weightPitch = accumulation.taps * accumulation.weightTapPitchBytes
        accumulation.inputAddress += channels.groups * accumulation.inputGroupPitchBytes
        accumulation.outputAddress += channels.groups * accumulation.outputGroupPitchBytes
        accumulation.weightAddress += channels.groups * channels.perGroup * weightPitch
        accumulation.firstInputChannel += channels.groups * channels.inputsPerGroup
        accumulation.firstOutputChannel += channels.groups * channels.perGroup
        accumulation.groups = 1
        accumulation.inputChannels = channels.partInputs
        accumulation.outputChannels = channels.partOutputs
        append(accumulation)
    }

    private func convolution(_ step: Step, inputLanes: Int, outputLanes: Int) -> Accumulation {
        var accumulation = common(step, inputLanes: inputLanes, outputLanes: outputLanes)
        (accumulation.rows, accumulation.columns) = (step.rows.count, step.columns.count)
        (accumulation.firstRow, accumulation.firstColumn) = (step.rows.lowerBound, step.columns.lowerBound)
        // A kernel tile's first tap is so many taps after the kernel's.
        (accumulation.tapRows, accumulation.tapColumns) = (step.kernel.rows.count, step.kernel.columns.count)
        accumulation.inputOffsetY += step.kernel.rows.lowerBound * accumulation.tapStepY
        accumulation.inputOffsetX += step.kernel.columns.lowerBound * accumulation.tapStepX
        if let kernelRow = tiling.layer.kernelRow {
            accumulation.windowStart = kernelRow.start(ofColumn: step.columns.lowerBound)
            accumulation.windowStep = kernelRow.step
            accumulation.windowLimit = kernelRow.limit
        }
        return accumulation
    }

    /// The accumulations of the transposed convolution's phases that have positions in the tile.
    ///
    /// Weights and partial sums of the phases lie one after the other, those of phases without positions (the tile is
    /// smaller than the stride) included.
    func forEachPhase(_ step: Step, inputLanes: Int, outputLanes: Int, _ append: (Accumulation) -> Void) {
        var accumulation = common(step, inputLanes: inputLanes, outputLanes: outputLanes)
        let (strideY, strideX) = (tiling.layer.vertical.stride, tiling.layer.horizontal.stride)
        let weightPitch = step.channels.count * accumulation.weightTapPitchBytes
        for vertical in verticalPhases {
            for horizontal in horizontalPhases {
                let rows = ceilDivide(max(step.rows.count - vertical.offset, 0), by: strideY)
                let columns = ceilDivide(max(step.columns.count - horizontal.offset, 0), by: strideX)
                let taps = vertical.taps * horizontal.taps
                if rows > 0, columns > 0 {
                    (accumulation.rows, accumulation.columns) = (rows, columns)
                    (accumulation.firstRow, accumulation.firstColumn) = (
                        step.rows.lowerBound / strideY, step.columns.lowerBound / strideX
                    )
                    (accumulation.tapRows, accumulation.tapColumns) = (vertical.taps, horizontal.taps)
                    (accumulation.inputOffsetY, accumulation.inputOffsetX) = (
                        vertical.inputOffset, horizontal.inputOffset
                    )
                    (accumulation.outputOffsetY, accumulation.outputOffsetX) = (vertical.offset, horizontal.offset)
                    append(accumulation)
                    accumulation.accumulatorAddress += rows * columns * step.channels.count
                }
                accumulation.weightAddress += taps * weightPitch
            }
        }
    }

    /// The accumulation of all phases of a transposed convolution, block by block.
    func allPhases(_ step: Step, inputLanes: Int, outputLanes: Int) -> Accumulation {
        var accumulation = common(step, inputLanes: inputLanes, outputLanes: outputLanes)
        let (vertical, horizontal) = (tiling.layer.vertical, tiling.layer.horizontal)
        let (rows, columns) = (vertical.blocks(of: step.rows), horizontal.blocks(of: step.columns))
        (accumulation.rows, accumulation.columns) = (rows.count, columns.count)
        (accumulation.firstRow, accumulation.firstColumn) = (rows.lowerBound, columns.lowerBound)
        (accumulation.tapRows, accumulation.tapColumns) = (vertical.laidKernel, horizontal.laidKernel)
        let lanes = tiling.layer.lanesOfChannel
        accumulation.outputChannels *= lanes
        accumulation.firstOutputChannel *= lanes
        accumulation.layerGroupOutputChannels *= lanes
        // The first block begins so much before the tile, the last has so many phases in it.
        func ends(_ axis: AxisGeometry, _ blocks: Range<Int>, _ tile: Range<Int>) -> (offset: Int, phases: Int) {
            (
                blocks.lowerBound * axis.stride - axis.padding - tile.lowerBound,
                tile.upperBound + axis.padding - (blocks.upperBound - 1) * axis.stride
            )
        }
        (accumulation.outputOffsetY, accumulation.lastPhaseRows) = ends(vertical, rows, step.rows)
        (accumulation.outputOffsetX, accumulation.lastPhaseColumns) = ends(horizontal, columns, step.columns)
        return accumulation
    }

    private func common(_ step: Step, inputLanes: Int, outputLanes: Int) -> Accumulation {
        let channels = step.channels
        var accumulation = self.accumulation
        let inputChannels = tiling.layer.groups > 1 ? channels.inputsPerGroup : step.inputChannels.count
        let groupPitch = roundUp(inputChannels, to: inputLanes)
        accumulation.inputAddress = buffers.input[step.inputHalf]
        (accumulation.originY, accumulation.originX) = (step.inputRows.lowerBound, step.inputColumns.lowerBound)
        (accumulation.tileRows, accumulation.tileColumns) = (step.inputRows.count, step.inputColumns.count)
        accumulation.inputPixelPitchBytes = channels.groups * groupPitch + roundUp(channels.partInputs, to: inputLanes)
        accumulation.inputGroupPitchBytes = groupPitch
        accumulation.groups = channels.groups
        accumulation.inputChannels = inputChannels
        accumulation.firstInputChannel = channels.firstInput + step.inputChannels.lowerBound
        accumulation.outputChannels = channels.perGroup
        accumulation.firstOutputChannel = channels.first
        accumulation.weightAddress = buffers.weights[step.weightHalf]
        accumulation.weightTapPitchBytes = roundUp(step.inputChannels.count, to: inputLanes)
        let elementBytes = accumulation.outputBytesPerElement
        let outputGroupPitch = roundUp(channels.perGroup, to: outputLanes) * elementBytes
        accumulation.outputAddress = buffers.output[step.outputHalf]
        accumulation.outputTileColumns = step.columns.count
        accumulation.outputPixelPitchBytes =
            channels.groups * outputGroupPitch + roundUp(channels.partOutputs, to: outputLanes) * elementBytes
        accumulation.outputGroupPitchBytes = outputGroupPitch
        if let ringPixelPitchBytes {
            // A ring holds all channels of a pixel.
            accumulation.outputAddress += channels.first * elementBytes
            accumulation.outputPixelPitchBytes = ringPixelPitchBytes
        }
        (accumulation.inputRingRows, accumulation.inputRingRow) = ring(operandRingRows[0], step.inputRows)
        (accumulation.outputRingRows, accumulation.outputRingRow) = ring(resultRingRows, step.rows)
        accumulation.first = step.isFirstPass
        accumulation.last = step.isLastPass
        accumulation.accumulatorAddress = buffers.accumulators
        accumulation.parameters = step.parameters
        return accumulation
    }

    /// A ring of so many rows, and the place of the first of these; zeros where there is none.
    private func ring(_ ringRows: Int, _ rows: Range<Int>) -> (rows: Int, first: Int) {
        ringRows == 0 ? (0, 0) : (ringRows, rows.lowerBound % ringRows)
    }

    /// Where the channels that the layer reads begin in a ring, whose pixels have all of the tensor's, and the bytes
    /// from pixel to pixel.
    private func ringPlace(_ index: Int, _ inputLanes: Int) -> (address: Int, pixelPitchBytes: Int) {
        let operand = tiling.layer.operands[index]
        return (
            (index == 0 ? buffers.input : buffers.second)[0] + operand.firstChannel * operand.bytesPerElement,
            roundUp(operand.tensorChannels * operand.bytesPerElement, to: inputLanes)
        )
    }

    /// The element-wise command of a tile.
    func elementwise(_ step: Step, inputLanes: Int, outputLanes: Int) -> Elementwise {
        let layer = tiling.layer
        let operand = layer.operands[step.channels.operand]
        var elementwise = Elementwise()
        if case .elementwise(let function) = layer.kind { elementwise.function = function }
        let isShuffled = layer.vertical.kind == .shuffled
        let (rows, columns) = isShuffled ? (step.inputRows, step.inputColumns) : (step.rows, step.columns)
        let channels = layer.canSplitElements ? step.channels.count : operand.channels
        (elementwise.rows, elementwise.columns, elementwise.channels) = (rows.count, columns.count, channels)
        elementwise.window.tileRows = step.inputRows.count
        elementwise.window.tileColumns = step.inputColumns.count
        if !isShuffled {
            let (vertical, horizontal) = (layer.vertical, layer.horizontal)
            (elementwise.window.rows, elementwise.window.columns) = (vertical.kernel, horizontal.kernel)
            (elementwise.window.strideY, elementwise.window.strideX) = (vertical.stride, horizontal.stride)
            // Where the first window begins, counted from the tile's first row and column.
            elementwise.window.offsetY =
                step.inputRows.lowerBound + vertical.padding - rows.lowerBound * vertical.stride
            elementwise.window.offsetX =
                step.inputColumns.lowerBound + horizontal.padding - columns.lowerBound * horizontal.stride
            elementwise.window.fill = layer.fill
        }
        elementwise.firstChannel = step.channels.first
        elementwise.inputAddress = buffers.input[step.inputHalf]
        elementwise.inputBytesPerElement = operand.bytesPerElement
        elementwise.inputPixelPitchBytes = roundUp(channels * operand.bytesPerElement, to: inputLanes)
        if isInRing[0] { (elementwise.inputAddress, elementwise.inputPixelPitchBytes) = ringPlace(0, inputLanes) }
        if layer.hasSecond {
            let second = layer.operands[1]
            elementwise.hasSecond = true
            elementwise.secondAddress = buffers.second[step.inputHalf]
            elementwise.secondBytesPerElement = second.bytesPerElement
            elementwise.secondPixelPitchBytes =
                second.isOnePixel
                ? 0
                : roundUp(
                    (layer.canSplitElements ? channels : second.channels) * second.bytesPerElement, to: inputLanes)
            if isInRing[1] {
                (elementwise.secondAddress, elementwise.secondPixelPitchBytes) = ringPlace(1, inputLanes)
            }
        }
        elementwise.outputAddress = buffers.output[step.outputHalf]
        elementwise.outputBytesPerElement = layer.outputBytesPerElement
        elementwise.outputPixelPitchBytes =
            ringPixelPitchBytes ?? roundUp(step.channels.count, to: outputLanes) * layer.outputBytesPerElement
        (elementwise.inputRingRows, elementwise.inputRingRow) = ring(operandRingRows[0], step.inputRows)
        (elementwise.secondRingRows, elementwise.secondRingRow) = ring(operandRingRows[1], step.inputRows)
        (elementwise.outputRingRows, elementwise.outputRingRow) = ring(resultRingRows, step.rows)
        elementwise.shuffleFactor = layer.shuffleFactor
        elementwise.fractionBits = layer.fractionBits
        elementwise.parameters = step.parameters
        return elementwise
    }
}

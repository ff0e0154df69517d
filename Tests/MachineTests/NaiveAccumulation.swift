import Commands
import MachineDescription

/// `Accumulation`'s comment, sum by sum, on images of the buffers.
struct NaiveAccumulation {
    var pass: Accumulation
    var configuration: LayerConfiguration
    var activationBits: Int

    /// Changes the image and the partial sums; returns the number of saturated results of each channel, up to the last
    /// one that it computes.
    func run(weights: [UInt8], activations: inout [UInt8], partialSums: inout [Int: Int]) -> [Int] {
        let input = activations
        let lanes = pass.firstOutputChannel + (pass.groups - 1) * pass.layerGroupOutputChannels + pass.outputChannels
        var saturated = Array(repeating: 0, count: lanes / pass.lanesOfChannel)
        for i in 0..<pass.rows {
            for j in 0..<pass.columns {
                for g in 0..<pass.groups {
                    for k in 0..<pass.outputChannels {
                        let channel = pass.firstOutputChannel + g * pass.layerGroupOutputChannels + k
                        let position =
                            pass.accumulatorAddress + ((i * pass.columns + j) * pass.groups + g) * pass.outputChannels
                            + k
                        let sum =
                            sum(i, j, g, k, weights, input) + (pass.first ? bias(channel) : partialSums[position]!)
                        guard pass.last else {
                            partialSums[position] = sum
                            continue
                        }
                        guard isInTile(i, j, channel) else { continue }
                        let (element, isSaturated) = drain(sum, i, j, g, k, channel, input)
                        let placement = pass.joinsPhases ? configuration.placements[channel] : nil
                        saturated[placement?.channel ?? channel] += isSaturated ? 1 : 0
                        let address =
                            pass.outputAddress
                            + (outputRow(i) * pass.outputTileColumns + j * pass.outputStrideX + pass.outputOffsetX)
                            * pass.outputPixelPitchBytes + g * pass.outputGroupPitchBytes
                            + (placement?.offset ?? k * pass.outputBytesPerElement)
                        activations[address] = UInt8(truncatingIfNeeded: element)
                        if pass.outputBytesPerElement == 2 {
                            activations[address + 1] = UInt8(truncatingIfNeeded: element >> 8)
                        }
                    }
                }
            }
        }
        return saturated
    }

    /// The buffer's row of a row of the whole input tensor.
    private func inputRow(_ y: Int) -> Int {
        let p = pass.inputRingRow + y - pass.originY
        return pass.inputRingRows > 0 && p >= pass.inputRingRows ? p - pass.inputRingRows : p
    }

    private func outputRow(_ i: Int) -> Int {
        let q = pass.outputRingRow + i * pass.outputStrideY + pass.outputOffsetY
        return pass.outputRingRows > 0 && q >= pass.outputRingRows ? q - pass.outputRingRows : q
    }

    /// Whether a lane's result of a block lies in the output tile; all do where lanes hold channels alone.
    private func isInTile(_ i: Int, _ j: Int, _ lane: Int) -> Bool {
        guard pass.joinsPhases else { return true }
        let placement = configuration.placements[lane]
        let row = i * pass.outputStrideY + pass.outputOffsetY + placement.phaseRow
        let column = j * pass.outputStrideX + pass.outputOffsetX + placement.phaseColumn
        let rows = (pass.rows - 1) * pass.outputStrideY + pass.outputOffsetY + pass.lastPhaseRows
        let columns = (pass.columns - 1) * pass.outputStrideX + pass.outputOffsetX + pass.lastPhaseColumns
        return (0..<rows).contains(row) && (0..<columns).contains(column)
    }

    private func bias(_ channel: Int) -> Int {
        switch configuration.drain {
        case .postProcessing(let post): post.bias.isEmpty ? 0 : Int(post.bias[channel])
        case .normalization(let normalization): Int(normalization.beta[channel])
        default: 0
        }
    }

    private func sum(_ i: Int, _ j: Int, _ g: Int, _ k: Int, _ weights: [UInt8], _ input: [UInt8]) -> Int {
        var sum = 0
        for r in 0..<pass.tapRows {
            for s in 0..<pass.tapColumns {
                let y = (pass.firstRow + i) * pass.inputStrideY + r * pass.tapStepY + pass.inputOffsetY
                let x = (pass.firstColumn + j) * pass.inputStrideX + s * pass.tapStepX + pass.inputOffsetX
                guard (0..<pass.inputHeight).contains(y), (0..<pass.inputWidth).contains(x) else { continue }
                for c in 0..<pass.inputChannels {
                    if pass.windowStep > 0,
                        !(0..<pass.windowLimit).contains(pass.windowStart + j * pass.windowStep + c)
                    {
                        continue
                    }
                    let weightCode = weights[
                        pass.weightAddress + ((g * pass.outputChannels + k) * pass.taps + r * pass.tapColumns + s)
                            * pass.weightTapPitchBytes + c]
                    sum += operand(y, x, g, c, input) * Int(configuration.weightEntries![Int(weightCode)])
                }
            }
        }
        return sum
    }

    private func value(_ y: Int, _ x: Int, _ g: Int, offset c: Int, channel: Int, _ input: [UInt8]) -> Int {
        let address =
            pass.inputAddress + (inputRow(y) * pass.tileColumns + (x - pass.originX)) * pass.inputPixelPitchBytes + g
            * pass.inputGroupPitchBytes + c
        return Definitions.decode(input[address], configuration.input, channel: channel)
    }

    private func operand(_ y: Int, _ x: Int, _ g: Int, _ c: Int, _ input: [UInt8]) -> Int {
        let channel = pass.firstInputChannel + g * pass.layerGroupInputChannels + c
        let v = value(y, x, g, offset: c, channel: channel, input)
        switch pass.operand {
        case .value: return v
        case .magnitude: return abs(v)
        case .square:
            guard case .normalization(let normalization) = configuration.drain else { return 0 }
            let shift = Int(normalization.operandShifts[channel])
            // RHU(v^2 / 2^S) = floor((2 v^2 + 2^S) / 2^(S+1))
            return min((1 << (activationBits - 1)) - 1, (2 * v * v + 1 << shift) >> (shift + 1))
        }
    }

    private func drain(
        _ sum: Int, _ i: Int, _ j: Int, _ g: Int, _ k: Int, _ channel: Int, _ input: [UInt8]
    ) -> (element: Int, isSaturated: Bool) {
        let rounded: Int
        switch configuration.drain {
        case .postProcessing(let post):
            rounded = Definitions.requantize(
                sum, sum < 0 ? post.multipliersNegative[channel] : post.multipliers[channel], post.rounding)
        case .normalization(let normalization):
            let y = (pass.firstRow + i) * pass.inputStrideY + pass.inputOffsetY
            let x = (pass.firstColumn + j) * pass.inputStrideX + pass.inputOffsetX
            let v = value(
                y, x, g, offset: pass.firstOutputChannel + k - pass.firstInputChannel, channel: channel, input)
            let (m, shift) = (Int(normalization.scaleMantissas[channel]), Int(normalization.scaleShifts[channel]))
            let q =
                normalization.table.map {
                    Definitions.normalize(normalization.form, magnitude: abs(v), m, sum, shift, by: $0)
                }
                ?? Definitions.normalize(normalization.form, magnitude: abs(v), m, sum, shift)
            rounded = v < 0 ? -q : q
        default: rounded = sum
        }
        return Definitions.encode(rounded, configuration.drain, configuration.output, channel: channel)
    }

    /// The activity, step by step as the array issues them.
    func activity(_ array: MACArrayDescription) -> UnitActivity {
        var activity = UnitActivity()
        for _ in 0..<pass.groups {
            for i in 0..<pass.rows {
                for _ in stride(from: 0, to: pass.outputChannels, by: array.outputChannelLanes) {
                    for firstColumn in stride(from: 0, to: pass.columns, by: array.pixelLanes) {
                        activity.groups += 1
                        for r in 0..<pass.tapRows {
                            for s in 0..<pass.tapColumns {
                                for _ in stride(from: 0, to: pass.inputChannels, by: array.inputChannelLanes) {
                                    activity.steps += 1
                                    activity.bufferReadBytes += array.inputChannelLanes * array.outputChannelLanes
                                    for j in firstColumn..<min(firstColumn + array.pixelLanes, pass.columns) {
                                        let y =
                                            (pass.firstRow + i) * pass.inputStrideY + r * pass.tapStepY
                                            + pass.inputOffsetY
                                        let x =
                                            (pass.firstColumn + j) * pass.inputStrideX + s * pass.tapStepX
                                            + pass.inputOffsetX
                                        if (0..<pass.inputHeight).contains(y), (0..<pass.inputWidth).contains(x) {
                                            activity.bufferReadBytes += array.inputChannelLanes
                                        }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
        let results = pass.rows * pass.columns * pass.groups * pass.outputChannels
        if !pass.first { activity.partialSumReads += results }
        if !pass.last { activity.partialSumWrites += results }
        if pass.last {
            let places = (0..<pass.rows).flatMap { i in (0..<pass.columns).map { (i, $0) } }
            let written = (0..<pass.outputChannels).reduce(0) { sum, k in
                sum + places.count { isInTile($0.0, $0.1, pass.firstOutputChannel + k) }
            }
            activity.bufferWriteBytes += written * pass.groups * pass.outputBytesPerElement
        }
        if pass.last, pass.drain == .normalization { activity.bufferReadBytes += results }
        return activity
    }
}

import Commands
import FixedPoint
import Machine
import Quantization
import Random

/// Seeded random passes of every kind, with extreme values now and then.
struct RandomLayer {
    var generator: SeededGenerator
    var activationBits = 16

    init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

    mutating func int(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &generator) }
    mutating func chance(_ percent: Int) -> Bool { int(1...100) <= percent }

    /// Strictly increasing entries within ±limit; now and then reaching both ends.
    mutating func codebook(limit: Int) -> [Int16] {
        let count = min(chance(70) ? 256 : int(1...256), 2 * limit + 1)
        var entries = Set<Int>()
        if chance(50) { entries.formUnion([-limit, limit]) }
        while entries.count < count { entries.insert(int(-limit...limit)) }
        return entries.sorted().suffix(count).map { Int16($0) }
    }

    mutating func operand(channels: Int, limit: Int) -> OperandConfiguration {
        let books = int(1...3)
        let hasOffsets = chance(50)
        let offset = hasOffsets ? limit / 4 : 0
        return OperandConfiguration(
            entries: (0..<books).map { _ in codebook(limit: limit - offset) },
            selects: (0..<channels).map { _ in UInt8(int(0...books - 1)) },
            offsets: (0..<channels).map { _ in Int32(hasOffsets ? int(-offset...offset) : 0) })
    }

    mutating func result(channels: Int, limit: Int) -> ResultConfiguration {
        guard chance(85) else { return ResultConfiguration(thresholds: [], limits: [], selects: [], offsets: []) }
        let books = int(1...3)
        let farApart = chance(10)
        let entries = (0..<books).map { _ in codebook(limit: max(limit, 200)).map { Int32($0) * (farApart ? 5000 : 1) }
        }
        return ResultConfiguration(
            thresholds: entries.map { entries in
                zip(entries, entries.dropFirst()).map { Int32((Int64($0) + Int64($1) + 1) >> 1) }
            },
            limits: entries.map { CodebookLimits(lowest: $0.first!, highest: $0.last!) },
            selects: (0..<channels).map { _ in UInt8(int(0...books - 1)) },
            offsets: (0..<channels).map { _ in Int32(int(-limit...limit) / 8) },
            codeMap: chance(20) ? (0..<256).map { _ in UInt8(int(0...255)) } : nil)
    }

    /// Lines of any slope whose ends stay within the base's bits.
    mutating func table(_ form: NormalizationConfiguration.Form) -> NormalizationTable {
        let (baseBits, indexBits, offsetBits, slopeShift) = (int(9...18), int(1...8), int(1...16), int(0...31))
        guard form != .igdn1 else { return .product(baseBits: baseBits) }
        let (largest, lastOffset) = (1 << baseBits - 1, 1 << offsetBits - 1)
        var table = NormalizationTable(
            indexBits: indexBits, offsetBits: offsetBits, baseBits: baseBits, slopeBits: 18, slopeShift: slopeShift,
            bases: [], slopes: [])
        for _ in 0..<1 << indexBits {
            let (first, last) = (chance(20) ? largest : int(0...largest), chance(20) ? 0 : int(0...largest))
            // The steepest slope towards `last`, cut towards zero so that the line stays between its ends.
            let slope = Int(Int128(last - first) * Int128(1 << slopeShift) / Int128(lastOffset))
            table.bases.append(UInt32(first))
            table.slopes.append(Int32(max(-(1 << 17), min(1 << 17 - 1, slope))))
        }
        return table
    }

    /// A multiplier that brings sums of about `magnitude` to the output's grid.
    mutating func multiplier(_ magnitude: Int, _ limit: Int) -> QuantizedMultiplier {
        if chance(5) { return .zero }
        let exponent =
            Int.bitWidth - limit.leadingZeroBitCount - (Int.bitWidth - magnitude.leadingZeroBitCount) + int(-3...3)
        return QuantizedMultiplier(
            mantissa: UInt32(int(1 << 30...(1 << 31 - 1))), exponent: max(-62, min(20, exponent)))
    }

    mutating func postProcessing(channels: Int, magnitude: Int, limit: Int) -> PostProcessingConfiguration {
        var rule = RoundingRule.allCases[int(0...RoundingRule.allCases.count - 1)]
        let positive = (0..<channels).map { _ in multiplier(magnitude, limit) }
        // gemmlowpDouble is defined where the shifted accumulator fits 32 bits.
        if rule == .gemmlowpDouble && magnitude > 1 << 30 { rule = .halfUpDouble }
        return PostProcessingConfiguration(
            bias: (0..<channels).map { _ in Int64(int(-magnitude / 4...magnitude / 4)) }, multipliers: positive,
            multipliersNegative: chance(50)
                ? positive
                : positive.map { QuantizedMultiplier(mantissa: $0.mantissa, exponent: max($0.exponent - 3, -62)) },
            rounding: rule, resultBits: chance(50) ? 24 : 32, clipLow: chance(30) ? -Int32(limit / 2) : .min,
            clipHigh: chance(30) ? Int32(limit / 2) : .max)
    }

    struct Case {
        var pass: Accumulation
        var configuration: LayerConfiguration
        var weights: [UInt8]
        var activations: [UInt8]
    }

    /// A convolution, a phase of a transposed one, dilation, groups or depthwise, with or without a halo.
    mutating func convolution() -> Case {
        var pass = Accumulation()
        pass.groups = chance(25) ? int(2...6) : 1
        pass.inputChannels = [1, 2, 3, 4, 5, 8, 13, 16, 32, 37][int(0...9)]
        pass.outputChannels = pass.groups > 1 ? int(1...5) : [1, 2, 3, 4, 5, 8, 12, 16, 17, 32, 40][int(0...10)]
        pass.layerGroupInputChannels = pass.inputChannels + int(0...3)
        pass.layerGroupOutputChannels = pass.outputChannels + int(0...3)
        pass.firstInputChannel = int(0...3)
        pass.firstOutputChannel = int(0...3)
        pass.tapRows = int(0...4)
        pass.tapColumns = pass.tapRows == 0 ? int(0...2) : int(1...4)
        pass.tapStepY = [1, 1, -1, 2][int(0...3)]
        pass.tapStepX = [1, 1, -1, 2][int(0...3)]
        pass.inputStrideY = int(1...3)
        pass.inputStrideX = int(1...3)
        pass.rows = int(1...4)
        pass.columns = chance(80) ? int(1...11) : int(12...40)
        pass.firstRow = int(0...3)
        pass.firstColumn = int(0...3)
        pass.inputHeight = int(1...12)
        pass.inputWidth = int(1...14)
        pass.inputOffsetY = int(-4...2)
        pass.inputOffsetX = int(-4...2)
        placeTile(&pass, hasHalo: chance(90))
        placeOutput(&pass)
        if pass.groups == 1, chance(40) {
            // Windows, of which some lie outside the picture in part or whole.
            pass.windowStep = int(1...2 * pass.inputChannels)
            pass.windowStart = int(-2 * pass.inputChannels...8)
            pass.windowLimit = int(1...pass.columns * pass.windowStep + pass.inputChannels)
            (pass.inputStrideX, pass.tapColumns, pass.tapStepX) = (1, min(pass.tapColumns, 1), 1)
        }
        return finish(pass)
    }

    /// Blocks of phases, the first and last of which may reach beyond the output tile. Lanes lie in any order: their
    /// placements say which phase and channel each is.
    mutating func phases() -> Case {
        var pass = Accumulation()
        let (strideY, strideX, channels) = (int(1...3), int(1...3), int(1...6))
        pass.inputChannels = [1, 3, 4, 9, 40][int(0...4)]
        pass.layerGroupInputChannels = pass.inputChannels
        pass.outputChannels = channels * strideY * strideX
        pass.layerGroupOutputChannels = pass.outputChannels
        let firstChannel = int(0...2)
        pass.firstOutputChannel = firstChannel * strideY * strideX
        (pass.tapRows, pass.tapColumns) = (int(1...3), int(1...3))
        (pass.tapStepY, pass.tapStepX) = (-1, -1)
        (pass.rows, pass.columns) = (int(1...4), int(1...9))
        (pass.firstRow, pass.firstColumn) = (int(0...3), int(0...3))
        (pass.inputHeight, pass.inputWidth) = (int(1...8), int(1...10))
        placeTile(&pass, hasHalo: true)
        (pass.outputStrideY, pass.outputStrideX) = (strideY, strideX)
        pass.outputOffsetY = -int(0...strideY - 1)
        pass.outputOffsetX = -int(0...strideX - 1)
        pass.lastPhaseRows = int((pass.rows == 1 ? 1 - pass.outputOffsetY : 1)...strideY)
        pass.lastPhaseColumns = int((pass.columns == 1 ? 1 - pass.outputOffsetX : 1)...strideX)
        pass.outputTileColumns =
            (pass.columns - 1) * strideX + pass.outputOffsetX + pass.lastPhaseColumns + int(0...2)
        pass.outputAddress = 50_000 + int(0...50)
        var layer = finish(pass)
        pass = layer.pass
        let lanes = (0..<strideY * strideX).flatMap { phase in
            (0..<channels).map { channel in
                ResultPlacement(
                    offset: (phase / strideX * pass.outputTileColumns + phase % strideX) * pass.outputPixelPitchBytes
                        + channel * pass.outputBytesPerElement, phaseRow: phase / strideX,
                    phaseColumn: phase % strideX, channel: firstChannel + channel)
            }
        }
        let earlier = Array(repeating: lanes[0], count: pass.firstOutputChannel)
        layer.configuration.placements = earlier + (chance(50) ? lanes : lanes.shuffled(using: &generator))
        return layer
    }

    /// The tile covers the tensor (with a halo) or less.
    mutating func placeTile(_ pass: inout Accumulation, hasHalo: Bool) {
        pass.tileRows = hasHalo ? pass.inputHeight : max(1, pass.inputHeight - 2)
        pass.tileColumns = hasHalo ? pass.inputWidth : max(1, pass.inputWidth - 1)
        let contiguous = chance(50)
        pass.inputGroupPitchBytes = pass.inputChannels + (contiguous ? 0 : int(0...2))
        pass.inputPixelPitchBytes = pass.groups * pass.inputGroupPitchBytes + int(0...3)
        pass.inputAddress = 1000 + int(0...50)
        pass.weightAddress = int(0...100)
        pass.weightTapPitchBytes = pass.inputChannels + int(0...2)
    }

    mutating func placeOutput(_ pass: inout Accumulation) {
        pass.outputStrideY = int(1...2)
        pass.outputStrideX = int(1...2)
        pass.outputOffsetY = int(0...1)
        pass.outputOffsetX = int(0...1)
        pass.outputTileColumns = pass.columns * pass.outputStrideX + 2
        pass.outputAddress = 50_000 + int(0...50)
    }

    /// Puts the tiles into rings now and then, where they may lie in one. Draws apart, so that a seed gives the same
    /// pass with and without them.
    func placeInRings(_ pass: inout Accumulation) {
        var draws = self
        let holdsTensor = pass.tileRows == pass.inputHeight && pass.tileColumns == pass.inputWidth
        if draws.chance(50), holdsTensor, !pass.hasWindows {
            pass.inputRingRows = pass.tileRows + draws.int(0...3)
            pass.inputRingRow = draws.int(0...pass.inputRingRows - 1)
        }
        if draws.chance(50), !pass.joinsPhases {
            pass.outputRingRows = (pass.rows - 1) * pass.outputStrideY + pass.outputOffsetY + 1 + draws.int(0...2)
            pass.outputRingRow = draws.int(0...pass.outputRingRows - 1)
            let bytes = pass.outputRingRows * pass.outputTileColumns * pass.outputPixelPitchBytes
            if pass.outputAddress + bytes > TestBench.activationBytes {
                (pass.outputRingRows, pass.outputRingRow) = (0, 0)
            }
        }
    }

    mutating func finish(_ pass: Accumulation) -> Case {
        var pass = pass
        let inputs = pass.firstInputChannel + pass.groups * pass.layerGroupInputChannels
        let outputs = pass.firstOutputChannel + pass.groups * pass.layerGroupOutputChannels
        let limit = chance(30) ? 32767 : [127, 2047, 8191][int(0...2)]
        let weightLimit = chance(30) ? 2047 : [127, 255][int(0...1)]
        let isExtreme = chance(20)
        let weightEntries =
            isExtreme
            ? (0..<256).map { _ in Int16(chance(50) ? weightLimit : -weightLimit) }
            : (0..<256).map { _ in Int16(int(-weightLimit...weightLimit)) }
        let magnitude = max(16, pass.taps * pass.inputChannels * limit * weightLimit / (isExtreme ? 1 : 8))
        var input = operand(channels: inputs, limit: limit)
        if isExtreme {
            input.entries = [[Int16(-limit), Int16(limit)]]
            input.selects = input.selects.map { _ in 0 }
            input.offsets = input.offsets.map { _ in 0 }
        }
        let output = result(channels: outputs, limit: 3000)
        pass.outputBytesPerElement = output.isInteger16 ? 2 : 1
        pass.outputGroupPitchBytes = pass.outputChannels * pass.outputBytesPerElement + (chance(50) ? 0 : 1)
        pass.outputPixelPitchBytes = pass.groups * pass.outputGroupPitchBytes + int(0...3)
        placeInRings(&pass)
        let configuration = LayerConfiguration(
            input: input, output: output, weightEntries: weightEntries,
            drain: .postProcessing(postProcessing(channels: outputs, magnitude: magnitude, limit: 3000)))
        return Case(
            pass: pass, configuration: configuration,
            weights: (0..<TestBench.weightBytes).map { _ in UInt8(truncatingIfNeeded: generator.next()) },
            activations: (0..<TestBench.activationBytes).map { _ in UInt8(truncatingIfNeeded: generator.next()) })
    }
}

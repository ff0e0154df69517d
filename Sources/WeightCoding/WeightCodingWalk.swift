import Commands
import FixedPoint
import Geometry
import Lowering
import MachineDescription
import Networks
import Timing

/// Goes through a program's commands, which may be executed in the order in which they stand, and knows which weight
/// tile each pass multiplies by.
struct WeightCodingWalk {
    private(set) var layers: [LayerWeightCoding]
    /// As the layers' weights are laid.
    private let laid: [LayerGeometry]
    private let statistics: [Int: WeightStatistics]
    private let codedBytes: [Int]
    private let machine: MachineDescription
    private let regions: [ParameterRegion]
    /// Index of the region of each weight tile, by external address.
    private let regionOfAddress: [Int: Int]
    /// Steps by tile and phase, and by where a run of merged groups begins, once counted.
    private var counted: [StepKey: StepCounts] = [:]

    private struct StepKey: Hashable {
        var region: Int
        var phaseY: Int
        var phaseX: Int
        var firstOutputChannel: Int
    }

    /// One number for each group of K0 output channels.
    private struct StepCounts {
        var issued: [Int] = []
        var bound: [Int] = []
    }

    init(
        _ program: Program, statistics: [Int: WeightStatistics], codedBytes: [Int], machine: MachineDescription,
        layers: [LayerWeightCoding]
    ) {
        laid = program.layout.geometry.layers.indices.map(program.layout.laidGeometry)
        self.statistics = statistics
        self.codedBytes = codedBytes
        self.machine = machine
        self.layers = layers
        regions = program.parameterRegions
        regionOfAddress = Dictionary(
            uniqueKeysWithValues: program.parameterRegions.enumerated().compactMap { index, region in
                if case .weights = region.content { (region.address, index) } else { nil }
            })
    }

    /// The commands as the decoder and the skipping would make them. Counts traffic and steps of the layers anew.
    mutating func stream(_ commands: [Command], usesBound: Bool) -> TimedStream {
        for index in layers.indices {
            (
                layers[index].weightReadBytes, layers[index].codedWeightReadBytes, layers[index].steps,
                layers[index].zeroSteps
            ) = (0, 0, 0, 0)
        }
        var stream = TimedStream(on: machine)
        stream.reserveCapacity(commands.count)
        /// By address in the weight buffer: the region loaded there last.
        var held: [Int: Int] = [:]
        var layerWithTables = -1
        for command in commands {
            switch command.operation {
            case .load(let transfer) where transfer.buffer == .weightBuffer:
                let region = regionOfAddress[transfer.externalAddress]!
                held[transfer.bufferAddress] = region
                appendLoad(command, transfer, region, to: &stream)
            case .load(let transfer) where transfer.buffer == .parameterMemory && command.layer > layerWithTables:
                layerWithTables = command.layer
                appendTables(command, transfer, to: &stream)
            case .accumulate(let pass):
                let key = StepKey(
                    region: region(of: pass, layer: command.layer, held), phaseY: pass.outputOffsetY,
                    phaseX: pass.outputOffsetX, firstOutputChannel: pass.firstOutputChannel)
                appendPass(command, pass, key, usesBound: usesBound, to: &stream)
            default: stream.append(command)
            }
        }
        return stream
    }

    /// The tile that a pass reads: the one of its layer that lies nearest below its weight address.
    private func region(of pass: Accumulation, layer: Int, _ held: [Int: Int]) -> Int {
        let addresses = held.keys.filter { address in
            guard address <= pass.weightAddress, case .weights(let tile) = regions[held[address]!].content else {
                return false
            }
            return tile.layer == layer
        }
        return held[addresses.max()!]!
    }

    private mutating func appendLoad(
        _ command: Command, _ transfer: Transfer, _ region: Int, to stream: inout TimedStream
    ) {
        layers[command.layer].weightReadBytes += transfer.bytes
        guard let decoder = machine.weightDecoder else { return stream.append(command) }
        layers[command.layer].codedWeightReadBytes += codedBytes[region]
        var coded = transfer
        coded.rowBytes = codedBytes[region]
        stream.append(
            Command(layer: command.layer, waits: command.waits, signals: command.signals, operation: .load(coded)),
            decoding: DecodedLoad(symbols: transfer.bytes, symbolsPerCycle: decoder.symbolsPerCycle))
    }

    private mutating func appendTables(_ command: Command, _ transfer: Transfer, to stream: inout TimedStream) {
        guard machine.weightDecoder != nil else { return stream.append(command) }
        layers[command.layer].codedWeightReadBytes += layers[command.layer].tableBytes
        var longer = transfer
        longer.rowBytes += layers[command.layer].tableBytes
        stream.append(
            Command(layer: command.layer, waits: command.waits, signals: command.signals, operation: .load(longer)))
    }

    private mutating func appendPass(
        _ command: Command, _ pass: Accumulation, _ key: StepKey, usesBound: Bool, to stream: inout TimedStream
    ) {
        let array = machine.macArray
        let counts = counted[key] ?? stepCounts(pass, key)
        counted[key] = counts
        let pixelGroups = pass.rows * ceilDivide(pass.columns, by: array.pixelLanes)
        let steps = pass.taps * ceilDivide(pass.inputChannels, by: array.inputChannelLanes)
        layers[command.layer].steps += pixelGroups * steps * counts.issued.count
        layers[command.layer].zeroSteps += pixelGroups * counts.issued.reduce(0) { $0 + steps - $1 }
        guard array.zeroSkipping else { return stream.append(command) }
        stream.append(
            command, cost: CommandCost(pass, issuedSteps: usesBound ? counts.bound : counts.issued, on: machine))
    }

    private func stepCounts(_ pass: Accumulation, _ key: StepKey) -> StepCounts {
        guard case .weights(let tile) = regions[key.region].content, let statistics = statistics[tile.layer] else {
            preconditionFailure("a pass without weights")
        }
        let (inputLanes, outputLanes) = (machine.macArray.inputChannelLanes, machine.macArray.outputChannelLanes)
        let taps = laid[tile.layer].taps(of: tile, phase: key.phaseY, key.phaseX)
        precondition(taps.count == pass.taps, "\(taps.count) taps in a pass of \(pass.taps)")
        let starts = stride(from: tile.inputChannels.lowerBound, to: tile.inputChannels.upperBound, by: inputLanes)
        let inputs = starts.map { $0..<min($0 + inputLanes, tile.inputChannels.upperBound) }
        // With zero skipping on, or without any need to know, groups of 8 may be coarser than the lanes.
        let isExact = inputs.allSatisfy { statistics.isExact(for: $0) }
        var counts = StepCounts()
        for group in 0..<pass.groups {
            let first = pass.firstOutputChannel + group * pass.layerGroupOutputChannels
            for start in stride(from: first, to: first + pass.outputChannels, by: outputLanes) {
                let outputs = start..<min(start + outputLanes, first + pass.outputChannels)
                guard isExact else {
                    counts.issued.append(taps.count * inputs.count)
                    continue
                }
                var (issued, fullest) = (0, 0)
                for tap in taps {
                    for range in inputs
                    where outputs.contains(where: {
                        statistics.nonZeroWeights(outputChannel: $0, tap: tap, inputChannels: range) > 0
                    }) { issued += 1 }
                }
                for output in outputs {
                    fullest = max(
                        fullest,
                        taps.reduce(0) {
                            $0
                                + statistics.nonZeroWeights(
                                    outputChannel: output, tap: $1, inputChannels: tile.inputChannels)
                        })
                }
                counts.issued.append(issued)
                counts.bound.append(ceilDivide(fullest, by: inputLanes))
            }
        }
        return counts
    }
}

extension LayerGeometry {
    /// Indices, in the whole kernel, of a tile's taps.
    func taps(of tile: WeightTile) -> [Int] {
        tile.kernelRows.flatMap { row in tile.kernelColumns.map { row * horizontal.laidKernel + $0 } }
    }

    /// Indices, in the whole kernel, of the taps of one phase of a transposed convolution, or in the window of all
    /// phases where they share the lanes; all taps of a tile of other layers.
    fileprivate func taps(of tile: WeightTile, phase y: Int, _ x: Int) -> [Int] {
        guard kind == .transposedConvolution else { return taps(of: tile) }
        guard !joinsPhases else { return Array(0..<laidTaps) }
        let (rows, columns) = (vertical.phases[y], horizontal.phases[x])
        return (0..<rows.taps).flatMap { row in
            (0..<columns.taps).map { column in
                (rows.firstTap + row * vertical.stride) * horizontal.kernel + columns.firstTap + column
                    * horizontal.stride
            }
        }
    }
}

public import Commands
public import Diagnostics
import FixedPoint
import Geometry
public import Lowering
public import MachineDescription
public import Networks
public import Timing

/// What a weight decoder and zero skipping would change of a plan: the same commands with the bytes of coded tiles and
/// without the steps that multiply by zeros only, timed by the same rules. Estimates, because no RTL has these units;
/// they stand beside the simulated cycles and never enter them.
///
///     coded load    ceil(bits of the tile / 8) bytes instead of one a weight;
///                   the load ends no sooner than the decoder (`DecodedLoad`)
///     tables        the first parameter load of a layer with weights is longer by the decoder's tables
///     zero step     a step whose C0 x K0 weights are all zero, or lie outside the tile, is not issued
///     bound         every output channel gathers its own non-zero weights, C0 a step;
///                   a group of K0 takes as long as its fullest channel
public struct WeightCodingEstimate: Sendable {
    /// In the graph's order.
    public private(set) var layers: [LayerWeightCoding] = []
    /// With everything that the machine has: a weight decoder, zero skipping, or both.
    public let timeline: Timeline
    /// The same with the bound instead of whole steps; nil without zero skipping.
    public let boundTimeline: Timeline?
    /// One for each of the program's parameter regions: bytes of the coded tile; 0 for other regions.
    let codedBytes: [Int]
    /// Of each layer with weights, by index.
    let statistics: [Int: WeightStatistics]

    /// - Throws: `layerParametersMismatch` where a layer has not the number of weight codes that its shape needs.
    public init(
        _ program: Program, network: QuantizedNetwork, machine: MachineDescription
    ) throws(Diagnostic) {
        let geometry = program.layout.geometry
        var statistics: [Int: WeightStatistics] = [:]
        for index in geometry.layers.indices where geometry.layers[index].usesArray {
            statistics[index] = try Self.statistics(
                of: index, program.layout.laidGeometry(index), program, network, machine)
        }
        self.statistics = statistics
        codedBytes = program.parameterRegions.map { region in
            guard case .weights(let tile) = region.content else { return 0 }
            return ceilDivide(program.layout.codedBits(of: tile, network, statistics[tile.layer]!), by: 8)
        }
        layers = geometry.layers.indices.map { index in
            LayerWeightCoding(statistics[index], addedZeros: program.layout.addedZeros(index))
        }
        for (region, bytes) in zip(program.parameterRegions, codedBytes) {
            if case .weights(let tile) = region.content { layers[tile.layer].codedWeightBytes += bytes }
        }

        var walk = WeightCodingWalk(
            program, statistics: statistics, codedBytes: codedBytes, machine: machine,
            layers: layers)
        timeline = Self.timeline(walk.stream(program.commands, usesBound: false))
        layers = walk.layers
        boundTimeline =
            machine.macArray.zeroSkipping ? Self.timeline(walk.stream(program.commands, usesBound: true)) : nil
    }

    private static func timeline(_ stream: TimedStream) -> Timeline {
        do {
            return try Timeline(simulating: stream)
        } catch {
            preconditionFailure("commands that could be timed cannot be timed with coded weights: \(error)")
        }
    }

    /// Those of the file where they are exact for all tiles and steps; otherwise counted from the weights, as fine as
    /// needed.
    private static func statistics(
        of index: Int, _ layer: LayerGeometry, _ program: Program, _ network: QuantizedNetwork,
        _ machine: MachineDescription
    ) throws(Diagnostic) -> WeightStatistics {
        let merged = program.layout.layers[index].mergedGroups
        let laid = program.layout.laidGeometry(index)
        // The file's statistics are those of the network's weights: without the zeros of merged groups and phases, by
        // taps.
        let (expected, stored) = (
            (laid.outputChannels * laid.lanesOfChannel, laid.laidTaps, laid.groupInputChannels * merged),
            merged == 1 && !laid.joinsPhases && laid.kernelRow == nil ? network.weightStatistics[layer.name] : nil
        )
        let group = WeightStatistics.fileGroupChannels
        let isExact =
            (!machine.macArray.zeroSkipping || machine.macArray.inputChannelLanes % group == 0)
            && program.parameterRegions.allSatisfy { region in
                guard case .weights(let tile) = region.content, tile.layer == index else { return true }
                return tile.inputChannels.lowerBound % group == 0
                    && (tile.inputChannels.upperBound % group == 0
                        || tile.inputChannels.upperBound == expected.2)
            }
        if isExact, let stored, (stored.outputChannels, stored.taps, stored.inputChannels) == expected { return stored }
        guard let weights = program.layout.laidWeights(of: index, network),
            (weights.outputChannels, weights.taps, weights.inputChannels) == expected
        else {
            throw Diagnostic(
                .layerParametersMismatch, at: "layer \(layer.name)", found: "no weights of its shape",
                expected: "\(expected.0) x \(expected.1) x \(expected.2) weight codes",
                remedy: "quantize the network again")
        }
        return WeightStatistics(measuring: weights, groupChannels: isExact ? group : 1, code: stored?.code)
    }
}

extension ProgramLayout {
    /// Bits of a tile's codes: by the statistics, which know whole kernels, or counted where taps are split.
    fileprivate func codedBits(
        of tile: WeightTile, _ network: QuantizedNetwork, _ statistics: WeightStatistics
    ) -> Int {
        let taps = laidGeometry(tile.layer).taps(of: tile)
        guard taps.count < statistics.taps, let weights = laidWeights(of: tile.layer, network) else {
            return statistics.codedBits(outputChannels: tile.outputChannels, inputChannels: tile.inputChannels)
        }
        return tile.outputChannels.reduce(0) { sum, output in
            taps.reduce(sum) { sum, tap in
                let first = (output * weights.taps + tap) * weights.inputChannels
                let (lower, upper) = (first + tile.inputChannels.lowerBound, first + tile.inputChannels.upperBound)
                return sum + statistics.codedBits(of: weights.codes[lower..<upper])
            }
        }
    }

    /// The weights of a layer as they lie in external memory: with the zeros of merged groups or of joined phases.
    func laidWeights(of index: Int, _ network: QuantizedNetwork) -> LayerWeights? {
        layers[index].laidWeights(network, of: geometry.layers[index])
    }

    /// How many laid weights the network does not have.
    fileprivate func addedZeros(_ index: Int) -> Int {
        let layer = laidGeometry(index)
        return layer.joinsPhases
            ? layer.laidWeightBytes - layer.weightBytes : layer.weightBytes * (layers[index].mergedGroups - 1)
    }
}

/// What coding and zeros are to one layer. All 0 for a layer without weights.
public struct LayerWeightCoding: Hashable, Sendable {
    public var weights = 0
    /// Of those, how many are decoded to zero.
    public var zeroWeights = 0
    /// Bytes of the weight tiles in external memory, coded, each tile once.
    public var codedWeightBytes = 0
    /// Bits of the decoder's tables.
    public var tableBits = 0
    /// Bytes that the layer's loads bring to the weight buffer: as codes, and coded (tables included).
    public var weightReadBytes = 0
    public var codedWeightReadBytes = 0
    /// MAC steps, and those of them that multiply by zeros only.
    public var steps = 0
    public var zeroSteps = 0

    /// - Parameter addedZeros: how many of the statistics' weights only merged groups or joined phases have.
    init(_ statistics: WeightStatistics?, addedZeros: Int) {
        guard let statistics else { return }
        weights = statistics.weights - addedZeros
        zeroWeights = statistics.zeroWeights - addedZeros
        tableBits = statistics.tableBits
    }

    /// Whole bytes of tables.
    public var tableBytes: Int { (tableBits + 7) / 8 }
}

import Commands
public import Diagnostics
package import Geometry
import Graph
public import Networks
import Text

/// The bytes of external memory that are written before a run: all parameter regions of a program. Tensors follow
/// behind them.
public struct ExternalImage: Sendable {
    /// Bytes at addresses 0 ..< `ProgramLayout.parameterEnd`.
    public private(set) var bytes: [UInt8]

    /// Cuts the network's weights into the program's tiles and writes tables and channel blocks.
    ///
    /// - Throws: `layerParametersMismatch` where a layer has not the number of weight codes that its shape needs, or
    ///   parameters of another size than the program was made for.
    public init(_ layout: ProgramLayout, network: QuantizedNetwork) throws(Diagnostic) {
        bytes = [UInt8](repeating: 0, count: layout.parameterEnd)
        var source: WeightSource?
        for region in layout.parameterRegions {
            switch region.content {
            case .block(let kind, let layer, let channels):
                let result = layout.geometry.layers[layer].outputChannels
                let configuration = try LayerConfiguration(
                    network.graph.layers[layer], in: network, outputChannels: result
                ).joiningPhases(layout.layers[layer].phaseLanes).repeatingInputs(layout.layers[layer].kernelRowTaps)
                let block = configuration.blocks(of: channels).first { $0.kind == kind }?.bytes ?? []
                guard block.count == region.bytes else {
                    throw Diagnostic(
                        .layerParametersMismatch, at: "layer \(network.graph.layers[layer].name)",
                        found: "a \(kind.rawValue) of \(block.count.grouped) bytes",
                        expected: "\(region.bytes.grouped)", remedy: "plan this network")
                }
                bytes.replaceSubrange(region.address..<region.address + region.bytes, with: block)
            case .weights(let tile):
                if source?.layer != tile.layer {
                    source = try WeightSource(
                        layer: tile.layer, layout.laidGeometry(tile.layer), network, layout.layers[tile.layer])
                }
                source!.copy(tile, to: &bytes, at: region.address)
            }
        }
    }
}

/// The weight codes of one layer as they are laid, `[K][taps][C]` with the input channels C of a group or of a merged
/// group, and the order in which tiles take the taps. Where phases share the output lanes, K are lanes and taps those
/// of the blocks' window; where lanes run over kernel rows, a row is a tap and C its codes.
private struct WeightSource {
    let layer: Int
    private let codes: [UInt8]
    private let channels: Int
    private let taps: Int
    private let kernelColumns: Int
    /// Indices of taps, phase by phase.
    private let phases: [[Int]]

    init(
        layer index: Int, _ geometry: LayerGeometry, _ network: QuantizedNetwork, _ program: LayerProgram
    ) throws(Diagnostic) {
        layer = index
        let plain = network.parameters[geometry.name]?.weights?.codes ?? []
        let mergedGroups = program.mergedGroups
        let isPlain = mergedGroups == 1 && !geometry.joinsPhases
        codes = isPlain ? plain : program.laidWeights(network, of: geometry)?.codes ?? []
        channels = geometry.inputChannels / geometry.groups * mergedGroups
        taps = geometry.laidTaps
        kernelColumns = geometry.horizontal.laidKernel
        phases =
            geometry.kind == .transposedConvolution && !geometry.joinsPhases
            ? WeightSource.phases(of: geometry) : [Array(0..<taps)]
        let laid = geometry.joinsPhases ? geometry.laidWeightBytes : plain.count * mergedGroups
        guard plain.count == geometry.weightBytes, codes.count == laid else {
            throw Diagnostic(
                .layerParametersMismatch, at: "layer \(geometry.name)", found: "\(plain.count.grouped) weight codes",
                expected: "\(geometry.weightBytes.grouped)",
                remedy: "quantize the network again")
        }
    }

    /// Taps of each phase, rows of phases first.
    private static func phases(of layer: LayerGeometry) -> [[Int]] {
        layer.vertical.phases.flatMap { row in
            layer.horizontal.phases.map { column in
                layer.vertical.taps(of: row).flatMap { y in
                    layer.horizontal.taps(of: column).map { y * layer.horizontal.kernel + $0 }
                }
            }
        }
    }

    func copy(_ tile: WeightTile, to bytes: inout [UInt8], at address: Int) {
        let count = tile.inputChannels.count
        precondition(
            tile.outputChannels.upperBound * taps * channels <= codes.count
                && tile.inputChannels.upperBound <= channels, "\(tile) of \(codes.count) codes")
        let kernelTaps = tile.kernelRows.count * tile.kernelColumns.count
        precondition(
            address + tile.outputChannels.count * kernelTaps * count <= bytes.count,
            "\(tile) at \(address) of \(bytes.count) bytes")
        let phases = phases.map { $0.filter { tile.hasTap($0 / kernelColumns, $0 % kernelColumns) } }
        codes.withUnsafeBufferPointer { codes in
            bytes.withUnsafeMutableBufferPointer { bytes in
                var target = bytes.baseAddress! + address
                for phase in phases {
                    for k in tile.outputChannels {
                        for tap in phase {
                            target.update(
                                from: codes.baseAddress! + (k * taps + tap) * channels + tile.inputChannels.lowerBound,
                                count: count)
                            target += count
                        }
                    }
                }
            }
        }
    }
}

extension LayerProgram {
    /// The weights of the layer as they lie in external memory: with the zeros of merged groups or of joined phases.
    /// Nil where the network has none, or no code for the zeros.
    package func laidWeights(_ network: QuantizedNetwork, of layer: LayerGeometry) -> LayerWeights? {
        let weights = network.weights(of: layer.name)
        guard let phaseLanes else {
            return weights?.mergingGroups(mergedGroups, of: layer.groups)?.joiningKernelRow(kernelRowTaps)
        }
        return weights?.joiningPhases(
            kernelRows: layer.vertical.kernel, kernelColumns: layer.horizontal.kernel, strideY: phaseLanes.strideY,
            strideX: phaseLanes.strideX, channelTiles: phaseLanes.channelTiles)
    }
}

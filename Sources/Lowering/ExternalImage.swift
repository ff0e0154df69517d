import Commands
public import Diagnostics
import Geometry
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
    /// - Throws: `layerParametersMismatch` where a layer has not the number of weight codes that its shape needs.
    public init(_ layout: ProgramLayout, network: QuantizedNetwork) throws(Diagnostic) {
        bytes = [UInt8](repeating: 0, count: layout.parameterEnd)
        var source: WeightSource?
        for region in layout.parameterRegions {
            switch region.content {
            case .block(let block):
                bytes.replaceSubrange(region.address..<region.address + region.bytes, with: block.bytes)
            case .weights(let tile):
                if source?.layer != tile.layer {
                    source = try WeightSource(layer: tile.layer, layout: layout, network: network)
                }
                source!.copy(tile, to: &bytes, at: region.address)
            }
        }
    }
}

/// The weight codes of one layer, `[K][taps][C]`, and the order in which tiles take the taps.
private struct WeightSource {
    let layer: Int
    private let codes: [UInt8]
    private let channels: Int
    private let taps: Int
    /// Indices of taps, phase by phase.
    private let phases: [[Int]]

    init(layer index: Int, layout: ProgramLayout, network: QuantizedNetwork) throws(Diagnostic) {
        layer = index
        let layer = network.graph.layers[index]
        let input = layout.memoryMap.tensors[layer.inputs[0]]!
        switch network.parameters[layer.name] {
        case .accumulation(let parameters): codes = parameters.weightCodes
        case .normalization(let parameters): codes = parameters.gammaCodes
        default: codes = []
        }
        switch layer.operator {
        case .convolution(let convolution):
            channels = input.channels / convolution.groups
            taps = convolution.kernelHeight * convolution.kernelWidth
            phases = [Array(0..<taps)]
        case .transposedConvolution(let transposed):
            channels = input.channels
            taps = transposed.kernelHeight * transposed.kernelWidth
            phases = WeightSource.phases(
                transposed, input: input, output: layout.memoryMap.tensors[layer.name]!)
        case .fullyConnected:
            channels = input.channels
            taps = input.height * input.width
            phases = [Array(0..<taps)]
        default:
            channels = input.channels
            taps = 1
            phases = [[0]]
        }
        let expected = layout.memoryMap.tensors[layer.name]!.channels * taps * channels
        guard codes.count == expected else {
            throw Diagnostic(
                .layerParametersMismatch, at: "layer \(layer.name)", found: "\(codes.count.grouped) weight codes",
                expected: "\(expected.grouped)",
                remedy: "quantize the network again")
        }
    }

    /// Taps of each phase, rows of phases first.
    private static func phases(
        _ transposed: TransposedConvolution, input: TensorRegion, output: TensorRegion
    ) -> [[Int]] {
        let (rows, columns) = transposed.axes(
            input: (input.height, input.width), output: (output.height, output.width))
        return rows.phases.flatMap { row in
            columns.phases.map { column in
                rows.taps(of: row).flatMap { y in
                    columns.taps(of: column).map { y * transposed.kernelWidth + $0 }
                }
            }
        }
    }

    func copy(_ tile: WeightTile, to bytes: inout [UInt8], at address: Int) {
        let count = tile.inputChannels.count
        precondition(
            tile.outputChannels.upperBound * taps * channels <= codes.count
                && tile.inputChannels.upperBound <= channels, "\(tile) of \(codes.count) codes")
        precondition(
            address + tile.outputChannels.count * taps * count <= bytes.count,
            "\(tile) at \(address) of \(bytes.count) bytes")
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

import Foundation
import Graph
public import Quantization

/// The weights of one layer, of whatever kind, as the MAC array sees them: `[K][taps][C]` codes and their decoder.
public struct LayerWeights: Hashable, Sendable {
    public let codes: [UInt8]
    public let decoder: WeightDecoder
    /// K.
    public let outputChannels: Int
    public let taps: Int
    /// C / G.
    public let inputChannels: Int

    init?(codes: [UInt8], decoder: WeightDecoder, outputChannels: Int, inputChannels: Int) {
        guard outputChannels > 0, inputChannels > 0, !codes.isEmpty, codes.count % (outputChannels * inputChannels) == 0
        else { return nil }
        self.codes = codes
        self.decoder = decoder
        self.outputChannels = outputChannels
        self.inputChannels = inputChannels
        taps = codes.count / (outputChannels * inputChannels)
    }

    /// The weights of the layer with every `count` of its groups merged into one, the last perhaps fewer: codes
    /// `[K][taps][count C / G]`, the layer's own for the input channels of the output channel's group, and the first
    /// code that decodes to 0 elsewhere. Nil where no code decodes to 0.
    public func mergingGroups(_ count: Int, of groups: Int) -> LayerWeights? {
        guard count > 1 else { return self }
        guard let zero = decoder.zeroCode, groups > 0, outputChannels % groups == 0 else { return nil }
        let width = count * inputChannels
        var merged = [UInt8](repeating: zero, count: outputChannels * taps * width)
        let groupOutputs = outputChannels / groups
        for output in 0..<outputChannels {
            let first = output / groupOutputs % count * inputChannels
            for tap in output * taps..<(output + 1) * taps {
                for channel in 0..<inputChannels {
                    merged[tap * width + first + channel] = codes[tap * inputChannels + channel]
                }
            }
        }
        return LayerWeights(codes: merged, decoder: decoder, outputChannels: outputChannels, inputChannels: width)
    }

    /// The weights of a transposed convolution whose phases share the output lanes: codes `[lane][window tap][C]`,
    /// lanes of each channel tile as [phase row][phase column][channel]; window tap u of phase q is tap stride u + q of
    /// the kernel, and the first code that decodes to 0 beyond it. Nil where there is no such code and one is needed.
    public func joiningPhases(
        kernelRows: Int, kernelColumns: Int, strideY: Int, strideX: Int, channelTiles: [Range<Int>]
    ) -> LayerWeights? {
        guard kernelRows * kernelColumns == taps, strideY > 0, strideX > 0 else { return nil }
        let (rows, columns) = ((kernelRows - 1) / strideY + 1, (kernelColumns - 1) / strideX + 1)
        guard
            decoder.zeroCode != nil || (rows * strideY == kernelRows && columns * strideX == kernelColumns)
        else { return nil }
        let zeros = [UInt8](repeating: decoder.zeroCode ?? 0, count: inputChannels)
        var joined: [UInt8] = []
        joined.reserveCapacity(outputChannels * strideY * strideX * rows * columns * inputChannels)
        for channels in channelTiles {
            for phase in 0..<strideY * strideX {
                for channel in channels {
                    for tap in 0..<rows * columns {
                        let row = tap / columns * strideY + phase / strideX
                        let column = tap % columns * strideX + phase % strideX
                        if row < kernelRows, column < kernelColumns {
                            let first = ((channel * kernelRows + row) * kernelColumns + column) * inputChannels
                            joined += codes[first..<first + inputChannels]
                        } else {
                            joined += zeros
                        }
                    }
                }
            }
        }
        return LayerWeights(
            codes: joined, decoder: decoder, outputChannels: outputChannels * strideY * strideX,
            inputChannels: inputChannels)
    }

    /// The weights of the layer with `columns` taps side by side as one, of so many times the channels: the same codes.
    package func joiningKernelRow(_ columns: Int) -> LayerWeights? {
        guard columns > 1 else { return self }
        return LayerWeights(
            codes: codes, decoder: decoder, outputChannels: outputChannels, inputChannels: inputChannels * columns)
    }

    /// How often each code occurs.
    public var histogram: [Int] {
        var counts = [Int](repeating: 0, count: 256)
        for code in codes { counts[Int(code)] += 1 }
        return counts
    }

    /// Zero-order entropy of the codes: the fewest bits that a code of single symbols could take.
    public var entropyBits: Double { Self.entropyBits(of: histogram) }

    /// The same of counts of symbols.
    public static func entropyBits(of histogram: [Int]) -> Double {
        let total = Double(histogram.reduce(0, +))
        return histogram.filter { $0 > 0 }.reduce(0.0) { $0 - Double($1) * log2(Double($1) / total) }
    }
}

extension QuantizedNetwork {
    /// The weights of a layer; nil for one without, or whose number of codes does not fit its channels.
    public func weights(of name: String) -> LayerWeights? {
        guard let channels = try? graph.channels() else { return nil }
        return weights(of: name, channels: channels)
    }

    /// The weights of every layer that has some, by name.
    public var layerWeights: [String: LayerWeights] {
        guard let channels = try? graph.channels() else { return [:] }
        return graph.layers.reduce(into: [:]) { $0[$1.name] = weights(of: $1.name, channels: channels) }
    }

    package func weights(of name: String, channels: [String: Int]) -> LayerWeights? {
        guard let layer = graph[layer: name], let weights = parameters[name]?.weights,
            let inputs = channels[layer.inputs[0]], let outputs = channels[name]
        else { return nil }
        return LayerWeights(
            codes: weights.codes, decoder: weights.decoder, outputChannels: outputs,
            inputChannels: inputs / layer.operator.groups)
    }

    /// The same network with the statistics of all its weights.
    public func withWeightStatistics() -> QuantizedNetwork {
        var network = self
        network.weightStatistics = layerWeights.mapValues { WeightStatistics(measuring: $0) }
        return network
    }
}

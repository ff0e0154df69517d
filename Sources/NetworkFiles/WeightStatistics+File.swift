import Diagnostics
import EntropyCoding
import FileFormats
import FixedPoint
import Graph
import Networks
import Text

/// Weight statistics in a network file: three tensors a layer, all or none.
///
///     LAYER.weightCodeLengths U8 [256]   .weightCodeBits U32 [K][ceil(C/8)]   .nonZeroWeights U8 [K][taps][ceil(C/8)]
extension WeightStatistics {
    func write(_ name: String, to tensors: inout [String: SafetensorsTensor]) {
        tensors["\(name).weightCodeLengths"] = SafetensorsTensor(code.lengths, shape: [256])
        tensors["\(name).weightCodeBits"] = SafetensorsTensor(codedBits, shape: [outputChannels, groups])
        tensors["\(name).nonZeroWeights"] = SafetensorsTensor(nonZeroWeights, shape: [outputChannels, taps, groups])
    }

    /// - Throws: `weightCodeInvalid`, `networkTensorMissing`, `networkTensorMismatch`, `networkValueOutOfRange`.
    init(_ weights: LayerWeights, _ name: String, tensors: inout TensorTable) throws(Diagnostic) {
        let (outputs, taps, inputs, group) = (
            weights.outputChannels, weights.taps, weights.inputChannels, WeightStatistics.fileGroupChannels
        )
        let groups = ceilDivide(inputs, by: group)
        let lengths = try tensors.integers("\(name).weightCodeLengths", .unsigned8, as: UInt8.self, shape: [256])
        self.init(
            outputChannels: outputs, taps: taps, inputChannels: inputs, groupChannels: group,
            code: try HuffmanCode(lengths: lengths, at: "layer \(name), weightCodeLengths"),
            codedBits: try tensors.integers(
                "\(name).weightCodeBits", .unsigned32, as: UInt32.self, shape: [outputs, groups]),
            nonZeroWeights: try tensors.integers(
                "\(name).nonZeroWeights", .unsigned8, as: UInt8.self, shape: [outputs, taps, groups]))
        let mostBits = HuffmanCode.longestBits * taps * group
        guard codedBits.allSatisfy({ $0 <= mostBits }), nonZeroWeights.allSatisfy({ $0 <= group }) else {
            throw Diagnostic(
                .networkValueOutOfRange, at: "layer \(name), weight statistics",
                found: "\(codedBits.max() ?? 0) bits or \(nonZeroWeights.max() ?? 0) weights in a group",
                expected: "at most \(mostBits) bits and \(group.counted("weight"))",
                remedy: "quantize the network again")
        }
    }
}

extension QuantizedNetwork {
    /// Reads the statistics of the layers that have some. The weights must have been read.
    mutating func readWeightStatistics(_ tensors: inout TensorTable, channels: [String: Int]) throws(Diagnostic) {
        for layer in graph.layers where tensors.has("\(layer.name).weightCodeLengths") {
            guard let weights = weights(of: layer.name, channels: channels) else { continue }
            weightStatistics[layer.name] = try WeightStatistics(weights, layer.name, tensors: &tensors)
        }
    }
}

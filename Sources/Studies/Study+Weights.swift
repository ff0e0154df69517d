public import Calibration
public import Diagnostics
import Foundation
import Graph
import Networks
public import Quantization

extension Study {
    func decibels(_ ratio: Double) -> Double { 10 * log10(ratio) }

    /// Grouping x law for the weights of accumulating layers; also the groupings that no machine can execute.
    ///
    /// - Parameter show: gets each row when it is measured.
    /// - Throws: `lawParameterOutOfRange`, and what `show` throws.
    public func weights(
        laws: [Law], groupings: [WeightGrouping] = WeightGrouping.allCases, clipping: WeightClipping = .searched,
        show: (StudyRow) throws(Diagnostic) -> Void = { _ in }
    ) throws(Diagnostic) -> [StudyRow] {
        let baseline = try meanPSNR(network)
        var rows: [StudyRow] = []
        for grouping in groupings {
            for law in laws {
                let bits = law == .linear ? 8 : weightBits
                let quantizer = WeightQuantizer(
                    decoder: try .weights(law, bits: bits, at: "study weights"), grouping: .layer, clipping: clipping,
                    deadZone: law.deadZone(bits: bits))
                var changed = network
                var energy = Energy()
                var (weightBytes, groups, zeros, entropyBits) = (0, 0, 0, 0.0)
                for layer in network.graph.layers {
                    guard case .accumulation(let weights, let bias)? = network.parameters[layer.name] else { continue }
                    let inputs = inputChannels(of: layer.name, weights: weights, outputs: bias.count)
                    let (values, histogram, count) = quantizer.roundTrip(
                        weights, outputs: bias.count, inputs: inputs, grouping: grouping)
                    for (weight, value) in zip(weights, values) { energy.add(weight, quantized: value) }
                    changed.parameters[layer.name] = .accumulation(weights: values, bias: bias)
                    weightBytes += weights.count
                    groups += count
                    zeros += histogram.indices.reduce(0) {
                        $0 + (quantizer.decoder.entries[$1] == 0 ? histogram[$1] : 0)
                    }
                    entropyBits += LayerWeights.entropyBits(of: histogram)
                }
                rows.append(
                    StudyRow(
                        choice: "\(grouping.rawValue), \(law)", signalToNoiseDecibels: decibels(energy),
                        psnrChangeDecibels: try meanPSNR(changed) - baseline,
                        cost: .init(
                            weightBytes: weightBytes, romBits: law.isMemoryFree ? 0 : 256 * bits,
                            selectBits: groups * 32),
                        zeroPercent: 100 * Double(zeros) / Double(max(weightBytes, 1)),
                        entropyBits: entropyBits / Double(max(weightBytes, 1))))
                try show(rows[rows.count - 1])
            }
        }
        return rows
    }

    private func inputChannels(of name: String, weights: [Float], outputs: Int) -> Int {
        switch network.graph[layer: name]!.operator {
        case .convolution(let convolution):
            weights.count / outputs / (convolution.kernelHeight * convolution.kernelWidth)
        case .transposedConvolution(let transposed):
            weights.count / outputs / (transposed.kernelHeight * transposed.kernelWidth)
        default: weights.count / outputs
        }
    }
}

extension WeightQuantizer {
    /// Weights `[K][taps][C]` after quantization with one scale a group, how often each code occurs, and the number of
    /// groups.
    fileprivate func roundTrip(
        _ weights: [Float], outputs: Int, inputs: Int, grouping: WeightGrouping
    ) -> (values: [Float], histogram: [Int], groups: Int) {
        let inner = weights.count / outputs
        func group(_ index: Int) -> Int {
            switch grouping {
            case .layer: 0
            case .outputChannel: index / inner
            case .inputChannel: index % inputs
            case .kernel: index / inner * inputs + index % inputs
            }
        }
        let count = [
            WeightGrouping.layer: 1, .outputChannel: outputs, .inputChannel: inputs, .kernel: outputs * inputs,
        ][grouping]!
        var members: [[Int]] = Array(repeating: [], count: count)
        for index in weights.indices { members[group(index)].append(index) }
        var values = weights
        var histogram = [Int](repeating: 0, count: 256)
        for indices in members {
            let (codes, scales) = quantize(indices.map { weights[$0] }, outputs: 1, importance: [1])
            for (index, code) in zip(indices, codes) {
                values[index] = Float(Double(decoder.entries[Int(code)]) * scales[0])
                histogram[Int(code)] += 1
            }
        }
        return (values, histogram, count)
    }
}

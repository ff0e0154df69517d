import Calibration
import Text
import WeightCoding

/// What `quantize` did: the document of `--json`, and its layers as a table.
struct QuantizationReport: Encodable {
    let output: String
    let activationBits: Int
    let weightBits: Int
    let accumulatorBits: Int
    let photographs: Int
    let drawnPictures: Int
    let zeroWeightsPercent: Double
    let entropyBitsPerWeight: Double
    let codedBitsPerWeight: Double
    let layers: [TensorFidelity]

    /// The signal to noise of each layer, and what the network's outputs keep of their largest elements.
    var text: String {
        var table = TextTable(header: ["layer", "operator", "signal to noise dB"], leftColumns: 2)
        for layer in layers {
            table.append([
                layer.layer, layer.operator, layer.signalToNoise.map { $0.fixed(2) } ?? "-",
            ])
        }
        let sentences = layers.compactMap { layer in
            layer.largest.map { largest in
                """
                \(layer.layer): the largest element is the float network's in \(largest.equal) of \(largest.pictures) \
                calibration pictures\n
                """
            }
        }
        return table.text + sentences.joined()
    }
}

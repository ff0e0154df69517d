import Diagnostics
import EntropyCoding
import Networks
import Text

/// Tables of latents that a learned prior describes: two for each channel, of quantizer 0 and of quantizer 1.
enum LatentPriorTables {
    /// A y of 16 bits on a grid of 1/64 reaches this far.
    private static let farthest = 512

    /// - Throws: `codecPriorMissing` for a prior of other channels.
    static func tables(of prior: FactorizedPrior, channels: Int) throws(Diagnostic) -> FrequencyTables {
        guard prior.channels == channels else {
            throw Diagnostic(
                .codecPriorMissing, at: "the prior", found: prior.channels.counted("channel"),
                expected: "\(channels), one for each of the latents'", remedy: "import the network again")
        }
        var firstSymbols: [Int] = []
        var frequencies: [[Int]] = []
        for quantizer in 0...1 {
            for channel in 0..<channels {
                let masses = (-farthest...farthest).map { k in
                    let cell = cell(of: k, quantizer: quantizer)
                    return prior.mass(from: cell.low, to: cell.high, channel: channel)
                }
                let peak = masses.indices.max { masses[$0] < masses[$1] }!
                let first = masses.firstIndex { $0 >= CodecCalibration.rarest } ?? peak
                let last = masses.lastIndex { $0 >= CodecCalibration.rarest } ?? peak
                let kept = Array(masses[first...last])
                firstSymbols.append(first - farthest)
                frequencies.append(IntegerFrequencies.nearest(to: kept + [max(0, 1 - kept.reduce(0, +))]))
            }
        }
        return FrequencyTables(firstSymbols: firstSymbols, frequencies: frequencies)
    }

    /// In symbol steps, or in distances of two levels of one quantizer of a trellis.
    private static func cell(of k: Int, quantizer: Int) -> (low: Double, high: Double) {
        let x = Double(k)
        guard quantizer == 1 else { return (x - 0.5, x + 0.5) }
        switch k {
        case 0: return (-0.25, 0.25)
        case 1: return (0.25, 1)
        case -1: return (-1, -0.25)
        default: return k > 0 ? (x - 1, x) : (x, x + 1)
        }
    }
}

import Diagnostics
import Networks
import Text

/// The entropy bottleneck of a state dict: the factorized prior of what it codes, and the medians about which it
/// rounds.
///
/// Its integer tables (`_quantized_cdf`, `_offset`, `_cdf_length`) are empty in a network that was never prepared for
/// coding, and follow from the prior in any other; nothing of them is kept.
struct CompressAIBottleneck {
    /// Of integers about the medians.
    let prior: FactorizedPrior
    /// By channel.
    let medians: [Float]

    private static let name = "entropy_bottleneck"

    /// - Throws: `importTensorMismatch`.
    init(_ source: PyTorchTensors, channels: Int) throws(Diagnostic) {
        var stages: [FactorizedPrior.Stage] = []
        repeat {
            let index = stages.count
            let inputs = stages.last?.outputs ?? 1
            let matrix = "\(Self.name).matrices.\(index)"
            let outputs = try source.extents(matrix, dimensions: 3)[1]
            let factor = "\(Self.name).factors.\(index)"
            let isLast = !source.has("\(Self.name).matrices.\(index + 1)")
            stages.append(
                FactorizedPrior.Stage(
                    inputs: inputs, outputs: outputs,
                    matrix: try source.values(matrix, shape: [channels, outputs, inputs]),
                    bias: try source.values("\(Self.name).biases.\(index)", shape: [channels, outputs, 1]),
                    factor: isLast ? nil : try source.values(factor, shape: [channels, outputs, 1])))
        } while source.has("\(Self.name).matrices.\(stages.count)")
        guard stages.last!.outputs == 1 else {
            throw source.refusal(
                "\(Self.name).matrices.\(stages.count - 1)", found: stages.last!.outputs.counted("output"),
                expected: "1: the last matrix ends in one number, or another one follows",
                remedy: "check that no matrix is missing")
        }
        let quantiles = try source.values("\(Self.name).quantiles", shape: [channels, 1, 3])
        medians = (0..<channels).map { quantiles[3 * $0 + 1] }
        prior = FactorizedPrior(channels: channels, stages: stages).centred(at: medians)
        for (buffer, dimensions) in [
            ("target", 1), ("likelihood_lower_bound.bound", 1), ("_quantized_cdf", 2), ("_offset", 1),
            ("_cdf_length", 1),
        ] {
            try source.passOver("\(Self.name).\(buffer)", dimensions: dimensions)
        }
    }

    /// The Gaussians' tables, which follow from their scales: only the smallest scale says something of the network.
    ///
    /// - Throws: `importTensorMismatch`.
    static func checkGaussians(_ source: PyTorchTensors) throws(Diagnostic) {
        let name = "gaussian_conditional"
        for (buffer, dimensions) in [
            ("_quantized_cdf", 2), ("_offset", 1), ("_cdf_length", 1), ("scale_table", 1), ("scale_bound", 1),
            ("likelihood_lower_bound.bound", 1),
        ] {
            try source.passOver("\(name).\(buffer)", dimensions: dimensions)
        }
        guard source.has("\(name).lower_bound_scale.bound") else { return }
        try source.requireNumber(
            0.11, in: "\(name).lower_bound_scale.bound",
            remedy: "train with the package's scales: tables here begin at 0.11")
    }
}

/// The serial context of a state dict: it is checked, and nothing of it is kept.
enum CompressAIContext {
    /// - Throws: `importTensorMismatch`.
    static func check(_ source: PyTorchTensors, latents m: Int) throws(Diagnostic) {
        let context = "context_prediction"
        _ = try source.values("\(context).weight", shape: [2 * m, m, 5, 5])
        _ = try source.values("\(context).bias", shape: [2 * m])
        let mask = try source.values("\(context).mask", shape: [2 * m, m, 5, 5])
        // Rows above, and what is to the left.
        guard mask.indices.allSatisfy({ mask[$0] == ($0 % 25 < 12 ? 1 : 0) }) else {
            throw source.refusal(
                "\(context).mask", found: "other taps", expected: "the 12 taps above and to the left, of 25",
                remedy: "check the architecture: its context is another one")
        }
        let widths = [4 * m, 10 * m / 3, 8 * m / 3, 2 * m]
        for (index, (inputs, outputs)) in zip(widths, widths.dropFirst()).enumerated() {
            let name = "entropy_parameters.\(2 * index)"
            _ = try source.values("\(name).weight", shape: [outputs, inputs, 1, 1])
            _ = try source.values("\(name).bias", shape: [outputs])
        }
    }
}

import Architectures
import Graph

extension CodecArchitecture.Family {
    /// The names of a state dict's tensors, as many stages of the bottleneck as there may be.
    var tensorNames: CompressAITensorNames { CompressAITensorNames(names: names) }

    /// What stands behind the names of layers.
    private static let parts =
        ["weight", "bias", "beta", "gamma"]
        + ["beta", "gamma"].flatMap { ["\($0)_reparam.pedestal", "\($0)_reparam.lower_bound.bound"] }

    fileprivate static let tables = ["_quantized_cdf", "_offset", "_cdf_length"]

    private var names: Set<String> {
        // Names of layers do not depend on widths.
        var layers = CodecArchitecture(self, n: 2, m: 2).network.graph.layers.map(\.name)
        if hasSerialContext { layers += ["context_prediction"] + (0...2).map { "entropy_parameters.\(2 * $0)" } }
        let gaussians =
            Self.tables + [
                "scale_table", "scale_bound", "likelihood_lower_bound.bound", "lower_bound_scale.bound",
            ]
        return Set(
            layers.flatMap { layer in Self.parts.map { "\(layer).\($0)" } } + ["context_prediction.mask"]
                + gaussians.map { "gaussian_conditional.\($0)" })
    }

}

/// The names that tensors of a state dict may have.
struct CompressAITensorNames {
    fileprivate let names: Set<String>

    func contains(_ name: String) -> Bool { names.contains(name) || isOfBottleneck(name) }

    private func isOfBottleneck(_ name: String) -> Bool {
        let words = name.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard words.count == 2, words[0] == "entropy_bottleneck" else { return false }
        if (CodecArchitecture.Family.tables + ["quantiles", "target", "likelihood_lower_bound.bound"]).contains(
            String(words[1]))
        {
            return true
        }
        return ["matrices.", "biases.", "factors."].contains { stage in
            words[1].hasPrefix(stage) && Int(words[1].dropFirst(stage.count)) != nil
        }
    }
}

import Architectures
import Graph

extension CodecArchitecture.Family {
    /// The names of a state dict's tensors, as many stages of the bottleneck as there may be.
    var tensorNames: CompressAITensorNames { CompressAITensorNames(required: required, optional: Set(optional)) }

    /// In the order of the layers.
    private var required: [String] {
        // Names of layers do not depend on widths.
        var names: [String] = []
        for layer in CodecArchitecture(self, n: 2, m: 2).network.graph.layers {
            switch layer.operator {
            case .convolution, .transposedConvolution: names += ["\(layer.name).weight", "\(layer.name).bias"]
            case .normalization:
                for parameter in ["beta", "gamma"].map({ "\(layer.name).\($0)" }) {
                    names += [parameter] + ["pedestal", "lower_bound.bound"].map { "\(parameter)_reparam.\($0)" }
                }
            default: break
            }
        }
        guard hasSerialContext else { return names }
        let context = ["context_prediction"] + (0...2).map { "entropy_parameters.\(2 * $0)" }
        return names + context.flatMap { ["\($0).weight", "\($0).bias"] } + ["context_prediction.mask"]
    }

    fileprivate static let tables = ["_quantized_cdf", "_offset", "_cdf_length"]

    /// Of Gaussians: tables follow from their scales.
    private var optional: [String] {
        (Self.tables + ["scale_table", "scale_bound", "likelihood_lower_bound.bound", "lower_bound_scale.bound"])
            .map { "gaussian_conditional.\($0)" }
    }
}

/// The names that tensors of a state dict may have.
struct CompressAITensorNames {
    /// Those that it must have, beside the bottleneck's.
    let required: [String]
    private let names: Set<String>

    fileprivate init(required: [String], optional: Set<String>) {
        self.required = required
        names = optional.union(required)
    }

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

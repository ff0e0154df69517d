import Diagnostics
import FileFormats
import Graph
import Networks

extension FloatNetwork {
    /// Checks the float network of a file whose tensors are not read: its JSON is understood, and the tensors are those
    /// that it names.
    ///
    /// - Parameters:
    ///   - fields: nil where the file has no float network.
    ///   - found: the names of the file's tensors, without prefix.
    /// - Throws: `networkFieldInvalid`, `networkUnknownField`, `networkNameNotPlain`, `networkTensorMissing`,
    ///   `networkTensorUnused`.
    static func requireTensors(of fields: JSONFields?, found: Set<String>, at place: String) throws(Diagnostic) {
        var required: [String] = []
        var optional: [String] = []
        if let fields {
            let graph = try Graph(fields)
            for layer in graph.layers { required += layer.floatTensorNames }
            required += fields.has("rates") ? try fields.distinctStrings("rates").map { "\($0).rateGains" } : []
            if fields.has("prior") {
                let prior = try FactorizedPrior.tensorNames(try fields.object("prior"))
                required += prior.required
                optional += prior.optional
            }
            required += try LearnedRanges.tensorNames(fields)
            try fields.requireAllTaken()
        }
        if let name = Set(required).subtracting(found).min() {
            throw Diagnostic(
                .networkTensorMissing, at: "\(place), tensor float.\(name)", found: "no such tensor",
                expected: "the tensors that the float network's graph needs",
                remedy: "write the file again from its source")
        }
        if let name = found.subtracting(required).subtracting(optional).min() {
            throw Diagnostic(
                .networkTensorUnused, at: "\(place), tensor float.\(name)",
                found: "a tensor that no layer of the graph uses", expected: "only tensors of the graph",
                remedy: "remove the tensor or add its layer")
        }
    }
}

extension Layer {
    fileprivate var floatTensorNames: [String] {
        if isAccumulating { return ["\(name).weights", "\(name).bias"] }
        if case .normalization = self.operator { return ["\(name).gamma", "\(name).beta"] }
        return []
    }
}

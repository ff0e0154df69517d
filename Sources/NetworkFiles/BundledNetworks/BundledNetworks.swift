public import Diagnostics
import Text

/// The networks that are built in: the trained ones, and a transform with a closed form.
public enum BundledNetworks {
    /// Names in the order of lists; the first is the default.
    public static let names = EmbeddedNetworks.names + [LappedTransform.name]

    /// A built-in network, quantized and, where wanted, float.
    ///
    /// - Throws: `networkUnknown`.
    public static func network(named name: String, includingFloat: Bool = true) throws(Diagnostic) -> NetworkFile {
        if let network = try EmbeddedNetworks.network(named: name, includingFloat: includingFloat) { return network }
        guard name == LappedTransform.name else {
            throw Diagnostic(
                .networkUnknown, at: "network '\(name)'", found: "no built-in network of this name",
                expected: names.joined(separator: ", "),
                remedy: closestName(to: name, among: names).map { "did you mean '\($0)'?" }
                    ?? "choose one of these, or name a network file")
        }
        return NetworkFile(float: LappedTransform.float, quantized: LappedTransform.quantized)
    }
}

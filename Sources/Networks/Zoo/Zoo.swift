public import Diagnostics

/// The networks that are built in.
public enum Zoo {
    /// Names in the order of lists; the first is the default.
    public static let names = [LappedTransform.name]

    /// A built-in network, float and quantized.
    ///
    /// - Throws: `networkUnknownName`.
    public static func network(named name: String) throws(Diagnostic) -> NetworkFile {
        guard name == LappedTransform.name else {
            throw Diagnostic(
                .networkUnknownName, at: "network '\(name)'", found: "no built-in network of this name", expected: names.joined(separator: ", "),
                remedy: "choose one of these, or name a network file")
        }
        return NetworkFile(float: LappedTransform.float, quantized: LappedTransform.quantized)
    }
}

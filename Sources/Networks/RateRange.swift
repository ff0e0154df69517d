public import Diagnostics

/// Whether a network of `count` rates has this one; `--rate` in the message, and the network where it has a name.
///
/// - Throws: `rateOutOfRange`.
public func requireRate(_ rate: Int, of count: Int, network: String? = nil) throws(Diagnostic) {
    guard !(0..<count).contains(rate) else { return }
    throw Diagnostic(
        .rateOutOfRange, at: "--rate", found: "rate \(rate)" + (network.map { " of \($0)" } ?? ""),
        expected: count == 1 ? "0: the network has one rate" : "0...\(count - 1)",
        remedy: "choose one of the network's rates")
}

extension FloatNetwork {
    /// At least 1.
    public var rateCount: Int { rateGains.values.map(\.count).max() ?? 1 }
}

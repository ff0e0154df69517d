public import Diagnostics

/// Whether a network of `count` rates has this one; the network in the message where it has a name.
///
/// - Parameter option: that names the rate.
/// - Throws: `rateOutOfRange`.
public func requireRate(
    _ rate: Int, of count: Int, network: String? = nil, option: String = "--rate"
) throws(Diagnostic) {
    guard !(0..<count).contains(rate) else { return }
    throw Diagnostic(
        .rateOutOfRange, at: option, found: "rate \(rate)" + (network.map { " of \($0)" } ?? ""),
        expected: count == 1 ? "0: the network has one rate" : "0...\(count - 1)",
        remedy: "choose one of the network's rates")
}

extension FloatNetwork {
    /// At least 1.
    public var rateCount: Int { rateGains.values.map(\.count).max() ?? 1 }
}

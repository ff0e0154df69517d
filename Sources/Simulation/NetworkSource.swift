public import Diagnostics
import FixedPoint
import Graph
public import Networks

/// A network by a bundled name or from a file, with whatever forms it carries.
public struct NetworkSource: Sendable {
    /// What runs when no network is named.
    public static let defaultName = Zoo.names[0]

    public let place: String
    public let file: NetworkFile

    /// - Throws: `networkUnknown` for a name that is neither bundled nor a file; the network file's own diagnostics.
    ///
    /// - Parameter includingFloat: whether the float network is wanted too.
    public init(_ nameOrPath: String, includingFloat: Bool = true) throws(Diagnostic) {
        self.place = nameOrPath
        if Zoo.names.contains(nameOrPath) {
            self.file = try Zoo.network(named: nameOrPath, includingFloat: includingFloat)
            return
        }
        guard nameOrPath.contains("/") || nameOrPath.contains(".") else {
            throw Diagnostic(
                .networkUnknown, at: "--network", found: "'\(nameOrPath)' is neither a bundled network nor a file",
                expected: "one of \(Zoo.names.joined(separator: ", ")), or the path of a network file", remedy: "see `intaglio networks`")
        }
        self.file = try NetworkFile.read(nameOrPath, includingFloat: includingFloat)
    }

    /// The integers, with the multipliers of one rate in place.
    ///
    /// - Throws: `networkNotQuantized`, `rateOutOfRange`.
    public func quantized(rate: Int) throws(Diagnostic) -> QuantizedNetwork { try quantizedAtAllRates().atRate(rate) }

    /// The integers as the file has them.
    ///
    /// - Throws: `networkNotQuantized`.
    public func quantizedAtAllRates() throws(Diagnostic) -> QuantizedNetwork {
        guard let network = file.quantized else {
            throw Diagnostic(
                .networkNotQuantized, at: place, found: "a float network", expected: "a quantized network",
                remedy: "quantize it first: intaglio quantize \(place) --calibration DIR --output FILE")
        }
        return network
    }

    /// - Throws: `networkHasNoFloat`.
    public func float() throws(Diagnostic) -> FloatNetwork {
        guard let network = file.float else {
            throw Diagnostic(
                .networkHasNoFloat, at: place, found: "a network file without float weights", expected: "a file that carries them",
                remedy: "run without --float, or quantize again from the float network (it is carried along)")
        }
        return network
    }
}

extension QuantizedNetwork {
    /// The network with its variable-rate multipliers set to one rate.
    ///
    /// - Throws: `rateOutOfRange`.
    public func atRate(_ rate: Int) throws(Diagnostic) -> QuantizedNetwork {
        let rates = rateMultipliers.values.map(\.count).max() ?? 1
        guard (0..<rates).contains(rate) else {
            throw Diagnostic(
                .rateOutOfRange, at: "--rate", found: "rate \(rate)", expected: rates == 1 ? "0: the network has one rate" : "0...\(rates - 1)",
                remedy: "choose one of the network's rates")
        }
        var network = self
        for (layer, multipliers) in rateMultipliers {
            network.parameters[layer]?.replaceMultipliers(multipliers[rate])
        }
        return network
    }
}

extension LayerParameters {
    /// A layer of variable rate has no activation function: positive and negative sums share the multiplier.
    fileprivate mutating func replaceMultipliers(_ multipliers: [QuantizedMultiplier]) {
        switch self {
        case .accumulation(var parameters):
            parameters.postProcessing.multipliers = multipliers
            parameters.postProcessing.multipliersNegative = multipliers
            self = .accumulation(parameters)
        case .requantization(var post):
            post.multipliers = multipliers
            post.multipliersNegative = multipliers
            self = .requantization(post)
        case .normalization, .addition, .none: preconditionFailure("only multiplying layers have rates")
        }
    }
}

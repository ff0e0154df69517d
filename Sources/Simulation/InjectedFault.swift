public import Diagnostics
import Graph
import Lowering
import NetworkFiles
public import Networks
import Quantization
import Text

/// A fault put into the machine's copy only, to see it found.
///
///     weight:L:i=x      weight code i of layer L (order [K][R][S][C]) becomes x
///     threshold:L:i     threshold i of layer L's output codebooks (one codebook after the other) becomes one larger
///     halo:L:-1         the input tiles of layer L are loaded one row short, schedule verifier bypassed
///     ring:L:-1         the ring of the rows of layer L is one row short, schedule verifier bypassed
public enum InjectedFault: Hashable, Sendable {
    case weight(layer: String, index: Int, code: UInt8)
    case threshold(layer: String, index: Int)
    case halo(layer: String, rows: Int)
    case ring(layer: String, rows: Int)

    /// - Throws: `faultUnknown`.
    public init(_ text: String) throws(Diagnostic) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        if parts.count == 3, parts[0] == "weight" {
            let sides = parts[2].split(separator: "=")
            if sides.count == 2, let index = Int(sides[0]), index >= 0, let code = UInt8(sides[1]) {
                self = .weight(layer: parts[1], index: index, code: code)
                return
            }
        }
        if parts.count == 3, parts[0] == "threshold", let index = Int(parts[2]), index >= 0 {
            self = .threshold(layer: parts[1], index: index)
            return
        }
        if parts.count == 3, parts[2] == "-1", parts[0] == "halo" || parts[0] == "ring" {
            self = parts[0] == "halo" ? .halo(layer: parts[1], rows: -1) : .ring(layer: parts[1], rows: -1)
            return
        }
        throw Diagnostic(
            .faultUnknown, at: "--inject", found: "'\(text)'",
            expected: "weight:LAYER:INDEX=CODE, threshold:LAYER:INDEX, halo:LAYER:-1 or ring:LAYER:-1",
            remedy: "name a layer of the network and an index inside it")
    }

    /// The part that lowering puts into the commands.
    var inCommands: Lowering.Fault? {
        switch self {
        case .halo(let layer, let rows): .halo(layer: layer, missingRows: -rows)
        case .ring(let layer, let rows): .ring(layer: layer, missingRows: -rows)
        case .weight, .threshold: nil
        }
    }

    public var layer: String {
        switch self {
        case .weight(let layer, _, _), .threshold(let layer, _), .halo(let layer, _), .ring(let layer, _): layer
        }
    }

    /// The network as the faulty machine holds it, proved again: a fault makes another network, whose sums have to fit
    /// too. A halo or ring fault is in the commands, not here.
    ///
    /// - Throws: `faultUnknownPlace` where the layer or the index does not exist; what the proof throws where sums with
    ///   the fault no longer fit.
    public func applied(to proven: ProvenNetwork) throws(Diagnostic) -> ProvenNetwork {
        let faulty = try applied(to: proven.network)
        do {
            // A gamma, say, may not become negative: a norm could be 0.
            try faulty.validate()
            return try ProvenNetwork(faulty)
        } catch {
            throw Diagnostic(
                error.code, at: "--inject, \(error.place)", found: error.found, expected: error.expected,
                remedy: "choose a fault that the accumulators can hold: a smaller weight, or another place")
        }
    }

    private func applied(to network: QuantizedNetwork) throws(Diagnostic) -> QuantizedNetwork {
        var faulty = network
        guard network.graph[layer: layer] != nil else {
            let names = network.graph.layers.map(\.name)
            throw unknown(
                "no layer '\(layer)'", expected: names.joined(separator: ", "),
                remedy: closestName(to: layer, among: names).map { "did you mean '\($0)'?" })
        }
        switch self {
        case .halo, .ring: break
        case .weight(_, let index, let code):
            switch network.parameters[layer] {
            case .accumulation(var parameters):
                guard index < parameters.weightCodes.count else {
                    throw unknown("weight \(index)", expected: "below \(parameters.weightCodes.count)")
                }
                parameters.weightCodes[index] = code
                faulty.parameters[layer] = .accumulation(parameters)
            case .normalization(var parameters):
                guard index < parameters.gammaCodes.count else {
                    throw unknown("weight \(index)", expected: "below \(parameters.gammaCodes.count)")
                }
                parameters.gammaCodes[index] = code
                faulty.parameters[layer] = .normalization(parameters)
            default: throw unknown("layer '\(layer)' has no weights", expected: "a layer with weights")
            }
        case .threshold(_, let index):
            guard case .codes(let set) = network.formats[layer] else {
                throw unknown("layer '\(layer)' is not encoded", expected: "a layer with 8-bit codes")
            }
            guard let raised = try set.withThresholdRaised(index) else {
                throw unknown(
                    "threshold \(index)", expected: "below \(set.codebooks.reduce(0) { $0 + $1.thresholds.count })")
            }
            faulty.formats[layer] = .codes(raised)
        }
        return faulty
    }

    private func unknown(_ found: String, expected: String, remedy: String? = nil) -> Diagnostic {
        Diagnostic(
            .faultUnknownPlace, at: "--inject", found: found, expected: expected,
            remedy: remedy ?? "see `intaglio inspect` for layers and sizes")
    }
}

import Diagnostics
import FileFormats
import Graph
import Networks

/// The float network inside a network file: `LAYER.weights`, `.bias`, `.gamma`, `.beta` and `LAYER.rateGains` as F32,
/// weights as F16 where that is exact, with the learned ranges where there are any.
extension FloatNetwork {
    var json: JSONValue {
        var members = graph.members + [.init("rates", .array(rateGains.keys.sorted().map { .string($0) }))]
        if let prior { members.append(.init("prior", prior.json)) }
        return .object(members + ranges.members)
    }

    func tensors(prefix: String) -> [String: SafetensorsTensor] {
        var tensors: [String: SafetensorsTensor] = [:]
        let channels = (try? graph.channels()) ?? [:]
        for layer in graph.layers {
            let name = prefix + layer.name
            switch parameters[layer.name] {
            case .accumulation(let weights, let bias):
                let shape = layer.weightShape(inputChannels: channels[layer.inputs[0]] ?? 0) ?? [weights.count]
                tensors["\(name).weights"] = SafetensorsTensor(narrowest: weights, shape: shape)
                tensors["\(name).bias"] = SafetensorsTensor(bias, shape: [bias.count])
            case .normalization(let gamma, let beta):
                tensors["\(name).gamma"] = SafetensorsTensor(gamma, shape: [beta.count, beta.count])
                tensors["\(name).beta"] = SafetensorsTensor(beta, shape: [beta.count])
            case nil: break
            }
        }
        for (layer, gains) in rateGains {
            tensors["\(prefix)\(layer).rateGains"] = SafetensorsTensor(
                gains.flatMap { $0 }, shape: [gains.count, gains[0].count])
        }
        if let prior { tensors.merge(prior.tensors(prefix: prefix)) { _, later in later } }
        tensors.merge(ranges.tensors(prefix: prefix)) { _, later in later }
        return tensors
    }

    init(_ fields: JSONFields, tensors: inout TensorTable) throws(Diagnostic) {
        let graph = try Graph(fields)
        let channels = try graph.channels()
        self.init(graph: graph, parameters: [:])
        for layer in graph.layers {
            let outputChannels = channels[layer.name]!
            if layer.isAccumulating {
                let weights =
                    if let shape = layer.weightShape(inputChannels: channels[layer.inputs[0]]!) {
                        try tensors.floats("\(layer.name).weights", shape: shape)
                    } else {
                        try tensors.floats("\(layer.name).weights")
                    }
                parameters[layer.name] = .accumulation(
                    weights: weights, bias: try tensors.floats("\(layer.name).bias", shape: [outputChannels]))
            } else if case .normalization = layer.operator {
                parameters[layer.name] = .normalization(
                    gamma: try tensors.floats("\(layer.name).gamma", shape: [outputChannels, outputChannels]),
                    beta: try tensors.floats("\(layer.name).beta", shape: [outputChannels]))
            }
        }
        for name in fields.has("rates") ? try fields.distinctStrings("rates") : [] {
            guard let outputChannels = channels[name] else {
                throw JSONFields.invalid(
                    fields.place, found: "rates of '\(name)', which is no layer", expected: "a layer")
            }
            let gains = try tensors.rows("\(name).rateGains", .float32, as: UInt32.self, columns: outputChannels)
            rateGains[name] = gains.map { row in row.map { Float(bitPattern: $0) } }
        }
        if fields.has("prior") { prior = try FactorizedPrior(try fields.object("prior"), tensors: &tensors) }
        ranges = try LearnedRanges(fields, channels: channels, tensors: &tensors)
        try fields.requireAllTaken()
        try validate()
    }
}

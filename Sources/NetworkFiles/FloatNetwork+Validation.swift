public import Diagnostics
import Graph
public import Networks
import Text

extension FloatNetwork {
    /// Checks parameters against the graph: every layer has what its operator needs, of the right size, all numbers are
    /// finite, normalizations cannot divide by zero or less, and nothing but 0 lies outside of what is padded.
    ///
    /// - Throws: `networkTensorMissing`, `networkTensorMismatch`, `networkNotFinite`, `networkValueOutOfRange`, and the
    ///   graph's own diagnostics.
    public func validate() throws(Diagnostic) {
        let channels = try graph.channels()
        for layer in graph.layers {
            let outputChannels = channels[layer.name]!
            let inputChannels = channels[layer.inputs[0]]!
            if case .pad(let pad) = layer.operator, pad.fill != 0 {
                throw outOfRange(
                    "layer \(layer.name)", found: "fill \(pad.fill)",
                    expected: "fill 0: outside of a tensor in real numbers lies 0, whose code quantization chooses")
            }
            switch parameters[layer.name] {
            case .accumulation(let weights, let bias)? where layer.isAccumulating:
                let shape = layer.weightShape(inputChannels: inputChannels)
                let fits =
                    shape.map { $0.reduce(1, *) == weights.count }
                    ?? (!weights.isEmpty && weights.count % (outputChannels * inputChannels) == 0)
                try require(
                    fits, layer, weights.count.counted("weight"),
                    expected: "shape \(shape ?? [outputChannels, inputChannels])")
                try require(bias.count == outputChannels, layer, "\(bias.count) biases", expected: "\(outputChannels)")
                try requireFinite(weights, shape: shape ?? [weights.count], at: "layer \(layer.name), weights")
                try requireFinite(bias, shape: [bias.count], at: "layer \(layer.name), bias")
            case .normalization(let gamma, let beta)? where layer.isNormalization:
                try require(
                    gamma.count == outputChannels * outputChannels && beta.count == outputChannels, layer,
                    "\(gamma.count) gammas, \(beta.count) betas",
                    expected: "\(outputChannels * outputChannels) and \(outputChannels)")
                try requireFinite(
                    gamma, shape: [outputChannels, outputChannels], at: "layer \(layer.name), gamma")
                try requireFinite(beta, shape: [outputChannels], at: "layer \(layer.name), beta")
                if let index = beta.firstIndex(where: { !($0 > 0) }) {
                    throw outOfRange(
                        "layer \(layer.name), beta \(index)", found: "\(beta[index])", expected: "more than 0")
                }
                if let index = gamma.firstIndex(where: { !($0 >= 0) }) {
                    throw outOfRange(
                        "layer \(layer.name), gamma \(index)", found: "\(gamma[index])", expected: "0 or more")
                }
            case nil where !layer.needsParameters: break
            default:
                throw Diagnostic(
                    .networkTensorMissing, at: "layer \(layer.name)",
                    found: "parameters that do not belong to \(layer.operator.name), or none",
                    expected: "the parameters of \(layer.operator.name)",
                    remedy: "write the network again from its source")
            }
        }
        try validatePrior()
        try validateRanges(channels: channels)
        let rates = Set(rateGains.values.map(\.count))
        guard rates.count <= 1, !rates.contains(0) else {
            throw outOfRange(
                "rate gains", found: "\(rates.sorted()) rates",
                expected: "the same number of rates, at least one, for every layer")
        }
        for (name, gains) in rateGains {
            guard gains.allSatisfy({ $0.count == channels[name] && $0.allSatisfy { $0 > 0 && $0.isFinite } }) else {
                throw outOfRange(
                    "layer \(name), rate gains", found: "a wrong number of gains or one that is not positive",
                    expected: "a positive gain a channel")
            }
        }
    }

    /// The prior's stages follow each other from 1 number to 1, and its numbers are finite, as those of files are.
    private func validatePrior() throws(Diagnostic) {
        guard let prior else { return }
        var inputs = 1
        for (index, stage) in prior.stages.enumerated() {
            let place = "prior, stage \(index)"
            let isLast = index == prior.stages.count - 1
            guard stage.inputs == inputs, FactorizedPrior.widthRange.contains(stage.outputs),
                !isLast || stage.outputs == 1
            else {
                throw outOfRange(
                    place, found: "\(stage.outputs.counted("output")) of \(stage.inputs.counted("input"))",
                    expected: "\(inputs.counted("input")), and "
                        + (isLast ? "1 output: no stage follows" : "outputs in \(FactorizedPrior.widthRange)"))
            }
            inputs = stage.outputs
            try requireFinite(
                stage.matrix, shape: [prior.channels, stage.outputs, stage.inputs], at: "\(place), matrix")
            try requireFinite(stage.bias, shape: [prior.channels, stage.outputs], at: "\(place), bias")
            if let factor = stage.factor {
                try requireFinite(factor, shape: [prior.channels, stage.outputs], at: "\(place), factor")
            }
        }
    }

    private func requireFinite(_ values: [Float], shape: [Int], at place: String) throws(Diagnostic) {
        if let refusal = Diagnostic.notFinite(values, shape: shape, at: place) { throw refusal }
    }

    private func outOfRange(_ place: String, found: String, expected: String) -> Diagnostic {
        Diagnostic(.networkValueOutOfRange, at: place, found: found, expected: expected, remedy: "correct the network")
    }

    private func require(_ condition: Bool, _ layer: Layer, _ found: String, expected: String) throws(Diagnostic) {
        guard condition else {
            throw Diagnostic(
                .networkTensorMismatch, at: "layer \(layer.name)", found: found, expected: expected,
                remedy: "correct the graph or the tensor")
        }
    }
}

extension Layer {
    fileprivate var isNormalization: Bool {
        if case .normalization = self.operator { true } else { false }
    }

    fileprivate var needsParameters: Bool { isAccumulating || isNormalization }
}

public import Diagnostics
import Graph
public import Networks
import Text

/// What a network was trained to see of a picture: `(sample / 255 - mean) / scale`, channel by channel.
public struct InputNormalization: Equatable, Sendable {
    public var mean: [Double]
    public var scale: [Double]

    /// - Parameters:
    ///   - mean: of each channel, or one for all; of samples 0...1.
    ///   - scale: likewise, positive.
    public init(mean: [Double] = [0], scale: [Double] = [1]) {
        self.mean = mean
        self.scale = scale
    }
}

extension FloatNetwork {
    /// The network with a layer behind its first input that normalizes samples of 0...1: a depthwise convolution of
    /// 1 x 1, named `INPUT.normalized`.
    ///
    ///     image ── image.normalized ── (what read image)
    ///
    /// - Throws: `networkValueOutOfRange` where there are neither as many numbers as channels nor one, one is not
    ///   finite, or a scale is not positive.
    public func normalizing(_ normalization: InputNormalization) throws(Diagnostic) -> FloatNetwork {
        let input = graph.inputs[0]
        let mean = try channels(normalization.mean, of: input, "--input-mean") { $0.isFinite && abs($0) <= 1e6 }
        let scale = try channels(normalization.scale, of: input, "--input-scale") { $0 >= 1e-6 && $0 <= 1e6 }
        var network = self
        let names = Set(graph.inputs.map(\.name) + graph.layers.map(\.name))
        let name = (0...names.count).lazy.map { number in
            "\(input.name.prefix(110)).normalized" + (number == 0 ? "" : ".\(number + 1)")
        }.first { !names.contains($0) }!
        for index in network.graph.layers.indices {
            network.graph.layers[index].inputs = network.graph.layers[index].inputs.map {
                $0 == input.name ? name : $0
            }
        }
        network.graph.layers.insert(
            Layer(
                name: name,
                operator: .convolution(
                    Convolution(outputChannels: input.channels, kernelHeight: 1, kernelWidth: 1, groups: input.channels)
                ),
                inputs: [input.name]), at: 0)
        network.parameters[name] = .accumulation(
            weights: scale.map { Float(1 / $0) }, bias: zip(mean, scale).map { Float(-$0 / $1) })
        return network
    }

    private func channels(
        _ values: [Double], of input: GraphInput, _ option: String, where isValid: (Double) -> Bool
    ) throws(Diagnostic) -> [Double] {
        guard values.count == 1 || values.count == input.channels else {
            throw Diagnostic(
                .networkValueOutOfRange, at: option, found: values.count.counted("number"),
                expected: "one, or one for each of the \(input.channels.counted("channel")) of \(input.name)",
                remedy: "write them with commas between them")
        }
        guard let wrong = values.first(where: { !isValid($0) }) else {
            return values.count == 1 ? Array(repeating: values[0], count: input.channels) : values
        }
        throw Diagnostic(
            .networkValueOutOfRange, at: option, found: wrong.namingNaN,
            expected: option == "--input-scale" ? "1e-6...1e6" : "a number of at most 1e6",
            remedy: "name what training subtracted and divided by, of samples 0...1")
    }
}

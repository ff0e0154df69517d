import EntropyCoding

/// The learned distribution of a hyper-latent, one a channel (Ballé et al. 2018): the mass of an integer k is
/// `sigmoid(l(k + 1/2)) - sigmoid(l(k - 1/2))`.
///
/// l is monotone: each stage maps x to softplus(matrix) x + bias and, where it has a factor, that to x + tanh(factor)
/// tanh(x).
public struct FactorizedPrior: Hashable, Sendable {
    public var channels: Int
    /// From one input to one output.
    public var stages: [Stage]

    public struct Stage: Hashable, Sendable {
        public var inputs: Int
        public var outputs: Int
        /// `[channels][outputs][inputs]`.
        public var matrix: [Float]
        /// `[channels][outputs]`.
        public var bias: [Float]
        /// `[channels][outputs]`, none in the last stage.
        public var factor: [Float]?

        public init(inputs: Int, outputs: Int, matrix: [Float], bias: [Float], factor: [Float]?) {
            self.inputs = inputs
            self.outputs = outputs
            self.matrix = matrix
            self.bias = bias
            self.factor = factor
        }
    }

    public init(channels: Int, stages: [Stage]) {
        self.channels = channels
        self.stages = stages
    }

    /// The mass of `k - 1/2 ... k + 1/2` in one channel, accurate in both tails; 0 where the channel's weights pass the
    /// range of doubles.
    public func mass(of k: Int, channel: Int) -> Double {
        mass(from: Double(k) - 0.5, to: Double(k) + 0.5, channel: channel)
    }

    /// The mass between two numbers, likewise.
    public func mass(from low: Double, to high: Double, channel: Int) -> Double {
        let lower = logit(low, channel)
        let upper = logit(high, channel)
        let side: Double = lower + upper > 0 ? -1 : 1
        let mass = abs(Self.sigmoid(side * upper) - Self.sigmoid(side * lower))
        // Infinite weights make infinite logits, whose difference is no number.
        return mass.isFinite ? mass : 0
    }

    /// The distribution of x - centre: the bias of the first stage takes softplus(matrix) centre.
    public func centred(at centres: [Float]) -> FactorizedPrior {
        precondition(centres.count == channels && stages.first?.inputs == 1, "\(centres.count) centres")
        var prior = self
        for index in stages[0].bias.indices {
            let slope = ElementaryFunctions.log1p(ElementaryFunctions.exp(Double(stages[0].matrix[index])))
            prior.stages[0].bias[index] = Float(
                Double(stages[0].bias[index]) + slope * Double(centres[index / stages[0].outputs]))
        }
        return prior
    }

    private static func sigmoid(_ x: Double) -> Double { 1 / (1 + ElementaryFunctions.exp(-x)) }

    private func logit(_ x: Double, _ channel: Int) -> Double {
        var values = [x]
        for stage in stages {
            values = (0..<stage.outputs).map { output in
                let row = (channel * stage.outputs + output) * stage.inputs
                let sum = (0..<stage.inputs).reduce(Double(stage.bias[channel * stage.outputs + output])) {
                    $0 + ElementaryFunctions.log1p(ElementaryFunctions.exp(Double(stage.matrix[row + $1]))) * values[$1]
                }
                return sum
                    + (stage.factor.map {
                        ElementaryFunctions.tanh(Double($0[channel * stage.outputs + output]))
                            * ElementaryFunctions.tanh(sum)
                    } ?? 0)
            }
        }
        return values[0]
    }
}

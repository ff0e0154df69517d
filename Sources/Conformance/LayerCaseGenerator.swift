public import FixedPoint
import Graph
public import MachineDescription
import Networks
import Quantization
import Random
import Schedules
import Tensors

/// Makes a layer case from a seed: every operator, odd sizes, ragged channels, every rounding rule, extreme values.
public struct LayerCaseGenerator: Sendable {
    /// Which operators to draw from.
    public enum Family: String, CaseIterable, Sendable {
        case convolution, depthwiseConvolution, groupedConvolution, transposedConvolution, fullyConnected
        case gdn, igdn, gdn1, igdn1
        case requantize, add, concatenation, pixelShuffle, quantizeLatent, reconstructLatent
        case multiply, twoStageAdd, maxPooling, pad, nearestResize
    }

    /// Widest V, W and A that a drawn case may need.
    public let limits: CaseLimits
    /// After so many draws that do not fit, cases are drawn with kernels, channels and biases of half the size: narrow
    /// accumulators hold few products.
    static let attemptsOfASize = 100

    public init(limits: CaseLimits = CaseLimits()) { self.limits = limits }

    /// The case of this seed. Families go round; rules move on by five or six in each round, so that every family meets
    /// every rule within 200 seeds, the accumulating ones together within 40, and every rule is drawn within 10.
    public func layerCase(seed: UInt64) -> LayerCase {
        let families = Family.allCases
        return layerCase(seed: seed, family: families[Int(seed % UInt64(families.count))])
    }

    private func rule(_ seed: UInt64) -> RoundingRule {
        let rules = RoundingRule.allCases
        let round = seed / UInt64(Family.allCases.count) % UInt64(rules.count)
        // By round 0, 5, 1, 6, ... 4, 9.
        return rules[Int((seed + round / 2 + round % 2 * 5) % UInt64(rules.count))]
    }

    /// Convolutions with groups merge them in every second round, others run over kernel rows in the rounds between,
    /// where they can, and transposed ones join their phases, whether or not that is quicker.
    private func lanes(_ seed: UInt64, _ family: Family) -> Lanes? {
        switch family {
        case .depthwiseConvolution, .groupedConvolution:
            seed / UInt64(Family.allCases.count) % 2 == 0 ? .mergedGroups : nil
        case .transposedConvolution: seed / UInt64(Family.allCases.count) % 2 == 0 ? .phases : nil
        case .convolution, .fullyConnected:
            seed / UInt64(Family.allCases.count) % 2 == 1 ? .kernelRow : nil
        default: nil
        }
    }

    /// A convolution whose kernel rows are short runs of codes, and whose lanes run over them where they can: odd
    /// kernels of 1 to 9, strides of 1 to 4, pictures narrower than the kernel, 1 to 6 channels, windows that lie
    /// outside the picture in part or whole.
    public func windowCase(seed: UInt64) -> LayerCase {
        for attempt in 0..<1000 {
            var random = SeededGenerator(seed: seed &* 1_000_033 &+ UInt64(attempt))
            let (convolution, input) = LayerCaseDraft.windows(using: &random)
            if let draft = LayerCaseDraft.convolution(
                convolution, on: input, rounding: rule(seed), limits: limits.shrunk(by: attempt / Self.attemptsOfASize),
                using: &random)
            {
                return LayerCase(
                    name: "windows \(draft.summary) seed \(seed)", seed: seed, network: draft.network,
                    lanes: .kernelRow, inputs: draft.inputs)
            }
        }
        preconditionFailure("seed \(seed) gives no case of windows")
    }

    public func layerCase(seed: UInt64, family: Family, rounding: RoundingRule? = nil) -> LayerCase {
        let rule = rounding ?? rule(seed)
        let lanes = lanes(seed, family)
        // A drawn case whose sums do not fit the widest accumulator, or the rounding rule's domain, is drawn again.
        for attempt in 0..<1000 {
            var random = SeededGenerator(seed: seed &* 1_000_003 &+ UInt64(attempt))
            if let draft = LayerCaseDraft.draw(
                family: family, rounding: rule, limits: limits.shrunk(by: attempt / Self.attemptsOfASize),
                using: &random)
            {
                return LayerCase(
                    name: "\(family.rawValue) \(rule.rawValue) \(draft.summary) seed \(seed)", seed: seed,
                    network: draft.network, lanes: lanes, inputs: draft.inputs)
            }
        }
        preconditionFailure("seed \(seed) gives no case of \(family.rawValue)")
    }
}

/// What a machine offers: cases are drawn within its widths, for its normalization unit.
public struct CaseLimits: Hashable, Sendable {
    public var activationBits: Int
    public var weightBits: Int
    public var accumulatorBits: Int
    /// Whether normalizations go by tables, derived and random ones; otherwise they are correctly rounded.
    public var hasTableNormalization: Bool
    /// Largest J.
    public var codebooks: Int
    /// Whether weights may have tables that no closed form makes.
    public var hasWeightTables: Bool
    /// How often kernels, channels and biases are halved.
    private(set) var halvings = 0

    public init(
        activationBits: Int = 16, weightBits: Int = 12, accumulatorBits: Int = 40, hasTableNormalization: Bool = false,
        codebooks: Int = 4, hasWeightTables: Bool = true
    ) {
        self.activationBits = activationBits
        self.weightBits = weightBits
        self.accumulatorBits = accumulatorBits
        self.hasTableNormalization = hasTableNormalization
        self.codebooks = codebooks
        self.hasWeightTables = hasWeightTables
    }

    /// What a machine can run.
    public init(_ machine: MachineDescription) {
        self.init(
            activationBits: machine.macArray.activationBits, weightBits: machine.macArray.weightBits,
            accumulatorBits: machine.macArray.accumulatorBits,
            hasTableNormalization: machine.normalization.method == .table,
            codebooks: min(4, machine.codebookMux.codebooks),
            hasWeightTables: machine.codebookMux.programmable)
    }

    func shrunk(by halvings: Int) -> CaseLimits {
        var limits = self
        limits.halvings = halvings
        return limits
    }

    /// An extent of at most `largest` where nothing is halved.
    func extent(_ largest: Int) -> Int { max(1, largest >> halvings) }

    /// V of a case: 9 bits and more, up to `largest`, or the 8 that a narrow machine has.
    func activationRange(atMost largest: Int = .max) -> ClosedRange<Int> {
        Self.widths(from: 9, to: min(activationBits, largest))
    }

    /// W of a case.
    func weightRange(atMost largest: Int = .max) -> ClosedRange<Int> {
        Self.widths(from: 8, to: min(weightBits, largest))
    }

    private static func widths(from low: Int, to high: Int) -> ClosedRange<Int> { min(low, high)...high }
}

/// A case being drawn.
struct LayerCaseDraft {
    var network: QuantizedNetwork
    var inputs: [String: Tensor<Int32>]
    var summary: String

    static func draw(
        family: LayerCaseGenerator.Family, rounding: RoundingRule, limits: CaseLimits,
        using random: inout SeededGenerator
    ) -> LayerCaseDraft? {
        switch family {
        case .convolution, .depthwiseConvolution, .groupedConvolution, .transposedConvolution, .fullyConnected:
            accumulation(family: family, rounding: rounding, limits: limits, using: &random)
        case .gdn: normalization(.gdn, limits: limits, using: &random)
        case .igdn: normalization(.igdn, limits: limits, using: &random)
        case .gdn1: normalization(.gdn1, limits: limits, using: &random)
        case .igdn1: normalization(.igdn1, limits: limits, using: &random)
        case .requantize: requantize(rounding: rounding, limits: limits, using: &random)
        case .add: add(rounding: rounding, limits: limits, using: &random)
        case .concatenation: concatenation(limits: limits, using: &random)
        case .pixelShuffle: pixelShuffle(limits: limits, using: &random)
        case .quantizeLatent: latent(reconstruct: false, limits: limits, using: &random)
        case .reconstructLatent: latent(reconstruct: true, limits: limits, using: &random)
        case .multiply: multiply(rounding: rounding, limits: limits, using: &random)
        case .twoStageAdd: twoStageAdd(rounding: rounding, limits: limits, using: &random)
        case .maxPooling: maxPooling(limits: limits, using: &random)
        case .pad: pad(limits: limits, using: &random)
        case .nearestResize: nearestResize(limits: limits, using: &random)
        }
    }
}

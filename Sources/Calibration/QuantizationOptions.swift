import FixedPoint
public import MachineDescription
import Quantization

/// How a network is quantized: laws and grouping of weights, codebooks of activations, corrections of means,
/// arithmetic; and the limits of the machine that it is made for. `docs/results/quantization-choices.md` says what each
/// choice costs.
///
///     let options = QuantizationOptions().changed { $0.weights.law = .linear }.limited(to: machine)
public struct QuantizationOptions: Hashable, Sendable {
    public var weights = WeightOptions()
    public var activations = ActivationOptions()
    public var corrections = CorrectionOptions()
    public var arithmetic = ArithmeticOptions()
    /// Whether the ranges that a fine-tuned network brings along take the place of all searches and corrections where
    /// it has them.
    public var takesLearnedRanges = true

    /// Every choice as its property says.
    public init() {}

    /// The same choices with a change.
    public func changed(_ change: (inout QuantizationOptions) -> Void) -> QuantizationOptions {
        var options = self
        change(&options)
        return options
    }

    /// The same choices within a machine's V, W and A, for its kind of normalization; of a machine's A no more than
    /// requantization takes.
    public func limited(to machine: MachineDescription) -> QuantizationOptions {
        changed {
            $0.activations.bits = min(activations.bits, machine.macArray.activationBits)
            $0.weights.bits = min(weights.bits, machine.macArray.weightBits)
            $0.arithmetic.accumulatorBits = min(
                machine.macArray.accumulatorBits, RequantizationRefusal.accumulatorBits)
            $0.arithmetic.normalizationTable = machine.normalization.method == .table ? .standard : nil
        }
    }

    /// Classic 8 bits: linear, one scale a layer, one range a tensor, no mean removal, no search.
    public static var plain: QuantizationOptions {
        QuantizationOptions().changed {
            $0.weights = .plain
            $0.activations = .plain
            $0.corrections = .plain
            $0.takesLearnedRanges = false
        }
    }
}

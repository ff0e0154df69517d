public import Calibration
public import Diagnostics
public import MachineDescription
public import Networks
import Quantization
import Simulation
import WeightCoding

/// What zero weights and coded weights save. Cycles with a weight decoder or zero skipping are estimates.
public enum CodingStudy {
    /// Every scheme has all other ingredients of `quantize`.
    ///
    /// - Parameters:
    ///   - levelBits: of the dead zone's levels.
    ///   - sparsities: parts of each layer's weights that must be zero.
    ///   - clipping: nil for what each scheme takes by itself.
    public static func schemes(
        for machine: MachineDescription, levelBits: [Int], sparsities: [Double], clipping: WeightClipping?
    ) -> [NamedScheme] {
        let full = QuantizationOptions().changed { $0.weights.clipping = clipping ?? $0.weights.clipping }
            .limited(to: machine)
        func scheme(_ name: String, _ change: (inout QuantizationOptions) -> Void = { _ in }) -> NamedScheme {
            NamedScheme(name, full.changed(change))
        }
        var schemes = [
            scheme("linear, one scale a layer") { ($0.weights.law, $0.weights.grouping) = (.linear, .layer) },
            scheme("linear") { $0.weights.law = .linear },
            scheme("\(full.weights.law)"),
        ]
        for bits in levelBits {
            for share in sparsities {
                schemes.append(
                    scheme("dead zone, \(bits) bits, \(share) zero") {
                        $0.weights.law = .deadZone(numerator: 1, denominator: 16, levelBits: bits)
                        $0.weights.sparsity = share
                        $0.weights.clipping = clipping ?? .none
                    })
            }
        }
        return schemes
    }

    /// Percent of the weight traffic and of the cycles that coding, skipping and its bound save, each alone.
    public struct Savings: Hashable, Sendable {
        public let codedReadPercent: Double
        /// Without either.
        public let simulatedCycles: Int
        public let decoderPercent: Double
        public let skippingPercent: Double
        public let skippingBoundPercent: Double

        /// - Parameters:
        ///   - width, height: of the picture.
        ///   - symbolsPerCycle: of the weight decoder.
        /// - Throws: what `SimulationPlan` throws.
        public init(
            of network: QuantizedNetwork, on machine: MachineDescription, width: Int, height: Int, symbolsPerCycle: Int
        ) throws(Diagnostic) {
            func totals(_ change: (inout MachineDescription) -> Void) throws(Diagnostic) -> TotalsReport {
                var changed = machine
                (changed.weightDecoder, changed.macArray.zeroSkipping) = (nil, false)
                change(&changed)
                return try SimulationPlan(
                    network: network, machine: changed, width: width, height: height, keepsCommands: false
                ).report().totals
            }
            func saved(_ part: Int, of whole: Int) -> Double { (1 - Double(part) / Double(max(whole, 1))) * 100 }
            let decoded = try totals {
                $0.weightDecoder = WeightDecoderDescription(law: .huffman, symbolsPerCycle: symbolsPerCycle)
            }
            let skipped = try totals { $0.macArray.zeroSkipping = true }
            guard let coding = decoded.weightCoding, let skipping = skipped.weightCoding else {
                preconditionFailure("a machine with a weight decoder or zero skipping has estimates")
            }
            let cycles = decoded.simulatedCycles
            codedReadPercent = saved(coding.codedWeightReadBytes ?? 0, of: coding.weightReadBytes)
            simulatedCycles = cycles
            decoderPercent = saved(coding.estimatedCycles, of: cycles)
            skippingPercent = saved(skipping.estimatedCycles, of: cycles)
            skippingBoundPercent = saved(skipping.estimatedCyclesBound ?? cycles, of: cycles)
        }
    }
}

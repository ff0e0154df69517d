import Calibration
public import MachineDescription
public import Simulation

/// Whole quantized networks on whole pictures, run on the machine: the plain scheme, each ingredient alone, all
/// together.
public enum SchemeStudy {
    /// - Parameter brief: only the plain scheme and all ingredients together.
    public static func schemes(for machine: MachineDescription, brief: Bool) -> [NamedScheme] {
        func scheme(_ name: String, _ change: (inout QuantizationOptions) -> Void) -> NamedScheme {
            NamedScheme(name, QuantizationOptions.plain.changed(change).limited(to: machine))
        }
        let full = QuantizationOptions()
        let plain = scheme("plain: linear, one scale a layer, one range a tensor") { _ in }
        let whole = scheme("all ingredients") { $0 = full }
        if brief { return [plain, whole] }
        return [
            plain,
            scheme("plain + weights by output channel") { $0.weights.grouping = .outputChannel },
            scheme("plain + weight law \(full.weights.law)") { $0.weights.law = full.weights.law },
            scheme("plain + weight clipping searched") { $0.weights.clipping = .searched },
            scheme("plain + multiplexer, \(full.activations.codebooks) codebooks") {
                $0.activations.codebooks = full.activations.codebooks
            },
            scheme("plain + activation law \(full.activations.law)") { $0.activations.law = full.activations.law },
            scheme("plain + activation ranges searched") { $0.activations.rangeSelection = .searched },
            scheme("plain + mean removal") { $0.activations.meanRemoval = full.activations.meanRemoval },
            scheme("plain + bias correction") { $0.corrections.bias = true },
            scheme("all but mean removal") { $0 = full.changed { $0.activations.meanRemoval = .none } },
            whole,
        ]
    }

    /// What the runs of one scheme came to.
    public struct Summary: Hashable, Sendable {
        public let loss: QualityLoss
        /// Of the latents' zero-order entropy, against the float network's.
        public let entropyChangePercent: Double
        public let saturatedLatents: Int
        public let latents: Int

        public init(_ reports: [RunReport]) {
            let bits = reports.reduce(0.0) { $0 + $1.empiricalBitsPerPixel }
            let bitsFloat = reports.reduce(0.0) { $0 + ($1.quality?.empiricalBitsPerPixelFloat ?? 0) }
            let latents = reports.flatMap { $0.latents ?? [] }
            loss = QualityLoss(reports)
            entropyChangePercent = (bits / bitsFloat - 1) * 100
            saturatedLatents = latents.reduce(0) { $0 + $1.saturated }
            self.latents = latents.reduce(0) { $0 + $1.count }
        }
    }
}

extension RunReport {
    /// Of all latents, by their own frequencies.
    public var empiricalBitsPerPixel: Double { (latents ?? []).reduce(0) { $0 + ($1.empiricalBitsPerPixel ?? 0) } }
}

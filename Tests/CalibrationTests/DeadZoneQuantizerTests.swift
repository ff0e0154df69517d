import Calibration
import Diagnostics
import FloatModel
import NetworkFiles
import Networks
import Quantization
import Tensors
import Testing

@Suite struct DeadZoneQuantizerTests {
    private let float = try! BundledNetworks.network(named: "lapped8").float!
    private let picture = Tensor<UInt8>(
        shape: TensorShape(height: 32, width: 32, channels: 3), elements: (0..<3072).map { UInt8($0 * 7 % 251) })

    private func options(_ law: Law, _ change: (inout QuantizationOptions) -> Void = { _ in }) -> QuantizationOptions {
        QuantizationOptions.plain.changed {
            ($0.weights.law, $0.weights.grouping) = (law, .outputChannel)
            change(&$0)
        }
    }

    /// CoDeQ by its own formulas in doubles: w_c = sgn(w) ReLU(|w| - shift), q = clip(round(w_c / s), -N, N), with a
    /// the largest magnitude of the channel.
    @Test("Without compensation every weight becomes CoDeQ's level", arguments: [(1, 16, 8), (1, 4, 4)])
    func levels(parameters: (Int, Int, Int)) throws {
        let law = Law.deadZone(numerator: parameters.0, denominator: parameters.1, levelBits: parameters.2)
        let quantized = try Quantizer(float, options: options(law)).quantize([picture])
        for name in ["analysis0", "analysis1", "synthesis1"] {
            guard case .accumulation(let weights, let bias)? = float.parameters[name],
                case .accumulation(let found)? = quantized.parameters[name]
            else { continue }
            let inner = weights.count / bias.count
            let levels = Double(1 << (parameters.2 - 1) - 1)
            var zeros = 0
            for index in weights.indices {
                let row = index / inner * inner
                let a = weights[row..<row + inner].reduce(0) { max($0, Double(abs($1))) }
                let halfZone = a * Double(parameters.0) / Double(parameters.1)
                let s = (a - halfZone) / (levels - 0.5)
                let shift = halfZone - s / 2
                let exact = max(0, abs(Double(weights[index])) - shift) / s
                // Where a level is as near as the next, or a weight at the zone's edge, doubles may go either way.
                if abs(exact - exact.rounded(.down) - 0.5) < 0.05 { continue }
                let level = Int(min(exact.rounded(), levels)) * (weights[index] < 0 ? -1 : 1)
                #expect(Int(found.weightCodes[index]) == 128 + level, "\(name) \(index): \(weights[index]) of \(a)")
                if level == 0 { zeros += 1 }
            }
            #expect(zeros > 0)
            #expect(found.weightDecoder.law == law.description && found.weightDecoder.isMemoryFree)
        }
        guard case .normalization(let gdn)? = quantized.parameters["gdn0"] else { return }
        #expect(gdn.gammaDecoder.law == "power 2/1", "gammas have no dead zone")
    }

    @Test("A wanted part of zeros is reached with the narrowest dead zone, in every layer", arguments: [0.3, 0.75])
    func sparsity(share: Double) throws {
        let law = Law.deadZone(numerator: 1, denominator: 8, levelBits: 8)
        let quantized = try Quantizer(float, options: options(law) { $0.weights.sparsity = share }).quantize([picture])
        for (name, parameters) in quantized.parameters {
            guard case .accumulation(let found) = parameters,
                case .deadZone(let numerator, let denominator, 8) = try Law(found.weightDecoder.law, at: name)
            else { continue }
            #expect(denominator == 256)
            func zeroShare(_ codes: [UInt8]) -> Double { Double(codes.count { $0 == 128 }) / Double(codes.count) }
            #expect(zeroShare(found.weightCodes) >= share)
            #expect(quantized.weightStatistics[name]?.zeroWeights == found.weightCodes.count { $0 == 128 })
            guard numerator > 1 else { continue }
            let narrower = Law.deadZone(numerator: numerator - 1, denominator: 256, levelBits: 8)
            guard
                case .accumulation(let less)? = try Quantizer(float, options: options(narrower)).quantize([picture])
                    .parameters[name]
            else { continue }
            #expect(zeroShare(less.weightCodes) < share, "\(name): a narrower dead zone would do")
        }
    }

    @Test("Weights of one magnitude have no zeros to give")
    func outOfReach() throws {
        var equal = float
        for (name, parameters) in float.parameters {
            guard case .accumulation(let weights, let bias) = parameters else { continue }
            equal.parameters[name] = .accumulation(weights: weights.map { $0 < 0 ? -0.5 : 0.5 }, bias: bias)
        }
        let wanted = options(.deadZone(numerator: 1, denominator: 8, levelBits: 8)) { $0.weights.sparsity = 0.5 }
        let error = #expect(throws: Diagnostic.self) { _ = try Quantizer(equal, options: wanted).quantize([picture]) }
        #expect(error?.code == .sparsityOutOfReach)
    }

    @Test("The 99 % quantile is the magnitude that one weight in a hundred passes")
    func quantile() throws {
        let quantized = try Quantizer(float, options: options(.linear) { $0.weights.clipping = .quantile }).quantize([
            picture
        ])
        for name in ["analysis1", "synthesis0"] {
            guard case .accumulation(let weights, let bias)? = float.parameters[name],
                case .accumulation(let found)? = quantized.parameters[name]
            else { continue }
            let inner = weights.count / bias.count
            for row in stride(from: 0, to: weights.count, by: inner) {
                let magnitudes = weights[row..<row + inner].map { abs($0) }
                let quantile = magnitudes.sorted()[(inner * 99 + 99) / 100 - 1]
                guard quantile > 0 else { continue }
                for index in 0..<inner where magnitudes[index] >= quantile {
                    #expect([0, 1, 255].contains(found.weightCodes[row + index]), "\(name) \(row + index)")
                }
            }
        }
    }
}

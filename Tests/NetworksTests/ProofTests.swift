import Diagnostics
import FixedPoint
import Graph
import NetworkFiles
import Networks
import Quantization
import Testing

/// The proof of `ProvenNetwork`: numbers by hand.
@Suite struct ProofTests {
    /// Operands 0...10 and -4...6 in turn.
    private func operands(_ channels: Int) throws -> TensorFormat {
        let books = [try Codebook(entries: [0, 10]), try Codebook(entries: [-4, 6])]
        return .codes(
            try CodebookSet(
                codebooks: books, selects: (0..<channels).map { UInt8($0 % 2) },
                offsets: Array(repeating: 0, count: channels), step: 1))
    }

    private func network(
        _ layer: Layer, inputs: [(String, TensorFormat, Int)], _ parameters: LayerParameters, outputs: Int,
        accumulatorBits: Int
    ) -> QuantizedNetwork {
        QuantizedNetwork(
            graph: Graph(
                name: "one", inputs: inputs.map { GraphInput(name: $0.0, channels: $0.2) }, layers: [layer],
                outputs: ["layer"]),
            formats: Dictionary(
                uniqueKeysWithValues: inputs.map { ($0.0, $0.1) } + [
                    ("layer", .codes(.uniform(.linearSigned, channels: outputs, step: 1)))
                ]),
            parameters: ["layer": parameters],
            widths: DatapathWidths(activationBits: 12, weightBits: 9, accumulatorBits: accumulatorBits))
    }

    private func failure(_ network: QuantizedNetwork) -> Diagnostic? {
        do {
            _ = try ProvenNetwork(network)
            return nil
        } catch { return error }
    }

    /// Weights 3, -5, 0, 2 and bias -7: sums from -45 to 62, which need 7 bits.
    private func convolution(
        accumulatorBits: Int, rounding: RoundingRule = .single, exponent: Int = 0
    ) throws -> QuantizedNetwork {
        let post = PostProcessing(
            multipliers: [QuantizedMultiplier(mantissa: 1 << 30, exponent: exponent)], rounding: rounding)
        return network(
            Layer(
                name: "layer", operator: .convolution(Convolution(outputChannels: 1, kernelHeight: 1, kernelWidth: 1)),
                inputs: ["input"]),
            inputs: [("input", try operands(4), 4)],
            .accumulation(
                AccumulationParameters(
                    weightCodes: [131, 123, 128, 130], weightDecoder: .linear(), bias: [-7], postProcessing: post)),
            outputs: 1,
            accumulatorBits: accumulatorBits)
    }

    @Test("A sum that some picture could make too wide is refused with the bits it needs")
    func sum() throws {
        #expect(failure(try convolution(accumulatorBits: 7)) == nil)
        let refused = failure(try convolution(accumulatorBits: 6))
        #expect(refused?.code == .networkSumTooWide)
        #expect(refused?.place == "layer layer, output channel 0")
        #expect(refused?.found == "sums that need 7 bits")
        #expect(refused?.expected == "at most A = 6 bits")
    }

    @Test("Each phase of a transposed convolution is proved for itself: its taps never meet the others'")
    func phases() throws {
        // Two taps of 100 on 0...10, in different phases: 1000 each (11 bits), not 2000.
        func transposed(stride: Int, accumulatorBits: Int) throws -> QuantizedNetwork {
            let operation = TransposedConvolution(
                outputChannels: 1, kernelHeight: 2, kernelWidth: 1, strideY: stride, strideX: 1,
                padding: Padding(all: 0))
            return network(
                Layer(name: "layer", operator: .transposedConvolution(operation), inputs: ["input"]),
                inputs: [("input", try operands(1), 1)],
                .accumulation(
                    AccumulationParameters(
                        weightCodes: [228, 228], weightDecoder: .linear(), bias: [0],
                        postProcessing: PostProcessing(
                            multipliers: [QuantizedMultiplier(mantissa: 1 << 30, exponent: 0)], rounding: .single))),
                outputs: 1, accumulatorBits: accumulatorBits)
        }
        #expect(failure(try transposed(stride: 2, accumulatorBits: 11)) == nil)
        #expect(failure(try transposed(stride: 2, accumulatorBits: 10))?.found == "sums that need 11 bits")
        #expect(failure(try transposed(stride: 1, accumulatorBits: 11))?.found == "sums that need 12 bits")
    }

    @Test("A norm of 2^40 is refused, one less is not, whatever A is")
    func norm() throws {
        // gamma 2 on magnitudes up to 10, and up to 6.
        func normalization(beta: Int64) throws -> QuantizedNetwork {
            network(
                Layer(name: "layer", operator: .normalization(.gdn1), inputs: ["input"]),
                inputs: [("input", try operands(2), 2)],
                .normalization(
                    NormalizationParameters(
                        gammaCodes: [130, 130, 128, 128], gammaDecoder: .linear(), operandShifts: [0, 0],
                        beta: [beta, 1], scaleMantissas: [1, 1], scaleShifts: [0, 0])),
                outputs: 2, accumulatorBits: 60)
        }
        #expect(failure(try normalization(beta: 1 << 40 - 1 - 32)) == nil)
        let refused = failure(try normalization(beta: 1 << 40 - 32))
        #expect(refused?.code == .networkNormalizationTooWide)
        #expect(refused?.place == "layer layer, channel 0")
        #expect(refused?.found == "a norm of 41 bits")
    }

    @Test("gemmlowpDouble is refused where the shifted accumulator could pass 32 bits, and only that rule")
    func shiftedSum() throws {
        #expect(failure(try convolution(accumulatorBits: 7, rounding: .gemmlowpDouble, exponent: 25)) == nil)
        let refused = failure(try convolution(accumulatorBits: 7, rounding: .gemmlowpDouble, exponent: 26))
        #expect(refused?.code == .networkRequantizationTooWide)
        #expect(refused?.found == "an accumulator of 33 bits after the shift left by 26")
        #expect(failure(try convolution(accumulatorBits: 7, rounding: .tosaDouble, exponent: 26)) == nil)
    }

    @Test("The proof is asked at every rate, and what follows from a proven network is proven")
    func rates() throws {
        func rated(exponent: Int) throws -> QuantizedNetwork {
            var network = try convolution(accumulatorBits: 7, rounding: .gemmlowpDouble, exponent: 0)
            network.rateMultipliers = [
                "layer": [0, exponent].map { [QuantizedMultiplier(mantissa: 1 << 30, exponent: $0)] }
            ]
            return network
        }
        #expect(failure(try rated(exponent: 26))?.code == .networkRequantizationTooWide)
        let proven = try ProvenNetwork(rated(exponent: 25))
        let second = try proven.atRate(1)
        #expect(try second.network == rated(exponent: 25).atRate(1) && second.network != proven.network)
        #expect(
            proven.cut(from: ["input"], to: ["layer"], name: "part").network
                == proven.network.cut(from: ["input"], to: ["layer"], name: "part"))
        #expect { _ = try proven.atRate(2) } throws: { ($0 as? Diagnostic)?.code == .rateOutOfRange }
    }

    @Test("The same for a requantized tensor and for a sum of two")
    func shiftedElements() throws {
        // Operands -4...6 (the second channel), 4 bits.
        func requantize(exponent: Int) throws -> QuantizedNetwork {
            let multipliers = [0, exponent].map { QuantizedMultiplier(mantissa: 1 << 30, exponent: $0) }
            return network(
                Layer(name: "layer", operator: .requantize, inputs: ["input"]), inputs: [("input", try operands(2), 2)],
                .requantization(PostProcessing(multipliers: multipliers, rounding: .gemmlowpDouble)), outputs: 2,
                accumulatorBits: 8)
        }
        #expect(failure(try requantize(exponent: 28)) == nil)
        #expect(failure(try requantize(exponent: 29))?.code == .networkRequantizationTooWide)
        // 2^20 (0...10) + 2^20 (0...10): 20 2^20, 26 bits.
        func add(exponent: Int) throws -> QuantizedNetwork {
            network(
                Layer(name: "layer", operator: .add, inputs: ["a", "b"]),
                inputs: [("a", try operands(1), 1), ("b", try operands(1), 1)],
                .addition(
                    AdditionParameters(
                        mantissaA: 1 << 20, mantissaB: 1 << 20, exponent: exponent, rounding: .gemmlowpDouble)),
                outputs: 1, accumulatorBits: 8)
        }
        #expect(failure(try add(exponent: 6)) == nil)
        #expect(failure(try add(exponent: 7))?.code == .networkRequantizationTooWide)
    }

    @Test("What requantize decodes is its accumulator: codes with an offset, integers of 16 bits")
    func decodedElements() throws {
        func requantize(_ format: TensorFormat, accumulatorBits: Int) -> QuantizedNetwork {
            network(
                Layer(name: "layer", operator: .requantize, inputs: ["input"]), inputs: [("input", format, 1)],
                .requantization(PostProcessing(multipliers: [.one], rounding: .single)), outputs: 1,
                accumulatorBits: accumulatorBits)
        }
        // 0...255 less 180: -180...75, 9 bits; 16 bits of integers.
        let offset = TensorFormat.codes(.uniform(.linearUnsigned, channels: 1, step: 1, offset: -180))
        for (format, bits) in [(offset, 9), (.integers16(step: 1), 16)] {
            #expect(failure(requantize(format, accumulatorBits: bits)) == nil)
            let refusal = failure(requantize(format, accumulatorBits: bits - 1))
            #expect(refusal?.code == .networkSumTooWide && refusal?.found == "sums that need \(bits) bits")
        }
    }

    @Test("The bundled networks are proved, and not with a bit less")
    func zoo() throws {
        for name in BundledNetworks.names {
            var network = try #require(try BundledNetworks.network(named: name).quantized)
            #expect(failure(network) == nil)
            network.widths.accumulatorBits =
                network.graph.layers.map { AccumulatorProof.width(of: $0, in: network) }.max()! - 1
            #expect(failure(network)?.code == .networkSumTooWide)
        }
    }

    /// The largest operands of channel 0 are 10 and 10: 20 x 2^27 passes 31 bits, 20 x 2^24 does not.
    @Test func twoStageAdditionsFit32Bits() throws {
        func addition(_ leftShift: Int) throws -> QuantizedNetwork {
            let post = PostProcessing(multipliers: [.one, .one], rounding: .single)
            return network(
                Layer(
                    name: "layer", operator: .twoStageAdd(TwoStageAddition(leftShift: leftShift)), inputs: ["a", "b"]),
                inputs: [("a", try operands(2), 2), ("b", try operands(2), 2)],
                .twoStageAddition(
                    TwoStageAdditionParameters(
                        multiplierA: QuantizedMultiplier(mantissa: 1 << 30, exponent: 0), multiplierB: .zero,
                        postProcessing: post)), outputs: 2, accumulatorBits: 8)
        }
        #expect(failure(try addition(24)) == nil)
        let refusal = failure(try addition(27))
        #expect(refusal?.code == .networkRequantizationTooWide && refusal?.place == "layer layer, channel 0")
    }

    /// Products are at most 10 x 10 = 100: 100 x 2^25 passes 31 bits, 100 x 2^24 does not.
    @Test func productsFitTheRule() throws {
        func product(_ exponent: Int) throws -> QuantizedNetwork {
            let multiplier = QuantizedMultiplier(mantissa: 1 << 30, exponent: exponent)
            return network(
                Layer(name: "layer", operator: .multiply, inputs: ["a", "b"]),
                inputs: [("a", try operands(2), 2), ("b", try operands(2), 2)],
                .requantization(PostProcessing(multipliers: [multiplier, multiplier], rounding: .gemmlowpDouble)),
                outputs: 2, accumulatorBits: 8)
        }
        #expect(failure(try product(24)) == nil)
        #expect(failure(try product(25))?.code == .networkRequantizationTooWide)
    }
}

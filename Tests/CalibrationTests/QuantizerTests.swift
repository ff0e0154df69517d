import Calibration
import Diagnostics
import ExactArithmetic
import FixedPoint
import FloatModel
import Graph
import Images
import Kernels
import MachineDescription
import NetworkFiles
import Networks
import Quantization
import Tensors
import Testing

@Suite struct QuantizerTests {
    private let float = try! BundledNetworks.network(named: "lapped8").float!

    private func picture(_ number: Int) -> Tensor<UInt8> {
        let image = TestPicture.draw(width: 768, height: 512)
        let shape = TensorShape(height: 128, width: 128, channels: 3)
        var samples: [UInt8] = []
        let (top, left) = (number / 5 * 128, number % 5 * 128)
        for y in 0..<128 {
            let start = ((top + y) * 768 + left) * 3
            samples += image.samples[start..<start + 128 * 3]
        }
        return Tensor(shape: shape, elements: samples)
    }

    @Test(
        "One file everywhere: the bytes are the same at every level of instructions", arguments: KernelLevel.available)
    func sameFile(_ level: KernelLevel) throws {
        func bytes(_ level: KernelLevel) throws -> [UInt8] {
            let pictures = CalibrationPictures(photographs: [picture(0), picture(7)], drawnWithSide: 64, multiple: 8)
            return NetworkFile(float: nil, quantized: try Quantizer(float, kernels: level).quantize(pictures)).bytes
        }
        #expect(try bytes(level) == bytes(.portable))
    }

    private func code(_ options: QuantizationOptions, _ pictures: [Tensor<UInt8>]) -> DiagnosticCode? {
        do {
            _ = try Quantizer(float, options: options).quantize(pictures)
            return nil
        } catch { return error.code }
    }

    /// Squared error of the integer network's picture against the float network's, in samples.
    private func error(_ network: QuantizedNetwork, on picture: Tensor<UInt8>) throws -> Double {
        let expected = try FloatModel(float).run(
            Tensor(shape: picture.shape, elements: picture.elements.map { Float($0) / 255 }), keeping: ["synthesis1"])[
                "synthesis1"]!
        let found = IntegerEmulation(network).run(picture, keeping: ["synthesis1"])["synthesis1"]!
        let squares = zip(expected.elements, found.elements).map { (Double($0) * 255 - $1) * (Double($0) * 255 - $1) }
        return squares.reduce(0, +) / Double(squares.count)
    }

    @Test(
        "The laws, the multiplexer and the searches beat the plain scheme; the result is valid, proved and repeatable")
    func quality() throws {
        let pictures = [0, 3, 7, 11, 13].map { picture($0) }
        let quantized = try Quantizer(float).quantize(pictures)
        let plain = try Quantizer(float, options: .plain).quantize(pictures)
        #expect(try Quantizer(float).quantize(pictures) == quantized)
        for network in [quantized, plain] {
            let widths = network.graph.layers.map { AccumulatorProof.width(of: $0, in: network) }
            #expect(widths.max() == network.widths.accumulatorBits)
            #expect(try NetworkFile(NetworkFile(quantized: network).bytes, at: "net").quantized == network)
        }
        let test = picture(8)
        let (whole, classic) = (try error(quantized, on: test), try error(plain, on: test))
        #expect(whole * 2 < classic, "\(whole) against \(classic)")
        for name in ["analysis0", "synthesis1"] {
            guard case .accumulation(let accumulation)? = plain.parameters[name] else { continue }
            #expect(accumulation.weightDecoder.entries[129] == 1 && accumulation.weightDecoder.bits == 8)
        }
        guard case .codes(let latents)? = quantized.formats["analysis1"] else {
            Issue.record("latents are no codes")
            return
        }
        #expect(latents.step == 1 && latents.codebooks == [.linearSigned])
    }

    @Test(
        "A table unit's network has the derived tables, and the emulation computes by them",
        arguments: [("gdn0", NormalizationForm.gdn), ("igdn0", .igdn)])
    func tables(name: String, form: NormalizationForm) throws {
        let network = try Quantizer(
            float, options: QuantizationOptions().changed { $0.arithmetic.normalizationTable = .standard }
        ).quantize([
            picture(0)
        ])
        let layer = try #require(network.graph[layer: name])
        guard case .normalization(let parameters)? = network.parameters[name],
            case .codes(let set)? = network.formats[layer.inputs[0]]
        else {
            Issue.record("\(name) has no codes or no parameters")
            return
        }
        let table = try #require(parameters.table)
        #expect(table == .derived(for: form))
        let oracle = ExactTableNormalization(
            form == .gdn ? .gdn : .igdn, indexBits: table.indexBits, offsetBits: table.offsetBits,
            baseBits: table.baseBits, slopeShift: table.slopeShift,
            bases: table.bases.map { Int($0) }, slopes: table.slopes.map { Int($0) })
        let channels = set.channels
        let shape = TensorShape(height: 1, width: 12, channels: channels)
        let values = (0..<shape.count).map { index in
            let range = set.valueRange(channel: index % channels)
            return Int(range.lowerBound) + index * 7919 % Int(range.upperBound - range.lowerBound + 1)
        }
        let found = IntegerEmulation(network).results(
            of: layer, inputs: [Tensor(shape: shape, elements: values.map { Double($0) })])
        let largest = 1 << (network.widths.activationBits - 1) - 1
        for x in 0..<shape.width {
            let pixel = values[x * channels..<(x + 1) * channels].map { $0 }
            let operands = zip(pixel, parameters.operandShifts).map { min(largest, ($0 * $0 + (1 << $1) / 2) >> $1) }
            for i in 0..<channels {
                let gammas = parameters.gammaCodes[i * channels..<(i + 1) * channels].map {
                    Int(parameters.gammaDecoder.entries[Int($0)])
                }
                let norm = Int(parameters.beta[i]) + zip(gammas, operands).reduce(0) { $0 + $1.0 * $1.1 }
                let expected = oracle.normalized(
                    ExactInteger(pixel[i]), norm: ExactInteger(norm), scale: ExactInteger(parameters.scaleMantissas[i]),
                    shift: parameters.scaleShifts[i])
                #expect(Int(found.elements[x * channels + i]) == Int(exactly: expected), "x \(x), channel \(i)")
            }
        }
    }

    @Test(
        "A minifloat of weights has 7 bits beside its sign; the gammas of the network have all 8 for the magnitude"
    )
    func minifloat() throws {
        let law = Law.minifloat(exponentBits: 3, mantissaBits: 4)
        let network = try BundledNetworks.network(named: "lapped8").float!
        let quantized = try Quantizer(network, options: QuantizationOptions().changed { $0.weights.law = law })
            .quantize([picture(1)])
        guard case .accumulation(let analysis)? = quantized.parameters["analysis0"],
            case .normalization(let gdn)? = quantized.parameters["gdn0"]
        else {
            Issue.record("analysis0 or gdn0 has no parameters")
            return
        }
        #expect(analysis.weightDecoder.law == "minifloat 3 4" && gdn.gammaDecoder.law == "minifloat 3 5")
        #expect(Set(gdn.gammaDecoder.entries).count == 256 && gdn.gammaDecoder.entries.min() == 0)
    }

    @Test("Groupings inside the sum, impossible options and missing pictures are refused")
    func refusals() {
        let pictures = [picture(0)]
        #expect(
            code(QuantizationOptions().changed { $0.weights.grouping = .inputChannel }, pictures)
                == .groupingNotExecutable)
        #expect(
            code(QuantizationOptions().changed { $0.weights.grouping = .kernel }, pictures) == .groupingNotExecutable)
        #expect(code(QuantizationOptions().changed { $0.activations.bits = 17 }, pictures) == .networkValueOutOfRange)
        #expect(
            code(QuantizationOptions().changed { $0.activations.codebooks = 0 }, pictures) == .networkValueOutOfRange)
        #expect(
            code(QuantizationOptions().changed { $0.arithmetic.accumulatorBits = 18 }, pictures)
                == .networkValueOutOfRange)
        // Gammas have no sign: 256 values take 9 bits.
        #expect(code(QuantizationOptions().changed { $0.weights.bits = 8 }, pictures) == .networkValueOutOfRange)
        #expect(code(QuantizationOptions().changed { $0.weights.bits = 9 }, pictures) == nil)
        #expect(code(QuantizationOptions(), []) == .networkValueOutOfRange)
        let odd = Tensor<UInt8>(shape: TensorShape(height: 12, width: 16, channels: 3), repeating: 0)
        #expect(code(QuantizationOptions(), [odd]) == .networkValueOutOfRange)
    }

    @Test("A machine whose accumulator is wider than requantization takes quantizes within what that takes")
    func widestAccumulator() {
        var machine = MachineDescription.builtIn(named: "mid")!
        for (bits, expected) in [(36, 36), (48, 48), (60, 48)] {
            machine.macArray.accumulatorBits = bits
            #expect(QuantizationOptions().limited(to: machine).arithmetic.accumulatorBits == expected)
            #expect(code(QuantizationOptions().limited(to: machine), [picture(0)]) == nil)
        }
    }

    @Test("The proof of a layer's accumulator is reached by the worst operands and by no others")
    func proof() throws {
        let network = try BundledNetworks.network(named: "lapped8").quantized!
        let layer = network.graph[layer: "synthesis1"]!
        guard case .accumulation(let accumulation)? = network.parameters["synthesis1"],
            case .codes(let set)? = network.formats["igdn0"]
        else {
            Issue.record("parameters are missing")
            return
        }
        // By definition: for each output channel and phase, the largest sum over the taps of that phase.
        var largest: Int64 = 0
        for k in 0..<3 {
            for phase in 0..<16 {
                var (high, low) = (max(0, accumulation.bias[k]), min(0, accumulation.bias[k]))
                for r in 0..<8 where r % 4 == phase / 4 {
                    for s in 0..<8 where s % 4 == phase % 4 {
                        for c in 0..<48 {
                            let weight = Int64(
                                accumulation.weightDecoder.entries[
                                    Int(accumulation.weightCodes[((k * 8 + r) * 8 + s) * 48 + c])])
                            let range = set.valueRange(channel: c)
                            high += max(0, weight * Int64(range.lowerBound), weight * Int64(range.upperBound))
                            low += min(0, weight * Int64(range.lowerBound), weight * Int64(range.upperBound))
                        }
                    }
                }
                largest = max(largest, high, ~low)
            }
        }
        #expect(AccumulatorProof.width(of: layer, in: network) == Int64.bitWidth - largest.leadingZeroBitCount + 1)
    }

    @Test(
        "A latent's mean or mid-range becomes its offset, and the round trip through codes keeps every latent in range")
    func meanRemoval() throws {
        var shifted = float
        guard case .accumulation(let weights, var bias)? = shifted.parameters["analysis1"] else { return }
        bias[3] = 150
        shifted.parameters["analysis1"] = .accumulation(weights: weights, bias: bias)
        for removal in [MeanRemoval.mean, .midRange] {
            let network = try Quantizer(
                shifted, options: QuantizationOptions().changed { $0.activations.meanRemoval = removal }
            ).quantize([
                picture(0), picture(12),
            ])
            guard case .codes(let set)? = network.formats["analysis1"] else { continue }
            #expect(abs(set.offsets[3] - 150) < 40, "\(removal.rawValue): \(set.offsets[3])")
        }
        let without = try Quantizer(
            shifted, options: QuantizationOptions().changed { $0.activations.meanRemoval = .none }
        ).quantize([picture(0)])
        guard case .codes(let set)? = without.formats["analysis1"] else { return }
        #expect(set.offsets.allSatisfy { $0 == 0 })
        let tensor = Tensor<Float>(
            shape: TensorShape(height: 1, width: 1, channels: 128), elements: (0..<128).map { Float($0) * 1.6 })
        let back = Dequantization.roundTrip(tensor, through: .codes(set))
        for channel in 0..<128 { #expect(back[0, 0, channel] == min(127, (tensor[0, 0, channel]).rounded())) }
    }
}

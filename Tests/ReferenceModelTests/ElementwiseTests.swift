import FixedPoint
import Graph
import Networks
import Quantization
import ReferenceModel
import Tensors
import Testing

/// Requantize, add, concatenation, pixel shuffle and the latent operators, by hand.
@Suite("Operators without a MAC array")
struct ElementwiseTests {
    @Test("Requantize takes the decoded value as accumulator")
    func requantize() throws {
        let half = QuantizedMultiplier(mantissa: 1 << 30, exponent: 0)
        let set = try CodebookSet(
            codebooks: [Codebook(entries: [-7, -1, 0, 3, 9])], selects: [0, 0], offsets: [0, 100], step: 1)
        let layer = SingleLayer(
            operator: .requantize,
            parameters: .requantization(
                PostProcessing(
                    multipliers: [half, half], multipliersNegative: [.zero, .zero], rounding: .halfUpDouble)),
            inputFormats: [.codes(set)])
        // -7 -> 0; 3 + 100 = 103 -> 51.5 -> 52; 9 -> 4.5 -> 5; -1 + 100 = 99 -> 49.5 -> 50
        #expect(try layer.run(tensor(2, 1, 2, [0, 3, 4, 1])).output == tensor(2, 1, 2, [0, 52, 5, 50]))
    }

    @Test(
        "Add rounds once",
        arguments: [
            (RoundingRule.single, [Int32(2), -1, 5]), (.halfEven, [2, -2, 5]), (.halfAway, [2, -2, 5]),
            (.floor, [1, -2, 5]), (.ceiling, [2, -1, 5]),
            (.towardZero, [1, -1, 5]),
        ])
    func add(rule: RoundingRule, expected: [Int32]) throws {
        // a/2 + b/4 as (2 a + b) 2^28 / 2^30: exponent 1. (a, b) = (2, 2), (-2, -2), (9, 2): 1.5, -1.5, 5.
        let parameters = AdditionParameters(mantissaA: 2 << 28, mantissaB: 1 << 28, exponent: 1, rounding: rule)
        let layer = SingleLayer(operator: .add, parameters: .addition(parameters))
        #expect(try layer.run(tensor(1, 3, 1, [2, -2, 9]), tensor(1, 3, 1, [2, -2, 2])).output.elements == expected)
    }

    @Test("Add with a negative mantissa, clipped and saturated")
    func subtract() throws {
        let parameters = AdditionParameters(
            mantissaA: 1 << 30, mantissaB: -(1 << 30), exponent: 1, rounding: .single, clipLow: 0)
        let layer = SingleLayer(operator: .add, parameters: .addition(parameters))
        let result = try layer.run(tensor(1, 1, 3, [5, 3, 32767]), tensor(1, 1, 3, [2, 4, -32768]))
        #expect(result.output.elements == [3, 0, 32767])
        #expect(result.saturatedOutputs == 1)
    }

    @Test("A second operand of one pixel meets every pixel")
    func addOnePixel() throws {
        let parameters = AdditionParameters(mantissaA: 1 << 30, mantissaB: 1 << 30, exponent: 1, rounding: .single)
        let layer = SingleLayer(operator: .add, parameters: .addition(parameters))
        let result = try layer.run(tensor(2, 1, 2, [1, 2, 3, 4]), tensor(1, 1, 2, [10, 20]))
        #expect(result.output == tensor(2, 1, 2, [11, 22, 13, 24]))
    }

    @Test("Multiply rounds the product; a negative product has its own multiplier")
    func multiply() throws {
        let half = QuantizedMultiplier(mantissa: 1 << 30, exponent: 0)
        let post = PostProcessing(multipliers: [half], multipliersNegative: [.one], rounding: .halfUpDouble)
        let layer = SingleLayer(operator: .multiply, parameters: .requantization(post))
        // 3 x 5 / 2 = 7.5 -> 8; -3 x 5 = -15; the product of the two lowest values, 2^30 / 2, saturates.
        let result = try layer.run(tensor(1, 3, 1, [3, -3, -32768]), tensor(1, 3, 1, [5, 5, -32768]))
        #expect(result.output.elements == [8, -15, 32767])
        #expect(result.saturatedOutputs == 1)
        #expect(try layer.run(tensor(1, 3, 1, [3, -3, 1]), tensor(1, 1, 1, [2])).output.elements == [3, -6, 1])
    }

    @Test("A two-stage addition rounds each operand, then the sum")
    func twoStageAdd() throws {
        // L = 1, a times 3/4, b times 1/4 (1/2 behind the high word), the sum times 1/2.
        let half = QuantizedMultiplier(mantissa: 1 << 30, exponent: 0)
        func layer(subtracts: Bool) -> SingleLayer {
            SingleLayer(
                operator: .twoStageAdd(TwoStageAddition(leftShift: 1, subtracts: subtracts)),
                parameters: .twoStageAddition(
                    TwoStageAdditionParameters(
                        multiplierA: QuantizedMultiplier(mantissa: 3 << 29, exponent: 0),
                        multiplierB: QuantizedMultiplier(mantissa: 1 << 30, exponent: -1),
                        postProcessing: PostProcessing(multipliers: [half], rounding: .gemmlowpDouble))))
        }
        // a = 3: 4.5 -> 5; a = -3: -4.5 -> -4 (half up). b = 5: 5 -> 2.5 -> 3; b = -5: -5 -> -2.5 -> -3 (away from
        // zero). Sums 8, -7; differences 2, -1: halves of them, -3.5 to -3 and -0.5 to 0, half up.
        let operands = (tensor(1, 2, 1, [3, -3]), tensor(1, 2, 1, [5, -5]))
        #expect(try layer(subtracts: false).run(operands.0, operands.1).output.elements == [4, -3])
        #expect(try layer(subtracts: true).run(operands.0, operands.1).output.elements == [1, 0])
    }

    @Test("Max pooling takes the largest of each window; padding takes no part")
    func maxPooling() throws {
        let pooling = Pooling(
            kernelHeight: 2, kernelWidth: 2, strideY: 2, strideX: 2,
            padding: Padding(top: 1, bottom: 0, left: 1, right: 0)
        )
        let layer = SingleLayer(operator: .maxPooling(pooling))
        // Windows of rows (0), (1, 2) and columns (0), (1, 2).
        let result = try layer.run(tensor(3, 3, 1, [-9, -8, -7, -1, -2, -3, -4, -6, -5]))
        #expect(result.output == tensor(2, 2, 1, [-9, -7, -1, -2]))
    }

    @Test("Pad fills outside, cuts off where it is negative, and takes every stride-th row and column")
    func pad() throws {
        let pad = Pad(padding: Padding(top: 1, bottom: -1, left: -1, right: 2), strideX: 2, fill: 7)
        let result = try SingleLayer(operator: .pad(pad)).run(tensor(2, 3, 1, [1, 2, 3, 4, 5, 6]))
        // Rows -1 and 0 of 0...1, columns 1, 3: the second lies outside.
        #expect(result.output == tensor(2, 2, 1, [7, 7, 2, 7]))
    }

    @Test("Nearest resize copies each element to a block")
    func nearestResize() throws {
        let result = try SingleLayer(operator: .nearestResize(factor: 2)).run(tensor(1, 2, 1, [3, 4]))
        #expect(result.output == tensor(2, 4, 1, [3, 3, 4, 4, 3, 3, 4, 4]))
    }

    @Test("Concatenation copies elements pixel by pixel")
    func concatenation() throws {
        let layer = SingleLayer(operator: .concatenation)
        let result = try layer.run(tensor(1, 2, 2, [1, 2, 3, 4]), tensor(1, 2, 1, [-5, -6]))
        #expect(result.output == tensor(1, 2, 3, [1, 2, -5, 3, 4, -6]))
    }

    @Test("Concatenation of codes keeps selects and offsets")
    func concatenationOfCodes() throws {
        let books = [Codebook.linearSigned, Codebook.linearUnsigned]
        func format(_ selects: [UInt8], _ offsets: [Int32]) throws -> TensorFormat {
            .codes(try CodebookSet(codebooks: books, selects: selects, offsets: offsets, step: 0.5))
        }
        let layer = SingleLayer(
            operator: .concatenation, inputFormats: [try format([1], [3]), try format([0], [0])],
            outputFormat: try format([1, 0], [3, 0]))
        #expect(try layer.run(tensor(1, 1, 1, [200]), tensor(1, 1, 1, [7])).output.elements == [200, 7])
    }

    @Test("Pixel shuffle spreads each r^2 channels over a square")
    func pixelShuffle() throws {
        let layer = SingleLayer(operator: .pixelShuffle(factor: 2))
        // Channels 0...3 are output channel 0 at (0,0) (0,1) (1,0) (1,1), channels 4...7 output channel 1.
        let result = try layer.run(tensor(1, 1, 8, [10, 11, 12, 13, 20, 21, 22, 23]))
        #expect(result.output == tensor(2, 2, 2, [10, 20, 11, 21, 12, 22, 13, 23]))
    }

    @Test("Quantize latents: ties go up, means are subtracted, 16 bits saturate")
    func quantizeLatent() throws {
        let layer = SingleLayer(operator: .quantizeLatent(LatentGrid(fractionBits: 4, firstMeanChannel: 1)))
        // (y - m) / 16: 8/16 -> 1; -8/16 -> 0; (-25 - -1)/16 = -1.5 -> -1
        let means = tensor(1, 3, 2, [99, 0, 99, 0, 99, -1])
        #expect(try layer.run(tensor(1, 3, 1, [8, -8, -25]), means).output.elements == [1, 0, -1])
        #expect(try layer.run(tensor(1, 3, 1, [24, 7, -9])).output.elements == [2, 0, -1])

        let whole = SingleLayer(operator: .quantizeLatent(LatentGrid(fractionBits: 0)))
        let result = try whole.run(tensor(1, 1, 3, [30000, -30000, 5]), tensor(1, 1, 3, [-30000, 30000, 9]))
        #expect(result.output.elements == [32767, -32768, -4])
        #expect(result.saturatedOutputs == 2)
    }

    @Test("Reconstruct latents")
    func reconstructLatent() throws {
        let layer = SingleLayer(operator: .reconstructLatent(LatentGrid(fractionBits: 4)))
        let result = try layer.run(tensor(1, 1, 4, [3, -2, 2047, 2048]), tensor(1, 1, 4, [5, -7, 15, 0]))
        #expect(result.output.elements == [53, -39, 32767, 32767])
        #expect(result.saturatedOutputs == 1)
    }
}

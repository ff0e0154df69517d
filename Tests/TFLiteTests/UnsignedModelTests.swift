import Foundation
import ModelWriters
import Networks
import Random
import ReferenceModel
import TFLite
import TFLiteImport
import Tensors
import Testing

/// Models of the older kind: uint8 activations and weights, one scale and one zero point each, against the published
/// definition of their kernels in plain integers.
@Suite struct UnsignedModelTests {
    /// A quantized tensor as the file has it.
    private struct Quantized {
        var elements: [Int]
        var scale: Float
        var zeroPoint: Int
    }

    /// The factor between sums and results: a mantissa of 31 bits and a shift, positive to the left.
    private struct Factor {
        var mantissa: Int
        var shift: Int

        /// The product of both operands' scales is rounded to float32, all else is float64.
        init(_ input: Float, _ weights: Float, _ output: Float) {
            let real = Double(input * weights) / Double(output)
            shift = Int(real.exponent) + 1
            mantissa = Int((real / pow(2, Double(shift)) * 0x1p31).rounded(.toNearestOrAwayFromZero))
            if mantissa == 1 << 31 { (mantissa, shift) = (mantissa / 2, shift + 1) }
        }

        /// A rounding doubling high multiply, then a division by a power of two that rounds half away from zero.
        func applied(to sum: Int) -> Int {
            let product = (sum << max(shift, 0)) * mantissa
            let high = (product + (product >= 0 ? 1 << 30 : 1 - 1 << 30)) / (1 << 31)
            let right = max(-shift, 0)
            let magnitude = (abs(high) + (1 << right) / 2) >> right
            return high < 0 ? -magnitude : magnitude
        }

        /// One rounding of the whole, half up: what the kernels do not do.
        func appliedAtOnce(to sum: Int) -> Int { (sum * mantissa + 1 << (30 - shift)) >> (31 - shift) }
    }

    /// 3x3 kernels, SAME padding; `[K][3][3][C]`, or `[3][3][K]` of a depthwise layer with K / C channels for each of
    /// the input's.
    private struct Layer {
        var weights: Quantized
        var bias: [Int]
        var isDepthwise: Bool
        var stride: Int
        var scale: Float
        var zeroPoint: Int
        /// Elements that the fused function lets pass.
        var limits: ClosedRange<Int>

        /// The output's elements, and how many one rounding would have given otherwise.
        func run(
            _ input: Quantized, height: Int, width: Int
        ) -> (output: Quantized, height: Int, width: Int, changed: Int) {
            let channels = input.elements.count / (height * width)
            let (rows, columns) = ((height + stride - 1) / stride, (width + stride - 1) / stride)
            let top = max(0, (rows - 1) * stride + 3 - height) / 2
            let left = max(0, (columns - 1) * stride + 3 - width) / 2
            let factor = Factor(input.scale, weights.scale, scale)
            var (elements, changed): ([Int], Int) = ([], 0)
            for (row, column) in (0..<rows).flatMap({ row in (0..<columns).map { (row, $0) } }) {
                for k in bias.indices {
                    var sum = bias[k]
                    for (r, s) in (0..<9).map({ ($0 / 3, $0 % 3) }) {
                        let (y, x) = (row * stride + r - top, column * stride + s - left)
                        guard (0..<height).contains(y), (0..<width).contains(x) else { continue }
                        let ownChannel = k / (bias.count / channels)
                        for c in isDepthwise ? ownChannel...ownChannel : 0...channels - 1 {
                            let place =
                                isDepthwise ? (r * 3 + s) * bias.count + k : ((k * 3 + r) * 3 + s) * channels + c
                            sum +=
                                (input.elements[(y * width + x) * channels + c] - input.zeroPoint)
                                * (weights.elements[place] - weights.zeroPoint)
                        }
                    }
                    func clamped(_ result: Int) -> Int {
                        min(max(result + zeroPoint, limits.lowerBound), limits.upperBound)
                    }
                    elements.append(clamped(factor.applied(to: sum)))
                    if clamped(factor.appliedAtOnce(to: sum)) != elements.last { changed += 1 }
                }
            }
            return (Quantized(elements: elements, scale: scale, zeroPoint: zeroPoint), rows, columns, changed)
        }
    }

    /// Elements at most `reach` from their zero point.
    private static func drawn(_ count: Int, reach: Int, scale: Float, _ random: inout SeededGenerator) -> Quantized {
        let zeroPoint = random.integer(0...255)
        let elements = (0..<count).map { _ in random.integer(max(0, zeroPoint - reach)...min(255, zeroPoint + reach)) }
        return Quantized(elements: elements, scale: scale, zeroPoint: zeroPoint)
    }

    private static func scale(_ random: inout SeededGenerator) -> Float { Float(random.integer(500...2000)) / 100_000 }

    /// A layer whose factor is near `factor`.
    private static func layer(
        of input: Quantized, outputs: Int, weightCount: Int, isDepthwise: Bool, reach: Int, factor: Float,
        hasReLU6: Bool, _ random: inout SeededGenerator
    ) -> Layer {
        let weights = drawn(weightCount, reach: reach, scale: scale(&random), &random)
        let scale = input.scale * weights.scale / factor * Float(random.integer(80...125)) / 100
        let zeroPoint = hasReLU6 ? random.integer(0...20) : random.integer(80...170)
        let six = zeroPoint + Int((6 / scale).rounded(.toNearestOrAwayFromZero))
        let largest = Int(20 / factor)
        return Layer(
            weights: weights, bias: (0..<outputs).map { _ in random.integer(-largest...largest) },
            isDepthwise: isDepthwise, stride: random.integer(1...2), scale: scale, zeroPoint: zeroPoint,
            limits: hasReLU6 ? zeroPoint...min(255, six) : 0...255)
    }

    private static func add(
        _ layer: Layer, named name: String, _ input: Int32, extents: [Int32], weights: [Int32], operandScale: Float,
        to model: inout WrittenModel
    ) -> Int32 {
        let constant = model.weights(
            layer.weights.elements.map { UInt8($0) }, weights, scale: layer.weights.scale,
            zeroPoint: Int64(layer.weights.zeroPoint))
        let bias = model.integers(layer.bias.map { Int32($0) }, scale: operandScale * layer.weights.scale)
        let output = model.tensor(
            name, extents, type: .uint8, scale: layer.scale, zeroPoint: Int64(layer.zeroPoint))
        let stride = Written.int32(Int32(layer.stride))
        if layer.isDepthwise {
            model.add(
                .depthwiseConv2D, [input, constant, bias], output,
                options: (2, [0: .int8(0), 1: stride, 2: stride, 3: .int32(2), 4: .int8(0)]))
        } else {
            model.add(
                .conv2D, [input, constant, bias], output,
                options: (1, [0: .int8(0), 1: stride, 2: stride, 3: .int8(3)]))
        }
        return output
    }

    @Test("A convolution with RELU6 and a depthwise one behind it are the definition's, whatever the zero points")
    func twoLayers() throws {
        var (codes, changed, low, high): (Set<Int>, Int, Int, Int) = ([], 0, 0, 0)
        for seed in 0..<24 {
            var random = SeededGenerator(seed: seed)
            // Few steps and factors near 1, where two roundings often differ from one; many steps and small factors.
            let (reach, factor): (Int, Float) = [(2, 1.6), (3, 0.4), (20, 0.1), (255, 0.004)][seed % 4]
            let (height, width) = (random.integer(3...8), random.integer(3...8))
            let input = Self.drawn(height * width * 3, reach: reach, scale: Self.scale(&random), &random)
            let first = Self.layer(
                of: input, outputs: 4, weightCount: 4 * 9 * 3, isDepthwise: false, reach: reach, factor: factor,
                hasReLU6: true, &random)
            let hidden = first.run(input, height: height, width: width)
            let second = Self.layer(
                of: hidden.output, outputs: 8, weightCount: 9 * 8, isDepthwise: true, reach: reach, factor: factor,
                hasReLU6: false, &random)
            let output = second.run(hidden.output, height: hidden.height, width: hidden.width)

            var model = WrittenModel()
            let start = model.tensor(
                "in", [1, Int32(height), Int32(width), 3], type: .uint8, scale: input.scale,
                zeroPoint: Int64(input.zeroPoint))
            let middle = Self.add(
                first, named: "hidden", start, extents: [1, Int32(hidden.height), Int32(hidden.width), 4],
                weights: [4, 3, 3, 3], operandScale: input.scale, to: &model)
            _ = Self.add(
                second, named: "out", middle, extents: [1, Int32(output.height), Int32(output.width), 8],
                weights: [1, 3, 3, 8], operandScale: first.scale, to: &model)
            let network = try ProvenNetwork(model.imported().network).network
            let stored = Tensor<Int32>(
                shape: TensorShape(height: height, width: width, channels: 3),
                elements: input.elements.map { Int32($0) })
            let tensors = try ReferenceModel(network).run(inputs: ["in": stored]).tensors
            #expect(tensors["hidden"]!.elements.map { Int($0) } == hidden.output.elements, "seed \(seed)")
            #expect(tensors["out"]!.elements.map { Int($0) } == output.output.elements, "seed \(seed)")
            codes.formUnion(output.output.elements)
            changed += hidden.changed + output.changed
            low += hidden.output.elements.count { $0 == first.limits.lowerBound }
            high += hidden.output.elements.count { $0 == first.limits.upperBound }
        }
        // The draws reach most codes, both limits, and sums where one rounding would be wrong.
        #expect(codes.count > 200)
        #expect(changed > 20)
        #expect(low > 20)
        #expect(high > 20)
    }
}

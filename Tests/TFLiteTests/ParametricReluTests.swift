import Diagnostics
import Foundation
import Graph
import Networks
import TFLite
import TFLiteImport
import TestSupport
import Testing

/// PRELU against its definition, for each of the 256 elements of every channel.
@Suite struct ParametricReluTests {
    private struct Case {
        var inputScale: Float = 0.5
        var inputZeroPoint = 0
        var outputScale: Float = 0.5
        var outputZeroPoint = 0
        var slopeScale: Float = 1 / 128
        var slopes: [Int8]
    }

    /// A factor as the runtime has it: an integer of 31 bits, and a left shift.
    private static func quantized(_ factor: Double) -> (mantissa: Int64, shift: Int) {
        let (fraction, exponent) = frexp(factor)
        let mantissa = Int64((fraction * Double(1 << 31 as Int64)).rounded(.toNearestOrAwayFromZero))
        return mantissa == 1 << 31 ? (mantissa / 2, exponent + 1) : (mantissa, exponent)
    }

    /// A doubling high multiply, half a step added in the product's direction and the rest cut off, then a division by
    /// a power of two, halves away from zero.
    private static func scaled(_ value: Int64, by factor: (mantissa: Int64, shift: Int)) -> Int {
        let product = (value << Int64(max(factor.shift, 0))) * factor.mantissa
        let high = (product + (product >= 0 ? 1 << 30 : 1 - 1 << 30)) / (1 << 31)
        let divisor = Int64(1) << Int64(max(-factor.shift, 0))
        let magnitude = (2 * abs(high) + divisor) / (2 * divisor)
        return Int(high < 0 ? -magnitude : magnitude)
    }

    /// `[element][channel]`
    private static func expected(_ one: Case, _ runtime: TFLiteRuntime) -> [Int] {
        var (positive, negative): (Double, Double)
        if runtime == .litert {
            positive = Double(one.inputScale / one.outputScale)
            negative = Double(one.inputScale * one.slopeScale / one.outputScale)
        } else {
            positive = Double(one.inputScale) / Double(one.outputScale)
            negative = Double(one.inputScale) * Double(one.slopeScale) / Double(one.outputScale)
        }
        let (above, below) = (quantized(positive), quantized(negative))
        return (-128...127).flatMap { element in
            one.slopes.map { slope in
                let value = element - one.inputZeroPoint
                let result =
                    value >= 0 ? scaled(Int64(value), by: above) : scaled(Int64(value) * Int64(slope), by: below)
                return min(max(result + one.outputZeroPoint, -128), 127)
            }
        }
    }

    private func model(_ one: Case, slopes shape: [Int32]? = nil, channels: Int32? = nil) -> WrittenModel {
        var model = WrittenModel()
        let channels = channels ?? Int32(one.slopes.count)
        let input = model.tensor(
            "in", [1, 16, 16, channels], scale: one.inputScale, zeroPoint: Int64(one.inputZeroPoint))
        let slopes = model.weights(one.slopes, shape ?? [1, 1, channels], scales: [one.slopeScale])
        let output = model.tensor(
            "out", [1, 16, 16, channels], scale: one.outputScale, zeroPoint: Int64(one.outputZeroPoint))
        model.add(.prelu, [input, slopes], output)
        return model
    }

    @Test("Slopes for each channel, of both signs, at several scales and zero points")
    func channels() throws {
        let slopes: [Int8] = [64, 0, 1, 127, 33, 77, 101, -1, -90, -128]
        for (inputScale, outputScale) in [(0.5, 0.5), (0.037, 0.021), (0.02, 0.09)] as [(Float, Float)] {
            for (inputZeroPoint, outputZeroPoint) in [(0, 0), (-128, -17), (127, 60), (9, -128)] {
                for slopeScale in [1.0 / 128, 0.0031, 0.11] as [Float] {
                    for used in [slopes, Array(slopes.prefix(7))] {
                        let one = Case(
                            inputScale: inputScale, inputZeroPoint: inputZeroPoint, outputScale: outputScale,
                            outputZeroPoint: outputZeroPoint, slopeScale: slopeScale, slopes: used)
                        for runtime in [TFLiteRuntime.litert, .tflm] {
                            let elements = (-128...127).flatMap { Array(repeating: $0, count: used.count) }
                            let result = try model(one).imported(runtime: runtime).run(elements)
                            #expect(result == Self.expected(one, runtime), "\(one), \(runtime)")
                        }
                    }
                }
            }
        }
    }

    @Test("One layer where multipliers do, a code map for one slope below 0, parts for several")
    func layers() throws {
        // Halves and quarters of the same scale.
        let plain = try model(Case(slopes: [64, 32])).imported()
        #expect(plain.network.graph.layers.map(\.name) == ["out"])
        #expect(plain.report.operators[0].remark == nil)
        let mixed = try model(Case(slopes: [64, -64])).imported()
        #expect(
            mixed.network.graph.layers.map(\.name) == [
                "out.positive", "out.below", "out.negative", "out.parts", "out",
            ])
        for slope: Int8 in [64, -64] {
            let one = Case(slopes: [slope])
            let single = try model(one, slopes: [1, 1, 1], channels: 3).imported()
            #expect(single.network.graph.layers.map(\.name) == ["out"])
            #expect(single.report.operators[0].remark == (slope < 0 ? "code map" : nil))
            let elements = (-128...127).flatMap { [$0, $0, $0] }
            let expected = Self.expected(one, .litert).flatMap { [$0, $0, $0] }
            #expect(try single.run(elements) == expected)
        }
    }

    @Test("Slopes with rows or columns, and scales that the kernel does not take, are TFLITE-009")
    func refusals() {
        let each = model(Case(slopes: Array(repeating: 1, count: 512)), slopes: [16, 16, 2], channels: 2).refusal()
        #expect(each?.code == .tfliteOperatorUnsupported && each?.place == "net.tflite, operator 0 PRELU")
        #expect(each?.found == "slopes of extents [16, 16, 2] beside 2 channels")
        #expect(model(Case(outputScale: 0x1p-30, slopes: [1, 2])).refusal()?.code == .tfliteOperatorUnsupported)
    }
}

import Calibration
import Diagnostics
import FloatModel
import Foundation
import Graph
import NetworkFiles
import Networks
import Quantization
import Tensors
import Testing

/// Codebooks of the law `table`.
@Suite struct TableQuantizerTests {
    private static let float = try! BundledNetworks.network(named: "lapped8").float!
    private static let picture = Tensor<UInt8>(
        shape: TensorShape(height: 64, width: 64, channels: 3),
        elements: (0..<12_288).map { (index: Int) -> UInt8 in UInt8((index * index / 97 + index * 7) % 251) })

    private static func quantized(_ law: String, codebooks: Int = 8, bits: Int = 12) throws -> QuantizedNetwork {
        var options = QuantizationOptions()
        options.activations.law = try Law(law, at: "test")
        options.activations.codebooks = codebooks
        options.activations.bits = bits
        return try Quantizer(float, options: options).quantize([picture])
    }

    @Test("At most J codebooks, each selected; every decoded value fits V bits", arguments: [1, 3, 8], [9, 12])
    func limits(_ codebooks: Int, _ bits: Int) throws {
        for (name, format) in try Self.quantized("table", codebooks: codebooks, bits: bits).formats
        where name != "image" {
            guard case .codes(let set) = format, !Self.float.graph.latents.contains(name),
                !Self.float.graph.outputs.contains(name)
            else { continue }
            #expect((1...codebooks).contains(set.codebooks.count), "\(name)")
            #expect(Set(set.selects) == Set((0..<set.codebooks.count).map { UInt8($0) }), "\(name)")
            for channel in 0..<set.channels {
                let range = set.valueRange(channel: channel)
                #expect(
                    range.lowerBound >= -(1 << (bits - 1)) && range.upperBound < 1 << (bits - 1),
                    "\(name), channel \(channel): \(range)")
            }
        }
    }

    @Test(
        "On the picture that they were fitted to, tables lose less than any law with a closed form",
        arguments: ["linear", "power 2/1", "logarithmic 4", "minifloat 3 4"])
    func smallerError(_ law: String) throws {
        let input = Tensor(
            shape: Self.picture.shape,
            elements: Self.picture.elements.map { (sample: UInt8) -> Float in Float(sample) / 255 })
        let name = "gdn0"
        let tensor = try FloatModel(Self.float).run(input, keeping: [name])[name]!
        func error(_ network: QuantizedNetwork) -> Double {
            let result = Dequantization.roundTrip(tensor, through: network.formats[name]!)
            var sum = 0.0
            for (value, coded) in zip(tensor.elements, result.elements) {
                sum += Double(value - coded) * Double(value - coded)
            }
            return sum
        }
        #expect(try error(Self.quantized("table")) < error(Self.quantized(law)))
    }

    /// A uniform density has 256 equal cells: width 2/256, squared error width^2 / 12.
    @Test func uniformDensity() {
        let samples = WeightedSamples((0..<100_000).map { (value: (Double($0) + 0.5) / 50_000 - 1, weight: 1) })
        var levels = samples.companded()
        for _ in 0..<20 { levels = samples.centroids(of: levels) }
        for index in levels.indices {
            #expect(abs(levels[index] - ((Double(index) + 0.5) / 128 - 1)) < 1e-3, "level \(index)")
        }
        let entries = levels.map { Int32(($0 * 1e6).rounded()) }
        let decibels = 10 * log10((1.0 / 3) / (samples.squaredError(of: entries, step: 1e-6) / 100_000))
        #expect(abs(decibels - 20 * log10(256)) < 0.01, "\(decibels) dB")
    }

    /// Panter and Dite: at many levels the least squared error is (integral of the cube root of the density)^3 / (12
    /// n^2): for a Gaussian sqrt(3) pi / 2 / n^2 of its variance.
    @Test func gaussianDensity() {
        let samples = WeightedSamples(
            (-40_000...40_000).map { index in
                let value = Double(index) / 8_000
                return (value: value, weight: exp(-value * value / 2))
            })
        var levels = samples.companded()
        for _ in 0..<30 { levels = samples.centroids(of: levels) }
        let total = (-40_000...40_000).reduce(0.0) { $0 + exp(-Double($1) / 8_000 * Double($1) / 8_000 / 2) }
        let error = samples.squaredError(of: levels.map { Int32(($0 * 1e7).rounded()) }, step: 1e-7) / total
        let bound = 3.0.squareRoot() * .pi / 2 / 65_536
        #expect(error > 0.97 * bound && error < 1.04 * bound, "\(error / bound) of the bound")
    }

    /// Each level becomes the mean of the samples that are nearest to it, and stays where there are none.
    @Test func centroidsByDefinition() {
        let samples = (0..<500).map { (value: 3 * sin(Double($0 * $0)), weight: 1.1 + sin(Double($0))) }
        let levels = (0..<256).map { Double($0) / 40 - 3.2 }
        let found = WeightedSamples(samples).centroids(of: levels)
        for index in levels.indices {
            let low = index == 0 ? -Double.infinity : (levels[index - 1] + levels[index]) / 2
            let high = index == 255 ? Double.infinity : (levels[index] + levels[index + 1]) / 2
            let near = samples.filter { $0.value >= low && $0.value < high }
            let weight = near.reduce(0) { $0 + $1.weight }
            let expected = near.isEmpty ? levels[index] : near.reduce(0) { $0 + $1.weight * $1.value } / weight
            #expect(abs(found[index] - expected) < 1e-9, "level \(index)")
        }
    }

    @Test("Small ranges become neighbouring integers, within the limit")
    func integers() {
        let crowded = (0..<256).map { (Double($0) - 127.5) * 0.1 }
        let entries = TableQuantizer.integers(crowded, step: 1, limit: 2046)
        #expect(zip(entries, entries.dropFirst()).allSatisfy { $1 == $0 + 1 })
        #expect(abs(entries[0] + entries[255]) <= 1, "\(entries[0]) ... \(entries[255])")
        let oneSided = TableQuantizer.integers((0..<256).map { 1_000 + Double($0) * 0.01 }, step: 1, limit: 1_050)
        #expect(oneSided.last! == 1_050 && zip(oneSided, oneSided.dropFirst()).allSatisfy { $1 > $0 })
        let allThereAre = TableQuantizer.integers(crowded, step: 0.001, limit: 97)
        #expect(allThereAre == Array(-97...97))
        #expect(TableQuantizer.integers(crowded, step: 1, limit: 0) == [0])
        let wide = TableQuantizer.integers((0..<256).map { (Double($0) - 127.5) * 1_000 }, step: 1, limit: 2_046)
        #expect(wide.first! >= -2_046 && wide.last! <= 2_046 && zip(wide, wide.dropFirst()).allSatisfy { $1 > $0 })
    }

    @Test func learnedRangesAreRefused() throws {
        var network = Self.float
        network.ranges = LearnedRanges(clips: [:], activations: ["analysis0": Array(repeating: 1, count: 48)])
        var options = QuantizationOptions()
        options.activations.law = .table
        #expect { _ = try Quantizer(network, options: options).quantize([Self.picture]) } throws: { error in
            let diagnostic = error as? Diagnostic
            return diagnostic?.code == .networkValueOutOfRange
                && diagnostic?.found == "learned activation ranges and the law table"
        }
        options.takesLearnedRanges = false
        _ = try Quantizer(network, options: options).quantize([Self.picture])
    }
}

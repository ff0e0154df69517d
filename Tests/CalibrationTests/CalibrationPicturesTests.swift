import Calibration
import Diagnostics
import Graph
import Images
import NetworkFiles
import Networks
import Quantization
import Tensors
import Testing

/// Kinds of calibration pictures, and what is chosen across them.
@Suite struct CalibrationPicturesTests {
    private static func flat(_ value: UInt8, side: Int = 64) -> Tensor<UInt8> {
        Tensor(
            shape: TensorShape(height: side, width: side, channels: 3),
            elements: Array(repeating: value, count: side * side * 3))
    }

    @Test("Photographs alone are one kind; with drawn pictures they come first, and half of all weight is theirs")
    func kinds() {
        let photographs = [Self.flat(10), Self.flat(200)]
        let alone = CalibrationPictures(photographs: photographs)
        #expect(alone.kinds == ["photographs"] && alone.weights == [1] && alone.photographs == photographs)
        let all = CalibrationPictures(photographs: photographs, drawnWithSide: 130, multiple: 64)
        #expect(all.kinds == ["photographs", "chart"] + PictureKind.allCases.map(\.rawValue))
        #expect(all.photographs == photographs && all.pictureRanges[0] == 0..<2)
        #expect(
            all.pictures.count == 2 + 5 + 2 * PictureKind.allCases.count
                && all.pictureRanges.map(\.count) == [2, 5] + Array(repeating: 2, count: PictureKind.allCases.count))
        #expect(all.pictures.dropFirst(2).allSatisfy { $0.shape == TensorShape(height: 128, width: 128, channels: 3) })
        #expect(
            all.weights[0] == 0.5 && abs(all.weights.reduce(0, +) - 1) < 1e-12
                && Set(all.weights.dropFirst()).count == 1)
        #expect(all.pictures[2].elements == SaturatedChart.draw(width: 128, height: 128).samples)
        // The quarters of the larger chart, put together again.
        let large = SaturatedChart.draw(width: 256, height: 256)
        for (index, picture) in all.pictures[3..<7].enumerated() {
            let wrong = (0..<128 * 128).filter { place in
                let (y, x) = (place / 128, place % 128)
                let colour = large[y + index / 2 * 128, x + index % 2 * 128]
                return [picture[y, x, 0], picture[y, x, 1], picture[y, x, 2]] != [
                    colour.red, colour.green, colour.blue,
                ]
            }
            #expect(wrong == [])
        }
        #expect(
            CalibrationPictures(photographs: photographs, drawnWithSide: 16, multiple: 48).pictures.last!.shape.height
                == 96)
        #expect(
            CalibrationPictures(photographs: photographs, drawnWithSide: 4_096, multiple: 64).pictures.last!.shape
                .height == 256)
    }

    /// Sums of one element a picture: `float` is what they should be, `integer` what they are.
    private static func means(float: [Float], integer: [Double]) -> [Double] {
        let pictures = CalibrationPictures(photographs: [flat(0)], drawnWithSide: 64, multiple: 64)
        let one = TensorShape(height: 1, width: 1, channels: 1)
        // Kinds have 1, 5, 2, 2 ... pictures.
        func tensors<Element>(_ values: [Element]) -> [Tensor<Element>] {
            pictures.pictureRanges.enumerated().flatMap { kind, range in
                range.map { _ in Tensor(shape: one, elements: [values[kind]]) }
            }
        }
        return KindMeans(expected: tensors(float), found: tensors(integer), scales: [0.5], of: pictures).correction()
    }

    @Test("A mean error that all kinds share is taken up; one that contradicts itself from kind to kind is not")
    func correction() {
        // 9 kinds; each misses 40 integers of half a unit.
        #expect(Self.means(float: Array(repeating: 20, count: 9), integer: Array(repeating: 0, count: 9)) == [40])
        // Photographs miss 40 above; the eight others as much below: whoever is left out fares worse with the mean of
        // the others.
        #expect(
            Self.means(float: [20] + Array(repeating: -20, count: 8), integer: Array(repeating: 0, count: 9)) == [0])
        // Weighted: photographs count as much as the eight others together. 0.5 x 60 + 0.5 x 40 = 50.
        #expect(
            abs(
                Self.means(float: [30] + Array(repeating: 20, count: 8), integer: Array(repeating: 0, count: 9))[0] - 50
            ) < 1e-9)
    }

    @Test("Drawn pictures alone are refused: the network is made for the photographs")
    func photographsNeeded() throws {
        let float = try #require(try BundledNetworks.network(named: "lapped8").float)
        #expect {
            try Quantizer(float).quantize(CalibrationPictures(photographs: [], drawnWithSide: 64, multiple: 8))
        } throws: { ($0 as? Diagnostic)?.code == .networkValueOutOfRange }
    }

    @Test("The chord of the logarithm is exact at powers of two and rises between them")
    func chord() {
        #expect([1, 2, 1_024, 0.25].map(\.chordLogarithm) == [0, 1, 10, -2])
        #expect(1.5.chordLogarithm == 0.5 && 3.0.chordLogarithm == 1.5)
    }

    @Test(
        "With the chart, no tensor of lapped8 clips on saturated colours, of which flat gray photographs say nothing"
    )
    func ranges() throws {
        let float = try #require(try BundledNetworks.network(named: "lapped8").float)
        let gray = [0, 5].map { (first: Int) -> Tensor<UInt8> in
            let samples = (0..<64 * 64 * 3).map { (index: Int) -> UInt8 in UInt8(118 + (index / 3 + first) % 21) }
            return Tensor(shape: TensorShape(height: 64, width: 64, channels: 3), elements: samples)
        }
        let chart = SaturatedChart.draw(width: 64, height: 64)
        let input = Tensor<UInt8>(shape: TensorShape(height: 64, width: 64, channels: 3), elements: chart.samples)
        func share(_ pictures: CalibrationPictures) throws -> Double {
            let network = try Quantizer(float).quantize(pictures)
            let names = network.graph.layers.map(\.name)
            let tensors = IntegerEmulation(network).run(input, keeping: names)
            var (ends, count) = (0, 0)
            for name in names {
                guard case .codes(let set)? = network.formats[name], !network.graph.outputs.contains(name),
                    !network.graph.latents.contains(name)
                else { continue }
                for (index, value) in tensors[name]!.elements.enumerated() {
                    let range = set.valueRange(channel: index % set.channels)
                    if Int(value) == range.lowerBound || Int(value) == range.upperBound { ends += 1 }
                }
                count += tensors[name]!.elements.count
            }
            return Double(ends) / Double(count)
        }
        let alone = try share(CalibrationPictures(photographs: gray))
        let all = try share(CalibrationPictures(photographs: gray, drawnWithSide: 64, multiple: 8))
        #expect(
            alone > 0.05 && all < 0.001,
            "\(alone) of the elements at the ends of their codebooks, \(all) with drawn pictures")
    }
}

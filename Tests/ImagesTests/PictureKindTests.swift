import Images
import Testing

/// Drawn pictures and the chart of saturated colours.
@Suite struct PictureKindTests {
    private static func colours(_ picture: RGBImage) -> [Int: Int] {
        stride(from: 0, to: picture.samples.count, by: 3).reduce(into: [:]) { counts, first in
            counts[
                Int(picture.samples[first]) << 16 | Int(picture.samples[first + 1]) << 8
                    | Int(picture.samples[first + 2]), default: 0] += 1
        }
    }

    @Test(
        "Each kind has the asked size, is the same each time, and another picture for another number",
        arguments: PictureKind.allCases)
    func repeatable(_ kind: PictureKind) {
        for (width, height) in [(64, 64), (200, 130), (512, 512)] {
            let pictures = (0..<4).map { kind.draw(width: width, height: height, seed: $0) }
            #expect(
                pictures.allSatisfy {
                    $0.width == width && $0.height == height && $0.samples.count == width * height * 3
                })
            #expect(pictures[1] == kind.draw(width: width, height: height, seed: 1))
            #expect(Set(pictures.map(\.samples)).count == 4, "\(width)x\(height)")
        }
    }

    @Test("Extents that leave nothing over are drawn too, whatever the number", arguments: PictureKind.allCases)
    func manyNumbers(_ kind: PictureKind) {
        for seed in 0..<60 {
            #expect(kind.draw(width: 64 + seed % 7, height: 96 - seed % 5, seed: seed * 7_919).samples.count > 0)
        }
        #expect(kind.draw(width: 64, height: 64, seed: .max).width == 64)
    }

    @Test(
        "Flat areas have few colours, gradients and noise many; a saturated picture has those on the cube's edges"
    )
    func content() {
        for seed in 0..<6 {
            #expect(Self.colours(PictureKind.flat.draw(width: 256, height: 256, seed: seed)).count <= 13)
            #expect(Self.colours(PictureKind.gradients.draw(width: 256, height: 256, seed: seed)).count > 100)
            #expect(Self.colours(PictureKind.noise.draw(width: 256, height: 256, seed: seed)).count > 10)
            let saturated = Self.colours(PictureKind.saturated.draw(width: 256, height: 256, seed: seed)).filter {
                colour, _ in
                let samples = [colour >> 16, colour >> 8 & 255, colour & 255]
                return samples.max()! == 255 && samples.min()! == 0
            }
            #expect(saturated.values.reduce(0, +) > 256 * 256 / 50, "number \(seed)")
        }
    }

    @Test(
        "The chart shows all eight corners of the cube and points of all twelve edges, with hard and soft borders",
        arguments: [(64, 64), (192, 192), (257, 130), (1_024, 768)])
    func chart(_ width: Int, _ height: Int) {
        let chart = SaturatedChart.draw(width: width, height: height)
        #expect(
            chart.width == width && chart.height == height && chart == SaturatedChart.draw(width: width, height: height)
        )
        let colours = Self.colours(chart)
        for corner in 0..<8 {
            let colour = (corner >> 2 & 1) * 0xFF0000 | (corner >> 1 & 1) * 0xFF00 | (corner & 1) * 0xFF
            #expect(colours[colour, default: 0] > width * height / 200, "corner \(corner)")
            for bit in 0..<3 where corner >> bit & 1 == 0 {
                // An edge: two samples stay at their ends, the third is between them.
                let shift = bit * 8
                #expect(
                    (32...224).contains { colours[colour | $0 << shift] != nil },
                    "edge from corner \(corner) along bit \(bit)")
            }
        }
        // Hard: neighbours that differ by a whole side of the cube. Soft: as many that differ by a small step.
        var (hard, soft) = (0, 0)
        for y in 0..<height {
            for x in 1..<width {
                let step = abs(Int(chart[y, x].red) - Int(chart[y, x - 1].red))
                if step == 255 { hard += 1 }
                if (1...32).contains(step) { soft += 1 }
            }
        }
        #expect(hard > height && soft > height, "\(hard) hard and \(soft) soft steps")
    }
}

import Foundation
import Images
import Testing

@Suite struct TestPictureTests {
    @Test("The picture is 768x512 unless asked otherwise, and the same each time")
    func sameEachTime() {
        let picture = TestPicture.draw()
        #expect(picture.width == 768 && picture.height == 512)
        #expect(picture == TestPicture.draw())
    }

    @Test(
        "Every size from 512x512 can be drawn",
        arguments: [(512, 512), (513, 601), (1_920, 1_088), (2_100, 512), (512, 1_500)])
    func sizes(_ width: Int, _ height: Int) {
        let picture = TestPicture.draw(width: width, height: height)
        #expect(picture.width == width && picture.height == height)
    }

    @Test("It has what a codec finds hard: the full range in each channel, many colours, flat and busy blocks")
    func content() {
        let picture = TestPicture.draw()
        for channel in 0..<3 {
            let samples = stride(from: channel, to: picture.samples.count, by: 3).map { picture.samples[$0] }
            #expect(samples.min()! <= 8 && samples.max()! >= 250)
        }
        let colours = Set(stride(from: 0, to: picture.samples.count, by: 3).map { Array(picture.samples[$0..<$0 + 3]) })
        #expect(colours.count > 30_000)
        var (flat, busy) = (0, 0)
        for top in stride(from: 0, to: picture.height, by: 16) {
            for left in stride(from: 0, to: picture.width, by: 16) {
                let greens = (0..<256).map { Int(picture[top + $0 / 16, left + $0 % 16].green) }
                let range = greens.max()! - greens.min()!
                if range < 8 { flat += 1 }
                if range > 128 { busy += 1 }
            }
        }
        #expect(flat > 50 && busy > 200, "\(flat) flat and \(busy) busy blocks of 1,536")
    }

    @Test("The zone plate is symmetric in both axes and about the diagonal")
    func zonePlate() {
        let picture = TestPicture.draw()
        // The layout at 768 pixels: gaps of 12, six panels of (768 - 7 x 12) / 6 = 114, the strip 114 + 2 x 12 + 7 + 6
        // = 151 rows high.
        let (top, left, side) = (512 - 151 + 12, 12, 114)
        let unlike = (0..<side * side).filter { position in
            let (y, x) = (position / side, position % side)
            let mirrored = [
                picture[top + side - 1 - y, left + x], picture[top + y, left + side - 1 - x],
                picture[top + x, left + y],
            ]
            return mirrored.contains { $0 != picture[top + y, left + x] }
        }
        #expect(unlike == [])
        #expect(Set((0..<side).map { picture[top + side / 2, left + $0].red }).count > 20)
    }

    @Test("The integer sine stays within 1.5 of 256 of the sine for all 65,536 phases")
    func sine() {
        let wrong = (0..<65_536).filter { phase in
            let exact = 256 * sin(2 * Double.pi * Double(phase) / 65_536)
            return abs(Double(IntegerWave.sine(phase)) - exact) >= 1.5
                || IntegerWave.sine(phase - 65_536) != IntegerWave.sine(phase)
        }
        #expect(wrong == [])
    }

    @Test("The integer square root is the largest integer whose square fits")
    func squareRoot() {
        for value in Array(0..<5_000) + [1 << 32 - 1, 1 << 32, 1 << 32 + 1, 1 << 60] {
            let root = IntegerWave.squareRoot(value)
            #expect(root * root <= value && (root + 1) * (root + 1) > value)
        }
    }
}

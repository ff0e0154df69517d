import Diagnostics
import Images
import Tensors
import Testing

@Suite struct RGBImageTests {
    @Test("Padding repeats the nearest pixel at the bottom and at the right, cropping undoes it", arguments: 1...9)
    func padding(_ width: Int) {
        for height in 1...9 {
            for multiple in 1...6 {
                let picture = PNGWriterTests.picture(width: width, height: height, seed: UInt64(width * 100 + height))
                let padded = picture.padded(toMultipleOf: multiple)
                #expect(padded.width % multiple == 0 && (width..<width + multiple).contains(padded.width))
                #expect(padded.height % multiple == 0 && (height..<height + multiple).contains(padded.height))
                for y in 0..<padded.height {
                    for x in 0..<padded.width {
                        #expect(padded[y, x] == picture[min(y, height - 1), min(x, width - 1)])
                    }
                }
                #expect(padded.cropped(width: width, height: height) == picture)
            }
        }
    }

    @Test("The tensor holds the samples in order")
    func tensor() {
        let picture = RGBImage(width: 2, height: 2, samples: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])
        #expect(picture.tensor.shape == TensorShape(height: 2, width: 2, channels: 3))
        #expect(picture.tensor[1, 0, 2] == 9)
        #expect(RGBImage(picture.tensor) == picture)
    }

    @Test("PSNR follows its definition")
    func psnr() throws {
        let black = RGBImage(width: 2, height: 1, colour: RGBColour(0, 0, 0))
        let white = RGBImage(width: 2, height: 1, colour: RGBColour(255, 255, 255))
        #expect(try PSNR(of: white, against: black).decibels == 0)
        #expect(try PSNR(of: black, against: black).decibels == .infinity)
        #expect(try PSNR(of: black, against: black).finiteDecibels == nil)
        // One sample of six differs by 6: the mean squared error is 36 / 6 = 6, and 10 log10(65025 / 6) = 40.3492...
        let near = RGBImage(width: 2, height: 1, samples: [0, 6, 0, 0, 0, 0])
        let ratio = try PSNR(of: near, against: black)
        #expect(ratio.squaredErrorSum == 36 && ratio.sampleCount == 6 && ratio.meanSquaredError == 6)
        #expect(abs(ratio.decibels - 40.3493) < 0.0001)
    }

    @Test("PSNR of pictures of different shape is refused")
    func psnrShapes() {
        let error = #expect(throws: Diagnostic.self) {
            try PSNR(
                of: RGBImage(width: 2, height: 1, colour: RGBColour(0, 0, 0)),
                against: RGBImage(width: 1, height: 2, colour: RGBColour(0, 0, 0)))
        }
        #expect(error?.code == .imageShapeMismatch)
        #expect(error?.found == "2x1 and 1x2 pixels")
    }
}

public import Diagnostics
import Foundation

/// The peak signal-to-noise ratio of two 8-bit RGB pictures: the squared error is averaged over all samples of all
/// three channels, the peak is 255.
///
/// The sum of squared errors is exact; decibels pass through the system's `log10` and are for people, not for
/// comparison bit by bit. Equal pictures have an infinite ratio. JSON has no infinity: reports leave the ratio out
/// where it is.
public struct PSNR: Equatable, Sendable {
    /// Sum over all samples of the squared difference.
    public let squaredErrorSum: UInt64
    /// Samples compared: height x width x 3.
    public let sampleCount: Int

    /// Compares two pictures; throws `IMAGE-007` when their shapes differ.
    public init(of image: RGBImage, against original: RGBImage) throws(Diagnostic) {
        guard image.width == original.width && image.height == original.height else {
            throw Diagnostic(
                .imageShapeMismatch, at: "pictures to compare",
                found: "\(image.width)x\(image.height) and \(original.width)x\(original.height) pixels",
                expected: "two pictures of the same width and height",
                remedy: "crop one of them or compare with the picture it was made from")
        }
        var sum: UInt64 = 0
        for (sample, originalSample) in zip(image.samples, original.samples) {
            let difference = Int32(sample) - Int32(originalSample)
            sum += UInt64(difference * difference)
        }
        self.squaredErrorSum = sum
        self.sampleCount = image.samples.count
    }

    public var meanSquaredError: Double { Double(squaredErrorSum) / Double(sampleCount) }

    /// 10 log10(255^2 / mean squared error), infinite when the pictures are equal.
    public var decibels: Double { squaredErrorSum == 0 ? .infinity : 10 * log10(255 * 255 / meanSquaredError) }

    /// The ratio as JSON can hold it: `nil` when it is infinite.
    public var finiteDecibels: Double? { squaredErrorSum == 0 ? nil : decibels }
}

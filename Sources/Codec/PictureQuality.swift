public import Diagnostics
import FileFormats
public import Images
import Text

/// How near a picture is to its original.
public struct PictureQuality: Codable, Equatable, Sendable {
    /// Null where the pictures are equal.
    public var psnr: Double?
    /// Null where a side is too short for five scales.
    public var msSSIM: Double?

    /// - Throws: `imageShapeMismatch`, `memoryBudgetExceeded`.
    public init(of picture: RGBImage, against original: RGBImage, memory: MemoryBudget = .standard) throws(Diagnostic) {
        try memory.require(
            MSSSIM.byteCount(width: original.width, height: original.height),
            for: "MS-SSIM of \(original.width)x\(original.height) pixels", at: "pictures to compare")
        psnr = try PSNR(of: picture, against: original).finiteDecibels
        msSSIM = MSSSIM.value(of: picture, against: original)
    }

    public var text: String {
        """
        psnr        \(psnr.map { $0.fixed(4) + " dB" } ?? "equal pictures")
        ms-ssim     \(msSSIM.map { $0.fixed(6) } ?? "needs sides of \(MSSSIM.smallestSide) or more")

        """
    }
}

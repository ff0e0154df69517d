public import Diagnostics
import FileFormats
public import Images
public import Simulation
public import Text

/// One coded picture in numbers.
public struct CodedPictureReport: Codable, Equatable, Sendable {
    public var width: Int
    public var height: Int
    public var quantizer: String
    public var rate: Int
    /// In sixteenths of a symbol step, as `--step` takes it.
    public var step: Int
    public var bytes: Int
    public var headerBytes: Int
    public var hyperLatentBytes: Int
    public var latentBytes: Int
    public var bitsPerPixel: Double
    /// Under the integer tables, without header.
    public var idealBitsPerPixel: Double
    public var symbols: Int
    public var escapes: Int
    /// Null where the pictures are equal.
    public var psnr: Double?
    /// Absent where no tensor lost more than one element in a thousand to its format.
    public var clipping: ClippingReport?
    /// What this encode took, and what its decode will take.
    public var budget: CodecBudget

    public init(_ encoded: EncodedPicture, original: RGBImage, budget: CodecBudget) throws(Diagnostic) {
        self.budget = budget
        let header = encoded.header
        let pixels = Double(header.width * header.height)
        width = header.width
        height = header.height
        quantizer = header.quantizer.rawValue
        rate = header.rate
        step = (header.step << 4) >> encoded.fractionBits
        bytes = encoded.bytes.count
        headerBytes = StreamHeader.byteCount + header.trellisBytes
        hyperLatentBytes = header.hyperLatentBytes
        latentBytes = header.latentBytes
        bitsPerPixel = Double(encoded.bytes.count * 8) / pixels
        idealBitsPerPixel = encoded.idealBits / pixels
        symbols = encoded.symbolCount
        escapes = encoded.escapeCount
        clipping = encoded.clipping
        psnr = try PSNR(of: encoded.reconstruction, against: original).finiteDecibels
    }

    /// - Parameter style: of the lines.
    public func text(_ style: TextStyle) -> String {
        let quality = psnr.map { $0.fixed(3) + " dB" } ?? "equal"
        let lines = """
            picture     \(width)x\(height), rate \(rate), \(quantizer) with step \(step)/16
            bytes       \(bytes): header \(headerBytes), hyper-latents \(hyperLatentBytes), latents \(latentBytes)
            rate        \(bitsPerPixel.fixed(4)) bits a pixel, \
            \(idealBitsPerPixel.fixed(4)) under the integer tables; \(symbols.counted("symbol")), \(escapes) \
            escapes
            psnr        \(quality)
            """
        return style.wrappedLines(of: lines, indent: 12) + "\n\n" + budget.text(style)
    }
}

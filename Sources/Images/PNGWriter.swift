import CPNG
public import Diagnostics

/// Writes 8-bit RGB pictures as PNG files.
public enum PNGWriter {
    /// Writes the picture whole or not at all. Errors: `OUTPUT-001`, `OUTPUT-002`.
    public static func write(_ image: RGBImage, to path: String) throws(Diagnostic) {
        try AtomicFile.write(encode(image), to: path)
    }

    /// The bytes of the PNG file: 8-bit RGB, not interlaced, no chunks but IHDR, IDAT and IEND. The same picture gives
    /// the same bytes with the same zlib.
    public static func encode(_ image: RGBImage) -> [UInt8] {
        precondition(
            image.width <= PNGReader.maximumSide && image.height <= PNGReader.maximumSide,
            "\(image.width)x\(image.height) pixels pass the bound")
        var message = [CChar](repeating: 0, count: Int(INTAGLIO_PNG_MESSAGE_BYTES))
        var bytes: UnsafeMutablePointer<UInt8>?
        var count = 0
        let written = intaglio_png_write_rgb(
            image.samples, UInt32(image.width), UInt32(image.height), &bytes, &count, &message)
        precondition(written == 1, "libpng refused a valid picture: there is not enough memory")
        defer { intaglio_png_free(bytes) }
        return Array(UnsafeBufferPointer(start: bytes, count: count))
    }
}

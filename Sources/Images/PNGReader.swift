import CPNG
public import Diagnostics

/// A picture read from a PNG file, with what had to be converted.
public struct PNGPicture: Equatable, Sendable {
    public let image: RGBImage
    /// In the order of `ImageConversion.allCases`; empty for plain 8-bit RGB.
    public let conversions: [ImageConversion]

    public init(image: RGBImage, conversions: [ImageConversion] = []) {
        self.image = image
        self.conversions = conversions
    }
}

/// Reads PNG pictures into 8-bit RGB.
///
/// The samples are those stored: no gamma, no colour profile, no background is applied, whatever chunks the file has.
/// What a file has beyond 8-bit RGB is converted by the rules of `ImageConversion` and reported.
public enum PNGReader {
    /// The largest width and height, in pixels.
    public static let maximumSide = 65_535
    /// The largest number of pixels.
    public static let maximumPixels = 1 << 28

    static let signature: [UInt8] = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]

    /// Reads a file. Errors: `IMAGE-001` missing, `-002` empty, `-003` not PNG, `-004` truncated or corrupt, `-005` too large, `-006` unreadable.
    public static func read(path: String) throws(Diagnostic) -> PNGPicture {
        try decode(ImageFile.bytes(of: path, whileStarting: signature), place: path)
    }

    /// Decodes the bytes of a PNG file; `place` names them in errors.
    public static func decode(_ bytes: [UInt8], place: String) throws(Diagnostic) -> PNGPicture {
        try checkSignature(bytes, place: place)
        let stored = try StoredPNG(bytes, place: place)
        return PNGPicture(image: try stored.converted(place: place), conversions: stored.conversions)
    }

    private static func checkSignature(_ bytes: [UInt8], place: String) throws(Diagnostic) {
        guard !bytes.isEmpty else {
            throw Diagnostic(.imageEmpty, at: place, found: "the file has no bytes", expected: "a PNG picture", remedy: "write the picture again")
        }
        guard bytes.starts(with: signature.prefix(bytes.count)) else {
            let start = bytes.prefix(8).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: " ")
            throw Diagnostic(
                .imageNotPNG, at: place, found: "the file starts with bytes \(start)", expected: "a PNG picture (89 50 4e 47 0d 0a 1a 0a)",
                remedy: "convert the picture to PNG, 8-bit RGB")
        }
        guard bytes.count > signature.count else {
            throw .corruptPNG(place, "the file ends after \(bytes.count) bytes")
        }
    }
}

extension Diagnostic {
    static func corruptPNG(_ place: String, _ found: String) -> Diagnostic {
        Diagnostic(.imageTruncated, at: place, found: found, expected: "a complete PNG picture without errors", remedy: "copy or write the picture again")
    }
}

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

    /// First bytes of formats that pictures often have instead.
    private static let pictureKinds: [(name: String, start: [UInt8])] = [
        ("JPEG", [0xff, 0xd8, 0xff]), ("GIF", [0x47, 0x49, 0x46, 0x38]), ("BMP", [0x42, 0x4d]),
        ("TIFF", [0x49, 0x49, 0x2a, 0x00]), ("TIFF", [0x4d, 0x4d, 0x00, 0x2a]), ("WebP", [0x52, 0x49, 0x46, 0x46]),
    ]

    /// Reads a file. Errors: `IMAGE-001` missing, `-002` empty, `-003` not PNG, `-004` truncated or corrupt, `-005` too
    /// large, `-006` unreadable, `MEMORY-001` where the extents of its header ask for more than the budget.
    public static func read(path: String, memory: MemoryBudget = .standard) throws(Diagnostic) -> PNGPicture {
        let limit = min(ImageFile.maximumBytes, memory.freeBytes)
        let bytes: [UInt8]
        do {
            bytes = try ImageFile.bytes(of: path, whileStarting: signature, limit: limit)
        } catch {
            if error.code == .imageTooLarge, limit < ImageFile.maximumBytes {
                try memory.require(limit + 1, for: "the file of a picture, or more", at: path)
            }
            throw error
        }
        return try decode(bytes, place: path, memory: memory)
    }

    /// Decodes the bytes of a PNG file; `place` names them in errors.
    public static func decode(
        _ bytes: [UInt8], place: String, memory: MemoryBudget = .standard
    ) throws(Diagnostic) -> PNGPicture {
        try checkSignature(bytes, place: place)
        let stored = try StoredPNG(bytes, place: place, memory: memory.beside(bytes.count))
        return PNGPicture(image: try stored.converted(place: place), conversions: stored.conversions)
    }

    private static func checkSignature(_ bytes: [UInt8], place: String) throws(Diagnostic) {
        guard !bytes.isEmpty else {
            throw Diagnostic(
                .imageEmpty, at: place, found: "the file has no bytes", expected: "a PNG picture",
                remedy: "write the picture again")
        }
        guard bytes.starts(with: signature.prefix(bytes.count)) else {
            let kind = pictureKinds.first { bytes.starts(with: $0.start) }.map { ", a \($0.name) picture" } ?? ""
            let start = bytes.prefix(8).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: " ")
            throw Diagnostic(
                .imageNotPNG, at: place, found: "the file starts with bytes \(start)\(kind)",
                expected: "a PNG picture (89 50 4e 47 0d 0a 1a 0a)",
                remedy: "convert the picture to PNG, 8-bit RGB")
        }
        guard bytes.count > signature.count else {
            throw .corruptPNG(place, "the file ends after \(bytes.count) bytes")
        }
    }
}

extension Diagnostic {
    static func corruptPNG(_ place: String, _ found: String) -> Diagnostic {
        Diagnostic(
            .imageTruncated, at: place, found: found, expected: "a complete PNG picture without errors",
            remedy: "copy or write the picture again")
    }
}

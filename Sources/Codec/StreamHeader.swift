import Diagnostics
import Text

/// The first 60 bytes of a coded picture; integers are little endian.
///
///      0  magic "INTG"        4  version 1      5  quantizer (`QuantizerKind`)
///      6  rate                7  lanes of the entropy coder
///      8  width, 4 bytes     12  height, 4 bytes
///     16  step in grid steps, 2 bytes           18  zero, 2 bytes
///     20  network digest: the first 16 bytes of SHA-256
///     36  bytes of the hyper-latents' section, 4          40  bytes of the latents' section, 4
///     44  CRC-32 of the hyper-latents' section            48  CRC-32 of the latents' section
///     52  bytes of the trellis section, 4                 56  CRC-32 of bytes 0 ... 55
///
/// The sections follow in this order: trellis table (only for a trellis of one's own), hyper-latents (only with a
/// hyperprior), latents.
public struct StreamHeader: Hashable, Sendable {
    public static let byteCount = 60
    public static let magic: [UInt8] = Array("INTG".utf8)
    public static let version: UInt8 = 1
    /// Pictures of more pixels are refused, as in PNG files.
    public static let largestPixelCount = 1 << 28

    public var quantizer: QuantizerKind
    public var rate: Int
    public var lanes: Int
    public var width: Int
    public var height: Int
    public var step: Int
    /// 16 bytes.
    public var networkDigest: [UInt8]
    public var trellisBytes: Int
    public var hyperLatentBytes: Int
    public var latentBytes: Int
    public var hyperLatentChecksum: UInt32
    public var latentChecksum: UInt32

    var bytes: [UInt8] {
        var bytes = Self.magic + [Self.version, quantizer.streamCode, UInt8(rate), UInt8(lanes)]
        for value in [width, height] { bytes += Self.littleEndian(value, count: 4) }
        bytes += Self.littleEndian(step, count: 2) + [0, 0] + networkDigest
        for value in [hyperLatentBytes, latentBytes, Int(hyperLatentChecksum), Int(latentChecksum), trellisBytes] {
            bytes += Self.littleEndian(value, count: 4)
        }
        bytes += Self.littleEndian(Int(Checksum.crc32(bytes)), count: 4)
        precondition(bytes.count == Self.byteCount, "a header of \(bytes.count) bytes")
        return bytes
    }

    /// - Throws: `streamNotOne`, `streamVersionUnknown`, `streamTruncated`, `streamHeaderInvalid`.
    init(_ bytes: [UInt8], at place: String) throws(Diagnostic) {
        guard bytes.starts(with: Self.magic) else {
            throw Diagnostic(
                .streamNotOne, at: place,
                found: "a file that does not begin with \(String(decoding: Self.magic, as: UTF8.self))",
                expected: "a coded picture",
                remedy: "name a file that `intaglio encode` wrote")
        }
        guard bytes.count > 4, bytes[4] == Self.version else {
            throw Diagnostic(
                .streamVersionUnknown, at: place, found: bytes.count > 4 ? "version \(bytes[4])" : "no version",
                expected: "version \(Self.version)",
                remedy: "encode the picture again, or decode it with the version that wrote it")
        }
        guard bytes.count >= Self.byteCount else {
            throw Diagnostic(
                .streamTruncated, at: place, found: bytes.count.counted("byte"),
                expected: "a header of \(Self.byteCount)",
                remedy: "the file is damaged: copy it again")
        }
        func integer(_ offset: Int, _ count: Int) -> Int {
            (0..<count).reduce(0) { $0 | Int(bytes[offset + $1]) << (8 * $1) }
        }
        func invalid(_ found: String, _ expected: String) -> Diagnostic {
            Diagnostic(
                .streamHeaderInvalid, at: place, found: found, expected: expected,
                remedy: "the file is damaged: copy it again")
        }
        guard integer(56, 4) == Int(Checksum.crc32(bytes[..<56])) else {
            throw invalid("a header that does not fit its checksum", "CRC-32 of bytes 0...55")
        }
        guard let quantizer = QuantizerKind(streamCode: bytes[5]) else {
            throw invalid("quantizer \(bytes[5])", "0...4")
        }
        self.quantizer = quantizer
        (rate, lanes) = (Int(bytes[6]), Int(bytes[7]))
        (width, height, step) = (integer(8, 4), integer(12, 4), integer(16, 2))
        networkDigest = Array(bytes[20..<36])
        (hyperLatentBytes, latentBytes, trellisBytes) = (integer(36, 4), integer(40, 4), integer(52, 4))
        (hyperLatentChecksum, latentChecksum) = (UInt32(integer(44, 4)), UInt32(integer(48, 4)))
        guard width > 0, height > 0, width <= 65_535, height <= 65_535, width * height <= Self.largestPixelCount else {
            throw invalid("\(width)x\(height) pixels", "1...65535 a side, at most 2^28 in all")
        }
        guard (1...16).contains(lanes), (1...1 << 14).contains(step), integer(18, 2) == 0 else {
            throw invalid("\(lanes) lanes, step \(step)", "1...16 lanes, a step of 1...16384")
        }
    }

    /// Of the sections that follow it.
    init(
        quantizer: QuantizerKind, rate: Int, lanes: Int, width: Int, height: Int, step: Int, networkDigest: [UInt8],
        sections: Sections
    ) {
        self.quantizer = quantizer
        self.rate = rate
        self.lanes = lanes
        self.width = width
        self.height = height
        self.step = step
        self.networkDigest = networkDigest
        trellisBytes = sections.trellis.count
        hyperLatentBytes = sections.hyperLatents.count
        latentBytes = sections.latents.count
        hyperLatentChecksum = Checksum.crc32(sections.hyperLatents)
        latentChecksum = Checksum.crc32(sections.latents)
    }

    private static func littleEndian(_ value: Int, count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
}

/// How latents become symbols.
public enum QuantizerKind: String, CaseIterable, Sendable {
    case round
    case rdoq
    case tcq4
    case tcq8
    /// A trellis of one's own: its table travels in the stream.
    case trellis

    var streamCode: UInt8 { UInt8(Self.allCases.firstIndex(of: self)!) }

    init?(streamCode: UInt8) {
        guard Self.allCases.indices.contains(Int(streamCode)) else { return nil }
        self = Self.allCases[Int(streamCode)]
    }
}

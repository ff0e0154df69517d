import Diagnostics

/// The parts of a stream behind its header, in this order.
struct Sections {
    /// Empty but for a trellis of one's own.
    let trellis: [UInt8]
    /// Empty without a hyperprior.
    let hyperLatents: [UInt8]
    let latents: [UInt8]

    init(trellis: [UInt8], hyperLatents: [UInt8], latents: [UInt8]) {
        self.trellis = trellis
        self.hyperLatents = hyperLatents
        self.latents = latents
    }

    var bytes: [UInt8] { trellis + hyperLatents + latents }

    /// Those of a whole stream.
    ///
    /// - Throws: `streamTruncated`, `streamHeaderInvalid`, `streamChecksumMismatch`.
    init(_ bytes: [UInt8], _ header: StreamHeader, at place: String) throws(Diagnostic) {
        try header.requireLength(bytes.count, at: place)
        var rest = bytes[StreamHeader.byteCount...]
        func take(_ count: Int) -> [UInt8] {
            let section = Array(rest.prefix(count))
            rest = rest.dropFirst(count)
            return section
        }
        trellis = take(header.trellisBytes)
        hyperLatents = take(header.hyperLatentBytes)
        latents = take(header.latentBytes)
        for (name, section, checksum) in [
            ("hyper-latents", hyperLatents, header.hyperLatentChecksum), ("latents", latents, header.latentChecksum),
        ] {
            guard Checksum.crc32(section) == checksum else {
                throw Diagnostic(
                    .streamChecksumMismatch, at: "\(place), \(name)",
                    found: "CRC-32 \(String(Checksum.crc32(section), radix: 16))",
                    expected: String(checksum, radix: 16),
                    remedy: "the file is damaged: copy it again")
            }
        }
    }
}

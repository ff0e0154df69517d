public import Diagnostics
import EntropyCoding
import Graph
public import Images
import Networks
import Quantization
import Tensors

extension PictureCodec {
    /// The picture of a stream.
    ///
    /// Nothing is allocated before the header is known to be whole, and then by the extents that it states.
    ///
    /// - Parameter place: names the stream in diagnostics.
    /// - Throws: the STREAM codes, `trellisTableInvalid`.
    public mutating func decode(_ bytes: [UInt8], at place: String) throws(Diagnostic) -> RGBImage {
        let header = try StreamHeader(bytes, at: place)
        let sections = try Sections(bytes, header, at: place)
        guard header.networkDigest == networkDigest else {
            throw Diagnostic(
                .streamOfAnotherNetwork, at: place, found: "network \(Self.hexadecimal(header.networkDigest))",
                expected: "\(Self.hexadecimal(networkDigest)), the digest of \(network.graph.name)", remedy: "name the network file that encoded the picture: --network FILE")
        }
        guard header.rate < rateCount, header.lanes == parameters.lanes else {
            throw Diagnostic(
                .streamHeaderInvalid, at: place, found: "rate \(header.rate), \(header.lanes) lanes", expected: "rates 0...\(rateCount - 1), \(parameters.lanes) lanes",
                remedy: "the file is damaged: copy it again")
        }
        let trellis = header.quantizer == .trellis ? try TrellisTable(streamBytes: sections.trellis, at: place) : nil
        let quantizer = LatentQuantizer(header.quantizer, fractionBits: fractionBits, step: header.step, trellis: trellis)
        let shapes = try network.shapes(height: network.graph.padded(header.height), width: network.graph.padded(header.width)).mapValues {
            TensorShape(height: $0.height, width: $0.width, channels: $0.channels)
        }
        var predicted: Tensor<Int32>?
        if let name = tensors.hyperLatent {
            predicted = try predict(try hyperLatents(sections.hyperLatents, shapes[name]!, at: place), rate: header.rate)
        }
        let plane = LatentPlane(
            shape: shapes[tensors.latent]!, parameters: predicted, codec: parameters, grid: tensors.grid, cellStep: quantizer.cellStep)
        var decoder = try InterleavedDecoder(sections.latents, tables: parameters.latentTables, lanes: parameters.lanes, at: "\(place), latents")
        let symbols =
            if let trellis = quantizer.trellis {
                decoder.decode(tableIndices: plane.tableIndices, along: trellis, quantizerPitch: parameters.levelCount)
            } else {
                decoder.decode(tableIndices: plane.tableIndices)
            }
        try decoder.requireEnd()
        let reconstruction = plane.reconstruct(symbols, step: header.step, trellis: quantizer.trellis)
        return try synthesize(reconstruction, rate: header.rate, width: header.width, height: header.height)
    }

    private func hyperLatents(_ bytes: [UInt8], _ shape: TensorShape, at place: String) throws(Diagnostic) -> Tensor<Int32> {
        var decoder = try InterleavedDecoder(bytes, tables: parameters.hyperLatentTables!, lanes: parameters.lanes, at: "\(place), hyper-latents")
        let codes = decoder.decode(tableIndices: Self.channelIndices(shape))
        try decoder.requireEnd()
        let (pixels, counts) = (shape.height * shape.width, hyperLatentCodeCounts)
        if let index = codes.indices.first(where: { !(0..<counts[$0 / pixels]).contains(codes[$0]) }) {
            throw Diagnostic(
                .streamPayloadInvalid, at: "\(place), hyper-latents, channel \(index / pixels)", found: "symbol \(codes[index]), which is no code",
                expected: "codes 0...\(counts[index / pixels] - 1)", remedy: "the file is damaged: copy it again")
        }
        return LatentPlane.tensor(codes, shape: shape)
    }

    /// How many codes each channel of the hyper-latent has.
    private var hyperLatentCodeCounts: [Int32] {
        guard let name = tensors.hyperLatent, case .codes(let set)? = network.formats[name] else { return [] }
        return set.selects.map { Int32(set.codebooks[Int($0)].entries.count) }
    }

    private static func hexadecimal(_ bytes: [UInt8]) -> String { bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined() }
}

/// The parts of a stream behind its header.
struct Sections {
    let trellis: [UInt8]
    let hyperLatents: [UInt8]
    let latents: [UInt8]

    /// - Throws: `streamTruncated`, `streamHeaderInvalid`, `streamChecksumMismatch`.
    init(_ bytes: [UInt8], _ header: StreamHeader, at place: String) throws(Diagnostic) {
        let expected = StreamHeader.byteCount + header.trellisBytes + header.hyperLatentBytes + header.latentBytes
        guard bytes.count >= expected else {
            throw Diagnostic(.streamTruncated, at: place, found: "\(bytes.count) bytes", expected: "\(expected)", remedy: "the file is damaged: copy it again")
        }
        guard bytes.count == expected, (header.quantizer == .trellis) == (header.trellisBytes > 0) else {
            throw Diagnostic(
                .streamHeaderInvalid, at: place, found: "\(bytes.count) bytes, \(header.trellisBytes) of them a trellis", expected: "\(expected) as the header says",
                remedy: "the file is damaged: copy it again")
        }
        var rest = bytes[StreamHeader.byteCount...]
        func take(_ count: Int) -> [UInt8] {
            let section = Array(rest.prefix(count))
            rest = rest.dropFirst(count)
            return section
        }
        trellis = take(header.trellisBytes)
        hyperLatents = take(header.hyperLatentBytes)
        latents = take(header.latentBytes)
        for (name, section, checksum) in [("hyper-latents", hyperLatents, header.hyperLatentChecksum), ("latents", latents, header.latentChecksum)] {
            guard Checksum.crc32(section) == checksum else {
                throw Diagnostic(
                    .streamChecksumMismatch, at: "\(place), \(name)", found: "CRC-32 \(String(Checksum.crc32(section), radix: 16))", expected: String(checksum, radix: 16),
                    remedy: "the file is damaged: copy it again")
            }
        }
    }
}

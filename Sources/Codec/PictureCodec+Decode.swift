public import Diagnostics
import EntropyCoding
import Graph
public import Images
import Networks
import Quantization
import Tensors
import Text

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
        try requireDecodable(header, at: place)
        return try decode(header, sections, at: place)
    }

    /// The picture of a stream's file, whose sections are read when the header says that this network made them and how
    /// long they may be.
    ///
    /// - Throws: as above, `memoryBudgetExceeded`.
    public mutating func decode(_ file: StreamFile) throws(Diagnostic) -> RGBImage {
        try requireDecodable(file.header, at: file.path)
        return try decode(file.header, Sections(file.bytes(), file.header, at: file.path), at: file.path)
    }

    /// Asks a header whether this network can have made the stream, and whether there is memory for its picture.
    private func requireDecodable(_ header: StreamHeader, at place: String) throws(Diagnostic) {
        guard header.networkDigest == networkDigest else {
            throw Diagnostic(
                .streamOfAnotherNetwork, at: place, found: "network \(Self.hexadecimal(header.networkDigest))",
                expected: "\(Self.hexadecimal(networkDigest)), the digest of \(network.graph.name)",
                remedy: "name the network file that encoded the picture: --network FILE")
        }
        guard header.rate < rateCount, header.lanes == parameters.lanes else {
            throw Diagnostic(
                .streamHeaderInvalid, at: place, found: "rate \(header.rate), \(header.lanes) lanes",
                expected: "rates 0...\(rateCount - 1), \(parameters.lanes) lanes",
                remedy: "the file is damaged: copy it again")
        }
        let shapes = try network.shapes(
            height: network.graph.padded(header.height), width: network.graph.padded(header.width))
        let sections = [
            ("latents", header.latentBytes, longestSection(shapes[tensors.latent]!.count)),
            (
                "hyper-latents", header.hyperLatentBytes,
                tensors.hyperLatent.map { longestSection(shapes[$0]!.count) } ?? 0
            ),
            ("trellis", header.trellisBytes, TrellisTable.largestStreamBytes),
        ]
        for (name, bytes, longest) in sections where bytes > longest {
            throw Diagnostic(
                .streamSectionTooLong, at: "\(place), \(name)",
                found: "\(bytes.counted("byte")) for a picture of \(header.width)x\(header.height)",
                expected: "at most \(longest)",
                remedy: "the file is damaged: copy it again")
        }
        try requireMemory(width: header.width, height: header.height)
    }

    /// Bytes that so many symbols can take: a word for the slot and one for each of the three pieces of an escape.
    private func longestSection(_ symbols: Int) -> Int {
        InterleavedEncoder.stateBytes * parameters.lanes + 8 * symbols
    }

    private mutating func decode(
        _ header: StreamHeader, _ sections: Sections, at place: String
    ) throws(Diagnostic) -> RGBImage {
        let trellis = header.quantizer == .trellis ? try TrellisTable(streamBytes: sections.trellis, at: place) : nil
        let quantizer = LatentQuantizer(
            header.quantizer, fractionBits: fractionBits, step: header.step, trellis: trellis)
        let shapes = try network.shapes(
            height: network.graph.padded(header.height), width: network.graph.padded(header.width)
        ).mapValues {
            TensorShape(height: $0.height, width: $0.width, channels: $0.channels)
        }
        var predicted: Tensor<Int32>?
        if let name = tensors.hyperLatent {
            predicted = try predict(
                try hyperLatents(sections.hyperLatents, shapes[name]!, at: place), rate: header.rate
            ).parameters
        }
        let plane = LatentPlane(
            shape: shapes[tensors.latent]!, parameters: predicted, codec: parameters, tensors: tensors,
            cellStep: quantizer.cellStep)
        var decoder = try InterleavedDecoder(
            sections.latents, tables: parameters.latentTables, lanes: parameters.lanes, at: "\(place), latents")
        let symbols =
            if let trellis = quantizer.trellis {
                decoder.decode(tableIndices: plane.tableIndices, along: trellis, quantizerPitch: parameters.levelCount)
            } else {
                decoder.decode(tableIndices: plane.tableIndices)
            }
        try decoder.requireEnd()
        let reconstruction = plane.reconstruct(symbols, step: header.step, trellis: quantizer.trellis)
        return try synthesize(reconstruction, rate: header.rate, width: header.width, height: header.height).picture
    }

    private func hyperLatents(
        _ bytes: [UInt8], _ shape: TensorShape, at place: String
    ) throws(Diagnostic) -> Tensor<Int32> {
        var decoder = try InterleavedDecoder(
            bytes, tables: parameters.hyperLatentTables!, lanes: parameters.lanes, at: "\(place), hyper-latents")
        let codes = decoder.decode(tableIndices: Self.channelIndices(shape))
        try decoder.requireEnd()
        let (pixels, counts) = (shape.height * shape.width, hyperLatentCodeCounts)
        if let index = codes.indices.first(where: { !(0..<counts[$0 / pixels]).contains(codes[$0]) }) {
            throw Diagnostic(
                .streamPayloadInvalid, at: "\(place), hyper-latents, channel \(index / pixels)",
                found: "symbol \(codes[index]), which is no code",
                expected: "codes 0...\(counts[index / pixels] - 1)", remedy: "the file is damaged: copy it again")
        }
        return LatentPlane.tensor(codes, shape: shape)
    }

    /// How many codes each channel of the hyper-latent has.
    private var hyperLatentCodeCounts: [Int32] {
        guard let name = tensors.hyperLatent, case .codes(let set)? = network.formats[name] else { return [] }
        return set.selects.map { Int32(set.codebooks[Int($0)].entries.count) }
    }

    private static func hexadecimal(_ bytes: [UInt8]) -> String {
        bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }
}

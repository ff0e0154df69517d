public import Diagnostics
import EntropyCoding
import EntropyUnits
public import Images
import Networks
public import Simulation
import Tensors

/// A coded picture and what a decoder will make of it.
public struct EncodedPicture: Sendable {
    /// The whole file.
    public let bytes: [UInt8]
    public let header: StreamHeader
    /// F: 2^F of the header's grid steps are a symbol step.
    let fractionBits: Int
    public let reconstruction: RGBImage
    /// What the integer tables say that all symbols cost, in bits: no header, no rounding to bytes.
    public let idealBits: Double
    public let symbolCount: Int
    /// Symbols outside their tables.
    public let escapeCount: Int
    /// What analysis, hyper-synthesis and synthesis clipped on the machine; nil where no tensor lost more than one
    /// element in a thousand.
    public let clipping: ClippingReport?
    /// Of the latents, in coding order.
    let symbols: [Int32]
}

extension PictureCodec {
    public mutating func encode(
        _ picture: RGBImage, rate: Int, quantizer: LatentQuantizer
    ) throws(Diagnostic) -> EncodedPicture {
        try encode(analyse(picture, rate: rate), quantizer: quantizer)
    }

    public mutating func encode(_ analysis: Analysis, quantizer: LatentQuantizer) throws(Diagnostic) -> EncodedPicture {
        try requireFit(quantizer)
        let plane = plane(analysis, quantizer)
        let symbols = decide(analysis, plane, quantizer)
        let tables = plane.tables(of: symbols, trellis: quantizer.trellis, quantizerPitch: parameters.levelCount)
        let latents = InterleavedEncoder.encode(
            symbols, tableIndices: tables, of: parameters.latentTables, lanes: parameters.lanes)
        var length = SymbolLength(symbols, tables, parameters.latentTables)
        var hyperLatents: [UInt8] = []
        if let tensor = analysis.hyperLatents, let hyperTables = parameters.hyperLatentTables {
            let codes = LatentPlane.planes(tensor, firstChannel: 0, channels: tensor.shape.channels)
            let indices = Self.channelIndices(tensor.shape)
            hyperLatents = InterleavedEncoder.encode(
                codes, tableIndices: indices, of: hyperTables, lanes: parameters.lanes)
            length.add(SymbolLength(codes, indices, hyperTables))
        }
        let sections = Sections(
            trellis: quantizer.kind == .trellis ? quantizer.trellis!.streamBytes : [], hyperLatents: hyperLatents,
            latents: latents)
        let header = StreamHeader(
            quantizer: quantizer.kind, rate: analysis.rate, lanes: parameters.lanes, width: analysis.width,
            height: analysis.height, step: quantizer.step,
            networkDigest: networkDigest, sections: sections)
        let reconstruction = plane.reconstruct(symbols, step: quantizer.step, trellis: quantizer.trellis)
        let synthesis = try synthesize(
            reconstruction, rate: analysis.rate, width: analysis.width, height: analysis.height)
        return EncodedPicture(
            bytes: header.bytes + sections.bytes, header: header, fractionBits: fractionBits,
            reconstruction: synthesis.picture, idealBits: length.bits, symbolCount: analysis.symbolCount,
            escapeCount: length.escapes,
            clipping: ClippingReport(
                analysis.saturations + synthesis.saturations, of: network.graph, picture: tensors.output),
            symbols: symbols)
    }

    func decide(_ analysis: Analysis, _ plane: LatentPlane, _ quantizer: LatentQuantizer) -> [Int32] {
        var latents = LatentPlane.planes(analysis.latents, firstChannel: 0, channels: analysis.latents.shape.channels)
        for index in latents.indices { latents[index] -= plane.means[index] }
        switch quantizer.kind {
        case .round: return ScalarQuantizer.round(latents, step: quantizer.step)
        case .rdoq:
            return ScalarQuantizer.decide(
                latents, tableIndices: plane.tableIndices, rates: rates, settings: quantizer.settings)
        case .tcq4, .tcq8, .trellis:
            return TrellisUnit(quantizer.trellis!, settings: quantizer.settings).run(
                latents, tableIndices: plane.tableIndices, rates: rates, quantizerPitch: parameters.levelCount)
        }
    }

    static func channelIndices(_ shape: TensorShape) -> [UInt16] {
        let pixels = shape.height * shape.width
        return (0..<shape.count).map { UInt16($0 / pixels) }
    }
}

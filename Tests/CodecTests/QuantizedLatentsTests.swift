import Codec
import Conformance
import EntropyCoding
import Networks
import Tensors
import Testing

@Suite struct QuantizedLatentsTests {
    private static let kinds: [QuantizerKind] = [.round, .rdoq, .tcq4, .tcq8]

    @Test("The symbols are those that a stream holds", arguments: kinds)
    func symbols(kind: QuantizerKind) throws {
        var codec = SmallCodec.histogram
        let quantizer = LatentQuantizer(kind, fractionBits: 6)
        let analysis = try codec.analyse(SmallCodecNetwork.picture(width: 40, height: 22), rate: 0)
        let latents = try codec.quantizedLatents(analysis, quantizer: quantizer)
        let stream = try codec.encode(analysis, quantizer: quantizer).bytes
        let tables = codec.network.codec!
        var decoder = try InterleavedDecoder(
            Array(stream[StreamHeader.byteCount...]), tables: tables.latentTables, lanes: tables.lanes, at: "test")
        let shape = latents.symbols.shape
        let channels = (0..<shape.count).map { UInt16($0 / (shape.height * shape.width)) }
        let coded =
            switch quantizer.trellis {
            case nil: decoder.decode(tableIndices: channels)
            case let trellis?: decoder.decode(tableIndices: channels, along: trellis, quantizerPitch: tables.levelCount)
            }
        try decoder.requireEnd()
        #expect(Self.inCodingOrder(latents.symbols) == coded)
        #expect(coded.contains { $0 != 0 })
    }

    @Test("The reconstruction is the level of the symbol, and with a hyperprior the same mean for every quantizer")
    func reconstruction() throws {
        for (base, hasMeans) in [(SmallCodec.histogram, false), (SmallCodec.hyperprior, true)] {
            var codec = base
            #expect(codec.latentGridStep > 0)
            let analysis = try codec.analyse(
                SmallCodecNetwork.picture(width: 48, height: 32), rate: codec.rateCount - 1)
            let means = try Self.kinds.map { kind in
                let latents = try codec.quantizedLatents(analysis, quantizer: LatentQuantizer(kind, fractionBits: 6))
                let levels = Self.levels(of: Self.inCodingOrder(latents.symbols), kind)
                return zip(Self.inCodingOrder(latents.reconstruction), levels).map { $0 - $1 }
            }
            #expect(means.allSatisfy { $0 == means[0] })
            #expect(means[0].contains { $0 != 0 } == hasMeans)
        }
    }

    @Test("Another step moves the levels with it, and one out of range is refused")
    func step() throws {
        var codec = SmallCodec.histogram
        let analysis = try codec.analyse(SmallCodecNetwork.picture(width: 16, height: 16), rate: 0)
        let latents = try codec.quantizedLatents(
            analysis, quantizer: LatentQuantizer(.round, fractionBits: 6, step: 40))
        #expect(latents.reconstruction.elements == latents.symbols.elements.map { 40 * $0 })
        #expect(throws: (any Error).self) {
            _ = try codec.quantizedLatents(analysis, quantizer: LatentQuantizer(.round, fractionBits: 6, step: 0))
        }
    }

    /// Channel, row, column.
    private static func inCodingOrder(_ tensor: Tensor<Int32>) -> [Int32] {
        let (height, width, channels) = (tensor.shape.height, tensor.shape.width, tensor.shape.channels)
        return (0..<channels).flatMap { c in
            (0..<height).flatMap { y in (0..<width).map { x in tensor.elements[(y * width + x) * channels + c] } }
        }
    }

    /// k step, and (2 k - b sgn k) D by the tables of `docs/codec.md`.
    private static func levels(of symbols: [Int32], _ kind: QuantizerKind) -> [Int32] {
        let tables: [QuantizerKind: (next: [[Int]], quantizer: (Int) -> Int32)] = [
            .tcq4: ([[0, 2], [2, 0], [1, 3], [3, 1]], { $0 < 2 ? 0 : 1 }),
            .tcq8: ([[0, 2], [7, 5], [1, 3], [6, 4], [2, 0], [5, 7], [3, 1], [4, 6]], { Int32($0 % 2) }),
        ]
        guard let table = tables[kind] else { return symbols.map { 64 * $0 } }
        var state = 0
        return symbols.map { k in
            let level = (2 * k - table.quantizer(state) * k.signum()) * 36
            state = table.next[state][Int(k) & 1]
            return level
        }
    }
}

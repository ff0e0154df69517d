import Codec
import Conformance
import Diagnostics
import EntropyCoding
import Images
import MachineDescription
import NetworkFiles
import Networks
import Testing

@Suite struct RoundTripTests {
    static let quantizers: [LatentQuantizer] = [
        LatentQuantizer(.round, fractionBits: 6), LatentQuantizer(.round, fractionBits: 6, step: 44),
        LatentQuantizer(.rdoq, fractionBits: 6),
        LatentQuantizer(.rdoq, fractionBits: 6, step: 160, lambda: 1), LatentQuantizer(.tcq4, fractionBits: 6),
        LatentQuantizer(.tcq8, fractionBits: 6),
        LatentQuantizer(.tcq8, fractionBits: 6, step: 80),
        LatentQuantizer(.trellis, fractionBits: 6, trellis: .fourStates),
    ]

    @Test(
        "A decoder shows exactly what the encoder reconstructed", arguments: quantizers, [(1, 1), (17, 33), (64, 48)])
    func roundTrip(quantizer: LatentQuantizer, side: (Int, Int)) throws {
        let picture = SmallCodecNetwork.picture(width: side.0, height: side.1)
        for (codec, rates) in [(SmallCodec.histogram, 1), (SmallCodec.hyperprior, 2)] {
            #expect(codec.rateCount == rates)
            for rate in 0..<rates {
                var encoder = codec
                let encoded = try encoder.encode(picture, rate: rate, quantizer: quantizer)
                var decoder = try PictureCodec(
                    ProvenNetwork(codec.network), machine: .builtIn(named: "large")!, threads: 3)
                #expect(try decoder.decode(encoded.bytes, at: "test") == encoded.reconstruction)
                #expect(encoded.reconstruction.width == side.0 && encoded.reconstruction.height == side.1)
            }
        }
    }

    @Test("The file's length is the ideal length under the tables, the header and the ends of two coders")
    func length() throws {
        var codec = SmallCodec.hyperprior
        let encoded = try codec.encode(
            SmallCodecNetwork.picture(width: 256, height: 256), rate: 1,
            quantizer: LatentQuantizer(.round, fractionBits: 6))
        #expect(StreamHeader.byteCount <= 64)
        #expect(Double(encoded.bytes.count) >= encoded.idealBits / 8)
        #expect(Double(encoded.bytes.count) <= encoded.idealBits / 8 * 1.002 + Double(StreamHeader.byteCount) + 2 * 24)
    }

    @Test("The network's file keeps its codec, and tables that do not fit are refused")
    func file() throws {
        let network = try SmallCodec.network(hasHyperprior: true)
        let read = try NetworkFile(NetworkFile(quantized: network).bytes, at: "test").quantized
        #expect(read == network)
        #expect(network.codec?.latentTables.count == 128)
        var float = NetworkFile(float: SmallCodecNetwork.float(hasHyperprior: true))
        #expect(try NetworkFile(float.bytes, at: "test").float?.prior == float.float?.prior)
        float.quantized = network
        float.quantized!.codec!.scaleThresholds.removeLast()
        #expect { _ = try NetworkFile(float.bytes, at: "test") } throws: {
            ($0 as? Diagnostic)?.code == .codecTablesInvalid
        }
        var short = network
        short.codec!.hyperLatentTables = FrequencyTables(firstSymbols: [0], frequencies: [[65_535, 1]])
        #expect { _ = try SmallCodec.codec(short) } throws: { ($0 as? Diagnostic)?.code == .codecTablesInvalid }
    }

    @Test("More rate-distortion regard, fewer bytes")
    func lambda() throws {
        var codec = SmallCodec.hyperprior
        let analysis = try codec.analyse(SmallCodecNetwork.picture(width: 128, height: 128), rate: 1)
        for kind in [QuantizerKind.rdoq, .tcq4, .tcq8] {
            let bytes = try [0, 0.05, 0.5].map {
                try codec.encode(analysis, quantizer: LatentQuantizer(kind, fractionBits: 6, lambda: $0)).bytes.count
            }
            #expect(bytes[0] > bytes[1] && bytes[1] > bytes[2], "\(kind): \(bytes)")
        }
    }
}

import Calibration
import Codec
import Conformance
import Diagnostics
import EntropyCoding
import Images
import MachineDescription
import NetworkFiles
import Networks
import Testing

@Suite struct CodecRefusalTests {
    private func expect(_ code: DiagnosticCode, _ body: () throws -> Void) {
        #expect(throws: Diagnostic.self) {
            do { try body() } catch let error as Diagnostic {
                #expect(error.code == code)
                throw error
            }
        }
    }

    @Test("codecMissing: a network without tables")
    func missing() throws {
        let network = try BundledNetworks.network(named: "lapped8").quantized!
        expect(.codecMissing) { _ = try SmallCodec.codec(network) }
    }

    @Test("codecNetworkUnfit: a graph without latents on the fine grid")
    func unfit() throws {
        var network = try BundledNetworks.network(named: "lapped8").quantized!
        expect(.codecNetworkUnfit) { _ = try CodecCalibration.prepared(network, prior: nil, pictures: []) }
        network.codec = try SmallCodec.network(hasHyperprior: false).codec
        expect(.codecNetworkUnfit) { _ = try SmallCodec.codec(network) }
    }

    @Test("networkSumTooWide: sums that the declared accumulator does not hold are refused before a picture is coded")
    func sums() throws {
        var network = try SmallCodec.network(hasHyperprior: false)
        network.widths.accumulatorBits = 8
        expect(.networkSumTooWide) { _ = try SmallCodec.codec(network) }
    }

    @Test("codecPriorMissing: a hyper-latent without its prior")
    func prior() throws {
        let network = try SmallCodec.network(hasHyperprior: true)
        expect(.codecPriorMissing) { _ = try CodecCalibration.prepared(network, prior: nil, pictures: []) }
    }

    @Test("codecStepOutOfRange", arguments: [0, -1, 20_000])
    func step(step: Int) throws {
        var codec = SmallCodec.histogram
        expect(.codecStepOutOfRange) {
            _ = try codec.encode(
                SmallCodecNetwork.picture(width: 8, height: 8), rate: 0,
                quantizer: LatentQuantizer(.round, fractionBits: 6, step: step))
        }
    }

    @Test("A trellis of one's own: text to table, and trellisTableInvalid with the line")
    func trellisText() throws {
        #expect(try TrellisTable(text: "# VVC\n0 2 0\n2 0 0 # second\n\n1 3 1\n3 1 1\n", at: "t") == .fourStates)
        do {
            _ = try TrellisTable(text: "0 2 0\n2 0\n", at: "t")
            Issue.record("no diagnostic")
        } catch {
            #expect(error.code == .trellisTableInvalid)
            #expect(error.place == "t:2")
        }
    }
}

import Diagnostics
import EntropyCoding
import FileFormats
import NetworkFiles
import Networks
import Quantization
import Testing

@Suite struct WeightStatisticsTests {
    private func network() throws -> QuantizedNetwork { try Fixtures.quantizedNetwork(seed: 7).withWeightStatistics() }

    /// Weights `[K][taps][C]` of the fixture's layers.
    private let shapes = [
        "conv": (4, 9, 3), "depthwise": (4, 3, 1), "gdn": (4, 1, 4), "up": (4, 25, 8), "class": (2, 4, 4),
    ]

    @Test("Every layer with weights has statistics that sum to those of its weights, one by one")
    func byDefinition() throws {
        let network = try network()
        #expect(Set(network.weightStatistics.keys) == Set(shapes.keys))
        for (name, (outputs, taps, inputs)) in shapes {
            let statistics = try #require(network.weightStatistics[name])
            let codes: [UInt8]
            let entries: [Int16]
            switch network.parameters[name] {
            case .accumulation(let accumulation):
                (codes, entries) = (accumulation.weightCodes, accumulation.weightDecoder.entries)
            case .normalization(let normalization):
                (codes, entries) = (normalization.gammaCodes, normalization.gammaDecoder.entries)
            default: continue
            }
            #expect((statistics.outputChannels, statistics.taps, statistics.inputChannels) == (outputs, taps, inputs))
            #expect(
                statistics.weights == codes.count && statistics.zeroWeights == codes.count { entries[Int($0)] == 0 })
            for group in [1, 3, 8] {
                let measured = WeightStatistics(
                    measuring: try #require(network.weights(of: name)), groupChannels: group)
                #expect(measured.code == statistics.code)
                for output in 0..<outputs {
                    for first in stride(from: 0, to: inputs, by: group) {
                        let range = first..<min(first + group, inputs)
                        func weight(_ tap: Int, _ channel: Int) -> Int {
                            Int(codes[(output * taps + tap) * inputs + channel])
                        }
                        let bits = (0..<taps).reduce(0) { sum, tap in
                            range.reduce(sum) { $0 + Int(statistics.code.lengths[weight(tap, $1)]) }
                        }
                        #expect(measured.codedBits(outputChannels: output..<output + 1, inputChannels: range) == bits)
                        for tap in 0..<taps {
                            let nonZero = range.count { entries[weight(tap, $0)] != 0 }
                            #expect(
                                measured.nonZeroWeights(outputChannel: output, tap: tap, inputChannels: range)
                                    == nonZero)
                        }
                    }
                }
            }
        }
        #expect(network.weights(of: "sum") == nil && network.weights(of: "nothing") == nil)
    }

    @Test("Which input channels are whole groups")
    func exactness() throws {
        let statistics = WeightStatistics(measuring: try #require(try network().weights(of: "conv")), groupChannels: 2)
        #expect(statistics.isExact(for: 0..<3) && statistics.isExact(for: 0..<2) && statistics.isExact(for: 2..<3))
        #expect(!statistics.isExact(for: 0..<1) && !statistics.isExact(for: 1..<3))
    }

    @Test("Statistics survive the file; a file without them reads as before")
    func file() throws {
        let network = try network()
        let bytes = NetworkFile(quantized: network).bytes
        #expect(try NetworkFile(bytes, at: "net").quantized == network)
        let old = try Fixtures.quantizedNetwork(seed: 7)
        let read = try NetworkFile(NetworkFile(quantized: old).bytes, at: "net").quantized
        #expect(read == old && read?.weightStatistics.isEmpty == true)
        #expect(read?.withWeightStatistics() == network)
    }

    @Test("Damaged statistics are refused")
    func refusals() throws {
        let whole = try SafetensorsFile(NetworkFile(quantized: try network()).bytes, at: "net")
        func failure(_ change: (inout SafetensorsFile) -> Void) -> DiagnosticCode? {
            var file = whole
            change(&file)
            return code { _ = try NetworkFile(file.bytes, at: "net") }
        }
        #expect(failure { $0.tensors["quantized.conv.weightCodeBits"] = nil } == .networkTensorMissing)
        #expect(failure { $0.tensors["quantized.conv.weightCodeLengths"] = nil } == .networkTensorUnused)
        #expect(failure { $0.tensors["quantized.conv.nonZeroWeights"]!.shape = [4, 9] } == .networkTensorMismatch)
        #expect(failure { $0.tensors["quantized.conv.nonZeroWeights"]!.bytes[0] = 9 } == .networkValueOutOfRange)
        #expect(failure { $0.tensors["quantized.conv.weightCodeBits"]!.bytes[3] = 1 } == .networkValueOutOfRange)
        #expect(
            failure { $0.tensors["quantized.up.weightCodeLengths"]!.bytes[0...2] = [1, 1, 1] } == .weightCodeInvalid)
        #expect(failure { $0.tensors["quantized.up.weightCodeLengths"]!.bytes[9] = 16 } == .weightCodeInvalid)
    }

    @Test("A damaged network is one whose code lacks a weight: coding says so, and what is coded comes back")
    func coding() throws {
        let statistics = try #require(try network().weightStatistics["up"])
        let weights = try #require(try network().weights(of: "up"))
        let result = try #require(try statistics.decoded(afterCoding: weights.codes, at: "t"))
        #expect(result.codes == weights.codes)
        #expect(result.codedBytes == (statistics.codedBits(outputChannels: 0..<4, inputChannels: 0..<8) + 7) / 8)
        let missing = (0...255).first { statistics.code.lengths[$0] == 0 }
        if let missing { #expect(try statistics.decoded(afterCoding: [UInt8(missing)], at: "t") == nil) }
    }
}

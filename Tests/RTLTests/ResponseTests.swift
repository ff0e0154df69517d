import FixedPoint
import Foundation
import Graph
import MachineDescription
import Networks
import Quantization
import ReferenceModel
import Tensors
import TestSupport
import TestVectors
import Testing

/// The expected responses against the reference model, which executes whole layers: a fully connected layer whose
/// biases are the numbers to store.
@Suite("Responses") struct ResponseTests {
    /// Rows of one of the integer `.npy` files.
    private func rows(_ file: String, columns: Int, in folder: ScratchFolder) throws -> [[Int]] {
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: folder.url.path + "/" + file)))
        let start = 10 + Int(bytes[8]) + Int(bytes[9]) << 8
        let words = stride(from: start, to: bytes.count, by: 8).map { position in
            Int((0..<8).reduce(Int64(0)) { $0 | Int64(bytes[position + $1]) << Int64(8 * $1) })
        }
        return stride(from: 0, to: words.count, by: columns).map { Array(words[$0..<$0 + columns]) }
    }

    private func written(_ unit: UnitName, inputs: Int) throws -> (stimulus: [[Int]], response: [[Int]]) {
        let folder = try ScratchFolder(named: "intaglio-test-")
        try UnitVectors(
            of: unit, for: #require(MachineDescription.builtIn(named: "mid")), count: 30_000, seed: 5,
            untilCovered: true
        ).write(to: folder.url.path)
        // Without idle and reset rows: in_valid is the second column.
        let accepted = try rows("stimulus.npy", columns: inputs + 2, in: folder).filter { $0[1] == 1 }.map {
            Array($0.dropFirst(2))
        }
        return (accepted, try rows("response.npy", columns: 2, in: folder))
    }

    private func store(
        _ accumulators: [Int], _ processing: PostProcessing, _ format: TensorFormat
    ) throws -> LayerResult {
        let parameters = AccumulationParameters(
            weightCodes: Array(repeating: 128, count: accumulators.count), weightDecoder: .linear(),
            bias: accumulators.map { Int64($0) },
            postProcessing: processing)
        let layer = Layer(name: "layer", operator: .fullyConnected(outputChannels: accumulators.count), inputs: ["a"])
        let graph = Graph(
            name: "single", inputs: [GraphInput(name: "a", channels: 1)], layers: [layer], outputs: ["layer"])
        let network = QuantizedNetwork(
            graph: graph, formats: ["a": .integers16(step: 1), "layer": format],
            parameters: ["layer": .accumulation(parameters)],
            widths: DatapathWidths(activationBits: 16, weightBits: 8, accumulatorBits: 36))
        let operand = Tensor<Int32>(shape: TensorShape(height: 1, width: 1, channels: 1), elements: [0])
        return try ReferenceModel(network).runLayer(layer, operands: [operand])
    }

    @Test("Post-processing is what the reference model stores in 16 bits")
    func postProcessor() throws {
        let (stimulus, response) = try written(.postProcessor, inputs: 17)
        struct Layer: Hashable { let rule: Int, isWide: Int, low: Int, high: Int }
        var groups: [Layer: [Int]] = [:]
        // Additions and bypass are other operators.
        for (index, row) in stimulus.enumerated() where row[7] == 0 && row[13] == 0 {
            groups[Layer(rule: row[6], isWide: row[14], low: row[15], high: row[16]), default: []].append(index)
        }
        #expect(groups.values.reduce(0) { $0 + $1.count } > 20_000)
        for (layer, members) in groups {
            let processing = PostProcessing(
                multipliers: members.map {
                    QuantizedMultiplier(mantissa: UInt32(stimulus[$0][2]), exponent: stimulus[$0][3])
                },
                multipliersNegative: members.map {
                    QuantizedMultiplier(mantissa: UInt32(stimulus[$0][4]), exponent: stimulus[$0][5])
                },
                rounding: RoundingRule.allCases[layer.rule], resultBits: layer.isWide == 1 ? 32 : 24,
                clipLow: Int32(layer.low), clipHigh: Int32(layer.high))
            let result = try store(members.map { stimulus[$0][0] + stimulus[$0][1] }, processing, .integers16(step: 1))
            #expect(
                result.output.elements == members.map { Int32(min(max(response[$0][0], -32768), 32767)) }, "\(layer)")
            let outside = members.count { response[$0][1] == 1 || !(-32768...32767).contains(response[$0][0]) }
            #expect(result.saturatedOutputs == outside, "\(layer)")
        }
    }

    @Test("Codes are what the reference model stores")
    func encoder() throws {
        let (stimulus, response) = try written(.encoder, inputs: 8)
        let memories = try encoderMemories()
        let members = stimulus.indices.filter { stimulus[$0][6] == 0 && stimulus[$0][7] == 0 }
        #expect(members.count > 15_000)
        let set = try CodebookSet(
            codebooks: memories, selects: members.map { UInt8(stimulus[$0][1]) },
            offsets: members.map { Int32(stimulus[$0][2]) }, step: 1)
        let processing = PostProcessing(multipliers: members.map { _ in .one }, rounding: .floor)
        let result = try store(members.map { stimulus[$0][0] }, processing, .codes(set))
        #expect(result.output.elements == members.map { Int32(response[$0][0]) })
        #expect(result.saturatedOutputs == members.count { response[$0][1] == 1 })
    }

    /// The codebooks behind the encoder's vectors: entries from the decoder's memory, thresholds from its own, n from
    /// the stimulus.
    private func encoderMemories() throws -> [Codebook] {
        let folders = try [ScratchFolder(named: "intaglio-test-"), ScratchFolder(named: "intaglio-test-")]
        for (folder, unit) in zip(folders, [UnitName.decoder, .encoder]) {
            try UnitVectors(
                of: unit, for: #require(MachineDescription.builtIn(named: "mid")), count: 10, seed: 5,
                untilCovered: true
            ).write(to: folder.url.path)
        }
        func words(_ path: String) throws -> [UInt32] {
            try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").filter { !$0.hasPrefix("//") }.map
            { UInt32($0, radix: 16)! }
        }
        let entries = try words(folders[0].url.path + "/entries.hex").map { Int32(Int16(truncatingIfNeeded: $0)) }
        let thresholds = try words(folders[1].url.path + "/thresholds.hex").map { Int32(bitPattern: $0) }
        let counts = Dictionary(
            try rows("stimulus.npy", columns: 10, in: folders[1]).filter { $0[1] == 1 }.map { ($0[3], $0[5]) }
        ) { first, _ in first }
        return try (0..<entries.count / 256).map { select in
            let count = try #require(counts[select])
            return try Codebook(
                entries: Array(entries[256 * select..<256 * select + count + 1]),
                thresholds: Array(thresholds[256 * select + 1..<256 * select + 1 + count]))
        }
    }
}

import Commands
import Geometry
import Graph
import Lowering
import MachineDescription
import Networks
import Quantization
import Schedules
import Scheduling
import Testing

/// What planning knows of a network: counts by hand, and nothing that a weight or a bias changes.
@Suite struct NetworkFormatsTests {
    private static func network(seed: Int = 1, withWeights: Bool = true) throws -> QuantizedNetwork {
        try TestNetworks.network(VerifierTests.graph, height: 32, width: 32, withWeights: withWeights, seed: seed)
    }

    /// conv 3x3 16 -> 16, igdn1 of 16, depthwise 3x3 16 -> 32, deconv 5x5 32 -> 3, add.
    @Test func countsByHand() throws {
        let formats = try NetworkFormats(Self.network())
        #expect(formats.layers.map(\.weights) == [3 * 3 * 16 * 16, 16 * 16, 3 * 3 * 32, 5 * 5 * 32 * 3, 0])
        #expect(formats.layers.map(\.biases) == [16, 16, 32, 3, 0])
        #expect(formats.float32Bytes == 4 * (2304 + 256 + 288 + 2400 + 16 + 16 + 32 + 3))
        #expect(formats.tensors.map(\.name) == ["image", "conv", "norm", "depth", "deconv", "sum"])
        #expect(formats.tensors.map(\.channels) == [16, 16, 16, 32, 3, 3])
        #expect(formats.tensors.allSatisfy { $0.bytesPerElement == 1 && $0.codebooks == 1 })
        #expect(formats.layers.map(\.normalization) == [nil, .exact, nil, nil, nil])
        #expect(formats.layers.allSatisfy { $0.tabledLaw == nil })
        // 256 entries of 16 bits; one codebook of 12 + 4 x 255 bytes.
        #expect(formats.layers[0].blocks.map(\.kind) == [.decodeTable, .weightTable, .encodeTable, .channelBlock])
        #expect(formats.layers[0].blocks.prefix(3).map(\.bytes) == [512, 512, 1032])
        #expect(
            formats.layers[4].blocks.map(\.kind) == [.decodeTable, .secondDecodeTable, .encodeTable, .channelBlock])
    }

    /// All tensors share their codebook, all layers but the normalization their weight table.
    @Test func equalBlocksHaveOneNumber() throws {
        let formats = try NetworkFormats(Self.network())
        func contents(_ layer: Int) -> [Int] { formats.layers[layer].blocks.map(\.content) }
        #expect(contents(0) == [0, 0, 1, 2], "the linear weight table has the bytes of the linear decode table")
        #expect(contents(1).prefix(3) == [0, 3, 1])
        #expect(contents(4).prefix(3) == [0, 0, 1])
        var other = try Self.network()
        other.formats["norm"] = .codes(.uniform(.linearUnsigned, channels: 16, step: 1))
        let changed = try NetworkFormats(other)
        #expect(changed != formats)
        #expect(changed.layers[2].blocks[0].content != changed.layers[0].blocks[0].content)
    }

    @Test func weightsAndBiasesChangeNoProgram() throws {
        let network = try Self.network()
        var other = try Self.network(seed: 2)
        guard case .accumulation(var accumulation)? = other.parameters["conv"] else {
            Issue.record("conv accumulates")
            return
        }
        accumulation.bias[3] = 17
        other.parameters["conv"] = .accumulation(accumulation)
        #expect(other != network)
        let formats = try NetworkFormats(network)
        #expect(try NetworkFormats(other) == formats)
        let machine = TestMachines.mid
        let schedule = try Schedule(bestFor: formats, on: machine, height: 32, width: 32)
        let program = try Program(network: formats, schedule: schedule, machine: machine)
        let images = try [network, other].map { try ExternalImage(program.layout, network: $0).bytes }
        #expect(images[0] != images[1] && images[0].count == images[1].count)
    }
}

import Architectures
import Commands
import Diagnostics
import Geometry
import Graph
import MachineDescription
import NetworkFiles
import Networks
import Testing

@Suite struct CodecArchitectureTests {
    private func diagnostic<Value>(_ body: () throws -> Value) -> Diagnostic? {
        do {
            _ = try body()
            return nil
        } catch { return error as? Diagnostic }
    }

    @Test(
        "Widths that an architecture cannot have are refused, with those that were published",
        arguments: [
            "mbt2018", "mbt2018:", "mbt2018:192", "mbt2018:192,", "mbt2018:0,1", "mbt2018:1,4097", "mbt2018:a,b",
            "mbt2018:1,2,3", "mbt2018:-1,2", "cheng2020-anchor", "cheng2020-anchor:127", "cheng2020-attn:128,192",
            "mbt2018:99999999999999999999,1",
        ])
    func widths(_ word: String) throws {
        let found = try #require(diagnostic { try CodecArchitecture(word) })
        #expect(found.code == .architectureWidthsInvalid && found.place == "network '\(word)'")
        #expect(found.remedy.contains(word.hasPrefix("mbt") ? "mbt2018:192,192" : ":128 or "))
    }

    @Test("A name that is nearly an architecture's is answered with that; other words are not the zoo's business")
    func names() throws {
        let found = try #require(diagnostic { try CodecArchitecture("cheng2020-atn:128") })
        #expect(found.code == .networkUnknown && found.remedy.contains("'cheng2020-attn:128'"))
        for word in ["mbt2018-mean-mse", "a.safetensors", "folder/cheng2020-atn:128", "x:1", ""] {
            #expect(try CodecArchitecture(word) == nil)
        }
        #expect(try CodecArchitecture("cheng2020-anchor:192,192")?.name == "cheng2020-anchor:192")
    }

    @Test("Attention gates by a code map; |y| of the hyperprior is one; every other layer has none")
    func codeMaps() throws {
        // A code map takes 256 bytes of the channel block: 64 + 8 x 16 channels read + 24 x 16 written.
        let network = try #require(try CodecArchitecture("cheng2020-attn:16")).network
        let formats = try network.formats().formats
        func channelBlock(_ name: String) -> Int? {
            network.graph.layers.firstIndex { $0.name == name }.flatMap { index in
                formats.layers[index].blocks.first { $0.kind == .channelBlock }?.bytes
            }
        }
        #expect(channelBlock("g_a.3.conv_b.3") == 64 + 8 * 16 + 24 * 16 + 256)
        #expect(channelBlock("g_a.7") == 64 + 8 * 16 + 24 * 16)
    }

    @Test("Formats that are assumed of a bundled network's graph are those that it has, but for equal tables")
    func assumedFormats() throws {
        for name in ["mbt2018-mean-mse", "mbt2018-mean-ms-ssim"] {
            let quantized = try #require(try BundledNetworks.network(named: name, includingFloat: false).quantized)
            let found = try NetworkFormats(quantized)
            let codebooks = try #require(found.tensors.map(\.codebooks).max())
            let assumed = try WeightlessNetwork(graph: quantized.graph, codebooks: codebooks).formats().formats
            #expect(assumed.tensors == found.tensors)
            for (assumed, found) in zip(assumed.layers, found.layers) {
                #expect(assumed.weights == found.weights && assumed.biases == found.biases)
                #expect(assumed.normalization == found.normalization && assumed.tabledLaw == found.tabledLaw)
                #expect(assumed.blocks.map(\.kind) == found.blocks.map(\.kind))
                #expect(assumed.blocks.map(\.bytes) == found.blocks.map(\.bytes))
            }
        }
    }

    @Test("Codebooks are as many as the parameter memory has room for, widths as wide as the machine")
    func narrowMachine() throws {
        var machine = try #require(MachineDescription.builtIn(named: "mid"))
        let network = try #require(try CodecArchitecture("cheng2020-anchor:192")).network
        func codebooks(_ name: String) throws -> Int? {
            try network.formats(on: machine).formats.tensors.first { $0.name == name }?.codebooks
        }
        machine.parameterMemory.bytes = 64 << 10
        // 64 + 8 C + 24 K of channels, 512 of weights, 512 J + 1,032 J of codebooks within 32,768: J is at most 7 for
        // 192 to 768 channels, 1 for 288 to 1,152, and their tensors have as many.
        #expect(try codebooks("g_s.1.subpel_conv.0") == 4 && codebooks("g_s.1.subpel_conv.1") == 4)
        #expect(try codebooks("h_s.6.0") == 1 && codebooks("h_s.4") == 1)
        #expect(try codebooks("g_a.0.conv1") == 8 && codebooks("g_a.1") == 8)
        machine.parameterMemory.bytes = 128 << 10
        #expect(try codebooks("h_s.6.0") == 8)
        machine.macArray.weightBits = 9
        machine.normalization.method = .table
        let (formats, assumed) = try network.formats(on: machine)
        #expect(formats.widths.weightBits == 9 && formats.widths.activationBits == 12)
        #expect(network.assumptions(assumed)[0].contains("W 9"))
        #expect(formats.layers.contains { $0.normalization == .table })
    }

    @Test("The bound of the serial context, by hand for mbt2018:192,192 on mid at 768x512")
    func serialContext() throws {
        let machine = try #require(MachineDescription.builtIn(named: "mid"))
        let network = try #require(try CodecArchitecture("mbt2018:192,192")).network
        let bound = SerialContextBound(
            try #require(network.serialContext), on: machine, height: 512, width: 768)
        // 12 x 192 x 384, then 768 x 640, 640 x 512 and 512 x 384: 16 x 16 of them a step.
        #expect(bound.positions == 32 * 48 && bound.macsPerPosition == 884_736 + 491_520 + 327_680 + 196_608)
        #expect(bound.arrayCyclesPerPosition == 12 * 12 * 24 + 48 * 40 + 40 * 32 + 32 * 24)
        // 256 KiB stay; the rest comes over 16 bytes a cycle.
        #expect(bound.dmaCyclesPerPosition == (1_900_544 - 262_144) / 16)
        #expect(bound.lowerBoundCycles == 1536 * 102_400)
        #expect(abs(bound.milliseconds - 393.216) < 1e-9)
        #expect(try #require(try CodecArchitecture("mbt2018-mean:192,192")).network.serialContext == nil)
    }
}

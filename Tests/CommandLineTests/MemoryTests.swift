import Diagnostics
import FixedPoint
import Foundation
import Graph
import NetworkFiles
import Networks
import Quantization
import TestSupport
import Testing

@Suite(.serialized, .enabled(if: Tool.isBuilt, Tool.missing)) struct MemoryTests {
    /// Transposed convolutions of one channel, each of which makes 64 times the pixels: `count` of them.
    private static func growing(_ count: Int) -> NetworkFile {
        let names = ["image"] + (0..<count).map { "up\($0)" }
        let layers = (0..<count).map { index in
            Layer(
                name: names[index + 1],
                operator: .transposedConvolution(
                    TransposedConvolution(
                        outputChannels: 1, kernelHeight: 8, kernelWidth: 8, strideY: 8, strideX: 8,
                        padding: Padding(all: 0))),
                inputs: [names[index]])
        }
        let graph = Graph(
            name: "growing", inputs: [GraphInput(name: "image", channels: 3)], layers: layers, outputs: [names[count]])
        let parameters = (0..<count).map { index in
            (
                names[index + 1],
                LayerParameters.accumulation(
                    AccumulationParameters(
                        weightCodes: Array(repeating: 129, count: 64 * (index == 0 ? 3 : 1)), weightDecoder: .linear(),
                        bias: [0],
                        postProcessing: PostProcessing(
                            multipliers: [QuantizedMultiplier(mantissa: 1 << 30, exponent: 0)], rounding: .single)))
            )
        }
        let formats = names.map {
            ($0, TensorFormat.codes(.uniform(.linearUnsigned, channels: $0 == "image" ? 3 : 1, step: 1)))
        }
        return NetworkFile(
            quantized: QuantizedNetwork(
                graph: graph, formats: Dictionary(uniqueKeysWithValues: formats),
                parameters: Dictionary(uniqueKeysWithValues: parameters),
                widths: DatapathWidths(activationBits: 12, weightBits: 9, accumulatorBits: 32)))
    }

    @Test("A small file that asks for much is refused at once, whatever the command")
    func hungry() throws {
        let folder = try ScratchFolder()
        // 8 x 8 pixels become 2^18 a side: 64 GiB.
        try folder.write(Self.growing(5).bytes, "hungry.safetensors")
        try folder.write(HandmadePNG.ramp(width: 8, height: 8).bytes, "ramp.png")
        let clock = ContinuousClock()
        for command in [["run"], ["verify"], ["explain"], ["vectors", "--layer", "up0", "-o", "vectors"]] {
            let start = clock.now
            try Tool.expectRefusal(
                .memoryBudgetExceeded, command + ["--network", "hungry.safetensors", "--image", "ramp.png"], in: folder)
            #expect(clock.now - start < .seconds(10), "\(command)")
        }
        #expect(try folder.names() == ["hungry.safetensors", "ramp.png", "stream.err", "stream.out"])
    }

    @Test("--memory raises and lowers the budget: MEMORY-001 names what asks, how much, and the limit")
    func option() throws {
        let folder = try ScratchFolder()
        try folder.write(HandmadePNG.ramp(width: 200, height: 200).bytes, "ramp.png")
        for arguments in [
            ["run", "--image", "ramp.png"], ["verify", "--image", "ramp.png", "--network", "lapped8"],
            ["encode", "ramp.png", "-o", "ramp.bits"], ["compare", "ramp.png", "ramp.png"],
            ["explain", "--image", "ramp.png"], ["plan"], ["schedule"],
        ] {
            try Tool.expectRefusal(.memoryBudgetExceeded, arguments + ["--memory", "100KiB"], in: folder)
        }
        try folder.write(Self.growing(2).bytes, "growing.safetensors")
        try Tool.expectRefusal(.memoryBudgetExceeded, ["inspect", "growing.safetensors", "--memory", "1K"], in: folder)
        #expect(
            try Tool.run(["run", "--image", "ramp.png", "--network", "lapped8", "--memory", "100MiB"], in: folder)
                .status == 0)
        let refused = try Tool.run(
            ["run", "--image", "ramp.png", "--network", "lapped8", "--memory", "1MiB"], in: folder)
        #expect(
            refused.errors.contains("needs ") && refused.errors.contains("at most 1 MiB: the budget of --memory"),
            "\(refused.errors)")
        #expect(try Tool.run(["run", "--memory", "much"], in: folder).status == 2)
    }

    @Test(
        "Under any limit of the address space a run succeeds or ends with a diagnostic: no signal",
        arguments: [
            ["run", "--image", "ramp.png", "--threads", "4"], ["run", "--image", "ramp.png", "--float"],
            ["verify", "--image", "ramp.png", "--network", "lapped8"],
            ["encode", "ramp.png", "-o", "ramp.bits"], ["compare", "ramp.png", "ramp.png"],
            ["evaluate", "pictures", "--rates", "0", "--quantizers", "round"],
        ])
    func addressSpace(arguments: [String]) throws {
        let folder = try ScratchFolder()
        try FileManager.default.createDirectory(atPath: folder.path("pictures"), withIntermediateDirectories: false)
        for name in ["ramp.png", "pictures/ramp.png"] {
            try folder.write(HandmadePNG.ramp(width: 900, height: 600).bytes, name)
        }
        for kibibytes in stride(from: 200_000, through: 1_200_000, by: 250_000) {
            let command = "ulimit -v \(kibibytes); exec '\(Tool.path)' " + arguments.joined(separator: " ")
            let outcome = try Tool.run(["-c", command], in: folder, program: "/bin/sh")
            #expect([0, 2].contains(outcome.status), "\(command): \(outcome.status) \(outcome.errors)")
            if outcome.status == 2 {
                #expect(outcome.errors.contains("error[MEMORY-00"), "\(command): \(outcome.errors)")
            }
        }
    }
}

import Diagnostics
import FileFormats
import Foundation
import Graph
import NetworkFiles
import Networks
import Quantization
import Tensors
import TestSupport
import Testing

@Suite(.enabled(if: Tool.isBuilt, Tool.missing)) struct NetworkInputTests {
    static let bundled = try! BundledNetworks.network(named: "lapped8")

    /// The bundled network's file with a change in its tensors or its metadata.
    static func file(_ change: (inout SafetensorsFile) -> Void) throws -> [UInt8] {
        var file = try SafetensorsFile(bundled.bytes, at: "bundled")
        change(&file)
        return file.bytes
    }

    @Test("The bundled network from a file gives the bundled network's report")
    func file() throws {
        let folder = try ScratchFolder()
        try folder.write(Self.bundled.bytes, "lapped8.safetensors")
        let named = try Tool.run(["plan", "--network", "lapped8", "--json"], in: folder)
        let read = try Tool.run(["plan", "--json", "--network", "lapped8.safetensors"], in: folder)
        #expect(read.status == 0 && read.output == named.output)
    }

    @Test("Float weights beside the integers of another network are refused where they are used")
    func mixed() throws {
        let folder = try ScratchFolder()
        var float = try #require(Self.bundled.float)
        let last = float.graph.layers.count - 1
        float.graph.layers[last].activation = .relu
        try folder.write(NetworkFile(float: float, quantized: Self.bundled.quantized).bytes, "mixed.safetensors")
        try folder.write(HandmadePNG.ramp(width: 64, height: 64).bytes, "p.png")
        try Tool.expectRefusal(
            .networkReferenceUnfit, ["run", "--network", "mixed.safetensors", "--image", "p.png", "--float"], in: folder
        )
        #expect(try Tool.run(["run", "--network", "mixed.safetensors", "--image", "p.png"], in: folder).status == 0)
    }

    @Test("Files that are missing, cut, too large, oversized in their header or corrupt")
    func damaged() throws {
        let folder = try ScratchFolder()
        let whole = Self.bundled.bytes
        func refuse(
            _ code: DiagnosticCode, _ bytes: [UInt8], _ sourceLocation: SourceLocation = #_sourceLocation
        ) throws {
            try folder.write(bytes, "n.safetensors")
            for command in ["run", "plan", "inspect"] {
                let arguments =
                    command == "inspect" ? [command, "n.safetensors"] : [command, "--network", "n.safetensors"]
                try Tool.expectRefusal(code, arguments, in: folder, sourceLocation: sourceLocation)
            }
        }
        try Tool.expectRefusal(.networkUnknown, ["run", "--network", "lapped9"], in: folder)
        try Tool.expectRefusal(.networkFileMissing, ["run", "--network", "nowhere.safetensors"], in: folder)
        try Tool.expectRefusal(.networkFileMissing, ["run", "--network", "."], in: folder)
        try refuse(.networkFileTruncated, [])
        try refuse(.networkFileTruncated, Array(whole[..<7]))
        try refuse(.networkFileTruncated, Array(whole[..<100]))
        try refuse(.networkFileTruncated, Array(whole.dropLast()))
        try refuse(.networkHeaderTooLarge, Array(repeating: 0xff, count: 8) + whole[8...])
        try refuse(.networkHeaderMalformed, whole[..<8] + [0x5b] + whole[9...])
        try refuse(.networkTrailingBytes, whole + [0])
        #expect(truncate(try folder.write([], "n.safetensors"), (1 << 32) + 1) == 0)
        try Tool.expectRefusal(.networkFileTooLarge, ["plan", "--network", "n.safetensors"], in: folder)
    }

    @Test("A network from elsewhere whose sums could pass its accumulator is refused before anything is computed")
    func unprovenWidth() throws {
        let network = try #require(Self.bundled.quantized)
        let bits = network.graph.layers.map { AccumulatorProof.width(of: $0, in: network) }.max()!
        let folder = try ScratchFolder()
        try folder.write(
            Self.file { file in
                file.metadata["quantized"] = file.metadata["quantized"]!.replacingOccurrences(
                    of: "\"accumulatorBits\":32", with: "\"accumulatorBits\":\(bits)")
                // Every weight is the largest now: sums of one sign, and A is what the real weights need.
                for name in file.tensors.keys where name.hasSuffix(".weightCodes") || name.hasSuffix(".gammaCodes") {
                    file.tensors[name]!.bytes = Array(repeating: 255, count: file.tensors[name]!.bytes.count)
                }
            }, "n.safetensors")
        try folder.write(HandmadePNG.ramp(width: 16, height: 16).bytes, "ramp.png")
        let layer = network.graph.layers[0].name
        for arguments in [
            ["run"], ["plan"], ["verify"], ["explain", "--at", "y=0,x=0,c=0"], ["verify", "--against", "rtl"],
            ["verify", "--against", "rtl", "--layer", layer],
            ["vectors", "--layer", layer, "-o", "vectors"], ["encode", "ramp.png", "-o", "ramp.bits"],
            ["decode", "ramp.png", "-o", "decoded.png"],
        ] {
            try Tool.expectRefusal(.networkSumTooWide, arguments + ["--network", "n.safetensors"], in: folder)
        }
        #expect(try folder.names() == ["n.safetensors", "ramp.png", "stream.err", "stream.out"])
    }

    @Test("A layer case whose sums need more than 32 bits, and a fault that does")
    func unprovenParts() throws {
        let folder = try ScratchFolder()
        try FileManager.default.createDirectory(atPath: folder.path("cases"), withIntermediateDirectories: false)
        func write(bias: Int) throws {
            try folder.write(
                """
                {"case": "one", "kind": "conv", "arithmetic": "requantize = gemmlowp double rounding", \
                "inputShapeNHWC": [1, 2, 2, 1], "outputShapeNHWC": [1, 2, 2, 1],
                "stride": [1, 1], "padTopLeft": [0, 0], "dilation": [1, 1], "weightShapeOHWI": [1, 1, 1, 1], "groups": \
                1, "inputOffset": 0, "weightOffset": 0,
                "outputOffset": 0, "clamp": [-128, 127], "multiplierQ31": [1073741824], "shift": [1], "bias": \
                [\(bias)], "input": [1, 2, 3, 4], "weights": [3],
                "expected": [3, 6, 9, 12]}
                """, "cases/one.json")
        }
        try write(bias: 0)
        #expect(try Tool.run(["verify", "--layers", "cases"], in: folder).status == 0)
        // 3 x 127 beyond 2^31 - 1.
        try write(bias: (1 << 31) - 1 - 380)
        let outcome = try Tool.run(["verify", "--layers", "cases"], in: folder)
        #expect(outcome.status == 2 && outcome.errors.contains("error[NETWORK-017]"), "\(outcome.errors)")

        var network = try #require(Self.bundled.quantized)
        let (layer, bits) = network.graph.layers.map { ($0.name, AccumulatorProof.width(of: $0, in: network)) }.max {
            $0.1 < $1.1
        }!
        network.widths.accumulatorBits = bits
        // All weights of the widest layer but one are the largest that still fit: then the one does not.
        guard case .accumulation(var parameters)? = network.parameters[layer] else { return }
        parameters.bias[0] = (1 << (bits - 1)) - 1
        parameters.weightCodes.replaceSubrange(
            0..<parameters.weightCodes.count / parameters.bias.count,
            with: repeatElement(128, count: parameters.weightCodes.count / parameters.bias.count))
        network.parameters[layer] = .accumulation(parameters)
        try folder.write(NetworkFile(quantized: network).bytes, "tight.safetensors")
        let options = ["verify", "--network", "tight.safetensors"]
        #expect(try Tool.run(options + ["--inject", "weight:\(layer):0=128"], in: folder).status == 0)
        try Tool.expectRefusal(.networkSumTooWide, options + ["--inject", "weight:\(layer):0=129"], in: folder)
    }

    @Test("Tensors of a wrong shape, with NaN or infinity, missing or unused; unknown operators and versions")
    func contents() throws {
        let folder = try ScratchFolder()
        func refuse(
            _ code: DiagnosticCode, _ sourceLocation: SourceLocation = #_sourceLocation,
            _ change: (inout SafetensorsFile) -> Void
        ) throws {
            try folder.write(Self.file(change), "n.safetensors")
            try Tool.expectRefusal(
                code, ["run", "--float", "--network", "n.safetensors"], in: folder, sourceLocation: sourceLocation)
        }
        func replace(_ old: String, _ new: String, in file: inout SafetensorsFile) {
            let text = file.metadata["quantized"]!
            #expect(text.contains(old), "\(old)")
            file.metadata["quantized"] = text.replacingOccurrences(of: old, with: new)
        }
        let name = try #require(
            try SafetensorsFile(Self.bundled.bytes, at: "bundled").tensors.keys.sorted().first {
                $0 == "float.analysis0.weights"
            })
        for bits in [Float.nan.bitPattern, Float.infinity.bitPattern] {
            try refuse(.networkNotFinite) { file in
                file.tensors[name]!.bytes.replaceSubrange(
                    400..<404, with: withUnsafeBytes(of: bits.littleEndian) { Array($0) })
            }
        }
        try refuse(.networkTensorMismatch) { $0.tensors[name]!.shape = [$0.tensors[name]!.count] }
        try refuse(.networkTensorMismatch) { $0.tensors["quantized.analysis0.weightCodes"]!.shape.swapAt(0, 1) }
        try refuse(.networkTensorMissing) { $0.tensors[name] = nil }
        try refuse(.networkTensorUnused) { $0.tensors["float.extra"] = $0.tensors[name] }
        try refuse(.graphUnsupportedOperator) { replace("\"operator\":\"gdn\"", "\"operator\":\"softmax\"", in: &$0) }
        try refuse(.graphUnknownTensor) { replace("\"inputs\":[\"gdn0\"]", "\"inputs\":[\"gdn9\"]", in: &$0) }
        try refuse(.networkSchemaUnknown) { $0.metadata["schemaVersion"] = "2" }
        try refuse(.networkFieldInvalid) {
            $0.metadata["float"] = nil
            $0.metadata["quantized"] = nil
        }
        try refuse(.networkFieldInvalid) { $0.metadata["float"] = "{}" }
    }

    @Test("A float network does not run, a network without float weights has no --float, and one rate is one rate")
    func forms() throws {
        let folder = try ScratchFolder()
        try folder.write(NetworkFile(float: Self.bundled.float).bytes, "float.safetensors")
        try folder.write(NetworkFile(quantized: Self.bundled.quantized).bytes, "quantized.safetensors")
        for command in ["plan", "schedule"] {
            #expect(try Tool.run([command, "--network", "float.safetensors"], in: folder).status == 0)
        }
        for command in ["run", "verify", "explain"] {
            try Tool.expectRefusal(.networkNotQuantized, [command, "--network", "float.safetensors"], in: folder)
        }
        try Tool.expectRefusal(
            .networkHasNoFloat, ["run", "--float", "--network", "quantized.safetensors"], in: folder)
        for rate in ["1", "1000000"] {
            try Tool.expectRefusal(.rateOutOfRange, ["run", "--network", "lapped8", "--rate", rate], in: folder)
        }
        for rate in [["--rate=-1"], ["--rate", "-1"]] {
            try Tool.expectRefusal(.rateOutOfRange, ["plan"] + rate, in: folder)
        }
        let of = try Tool.run(
            ["plan", "--network", "mbt2018-mean-mse", "--network", "lapped8", "--rate", "2"], in: folder)
        #expect(of.status == 2 && of.errors.contains("rate 2 of lapped8"), "\(of.errors)")
    }

    @Test("A network without a picture at its beginning, and an operator without a derivation")
    func pictureless() throws {
        let folder = try ScratchFolder()
        try folder.write(Self.moving(channels: 4, .pixelShuffle(factor: 2), inputs: 1).bytes, "shuffle.safetensors")
        try folder.write(Self.moving(channels: 3, .concatenation, inputs: 2).bytes, "twice.safetensors")
        for command in ["run", "verify", "explain"] {
            try Tool.expectRefusal(.networkHasNoPicture, [command, "--network", "shuffle.safetensors"], in: folder)
        }
        #expect(try Tool.run(["plan", "--network", "shuffle.safetensors"], in: folder).status == 0)
        try Tool.expectRefusal(.explainOperator, ["explain", "--network", "twice.safetensors"], in: folder)
        // The codes are copied: each pixel's three samples stand twice.
        try folder.write(HandmadePNG.ramp(width: 5, height: 4).bytes, "ramp.png")
        _ = try Tool.run(
            ["run", "--network", "twice.safetensors", "--image", "ramp.png", "--output", "out", "--tensors"], in: folder
        )
        let samples = HandmadePNG.ramp(width: 5, height: 4).samples.map { UInt8($0) }
        var twice: [UInt8] = []
        for first in stride(from: 0, to: samples.count, by: 3) {
            let pixel = Array(samples[first..<first + 3])
            twice += pixel + pixel
        }
        #expect(try NPYFile(folder.bytes("out/layer.npy")).payload == twice)
    }

    /// One layer that moves codes.
    private static func moving(channels: Int, _ operation: Operator, inputs: Int) throws -> NetworkFile {
        let graph = Graph(
            name: "moving", inputs: [GraphInput(name: "image", channels: channels)],
            layers: [Layer(name: "layer", operator: operation, inputs: Array(repeating: "image", count: inputs))],
            outputs: ["layer"])
        let outputChannels = try graph.shapes(height: 8, width: 8)["layer"]!.channels
        func format(_ channels: Int) -> TensorFormat { .codes(.uniform(.linearUnsigned, channels: channels, step: 1)) }
        return NetworkFile(
            quantized: QuantizedNetwork(
                graph: graph, formats: ["image": format(channels), "layer": format(outputChannels)],
                parameters: ["layer": .none],
                widths: DatapathWidths(activationBits: 12, weightBits: 8, accumulatorBits: 32)))
    }

    @Test("Quantization refuses what it cannot do, and writes nothing")
    func quantization() throws {
        let folder = try ScratchFolder()
        try folder.write(NetworkFile(float: Self.bundled.float).bytes, "float.safetensors")
        try FileManager.default.createDirectory(atPath: folder.path("pictures"), withIntermediateDirectories: false)
        func refuse(
            _ code: DiagnosticCode, _ options: [String], _ sourceLocation: SourceLocation = #_sourceLocation
        ) throws {
            try Tool.expectRefusal(
                code, ["quantize", "float.safetensors", "--calibration", "pictures", "-o", "q.safetensors"] + options,
                in: folder, sourceLocation: sourceLocation)
            #expect(try !folder.names().contains("q.safetensors"), sourceLocation: sourceLocation)
        }
        try refuse(.calibrationFolderEmpty, [])
        // What the folder is comes before what options would mean for it.
        try refuse(.calibrationFolderEmpty, ["--input-layout", "nchw"])
        try folder.write(NPY.bytes([0], shape: [1]), "pictures/a.npy")
        try folder.write(HandmadePNG.ramp(width: 64, height: 64).bytes, "pictures/a.png")
        let both = try Tool.run(
            ["quantize", "float.safetensors", "--calibration", "pictures", "--input-layout", "nchw", "-o", "q"],
            in: folder)
        #expect(both.status == 2 && both.errors.contains("pictures: .png files (1) and .npy files (1)"))
        for name in ["a.npy", "a.png"] { try FileManager.default.removeItem(atPath: folder.path("pictures/\(name)")) }
        try folder.write(HandmadePNG.ramp(width: 7, height: 7).bytes, "pictures/small.png")
        try refuse(.calibrationPictureTooSmall, [])
        try FileManager.default.removeItem(atPath: folder.path("pictures/small.png"))
        try folder.write(HandmadePNG.ramp(width: 64, height: 64).bytes, "pictures/ramp.png")
        try refuse(.groupingNotExecutable, ["--grouping", "kernel"])
        try refuse(.networkReferenceUnfit, ["--reference", "mbt2018-mean-mse"])
        try refuse(.lawUnknown, ["--weights", "cubic"])
        try refuse(.lawParameterOutOfRange, ["--weights", "power 0/1"])
        try folder.write([1, 2, 3], "pictures/broken.png")
        try refuse(.imageNotPNG, [])
        try Tool.expectRefusal(
            .importArchitectureUnknown, ["import", "--architecture", "lenet", "pictures", "-o", "n.safetensors"],
            in: folder)
    }

    @Test("A fine-tuned network is quantized beside the float network it came from, which the file then carries")
    func reference() throws {
        let folder = try ScratchFolder()
        var float = try #require(Self.bundled.float)
        try folder.write(NetworkFile(float: float).bytes, "before.safetensors")
        let layer = float.graph.layers[0].name
        guard case .accumulation(var weights, let bias)? = float.parameters[layer] else {
            Issue.record("\(layer) has no weights")
            return
        }
        weights[0] += 0.25
        float.parameters[layer] = .accumulation(weights: weights, bias: bias)
        try folder.write(NetworkFile(float: float).bytes, "tuned.safetensors")
        try FileManager.default.createDirectory(atPath: folder.path("pictures"), withIntermediateDirectories: false)
        try folder.write(HandmadePNG.ramp(width: 64, height: 64).bytes, "pictures/ramp.png")
        func quantized(_ options: [String]) throws -> NetworkFile {
            let run = try Tool.run(
                ["quantize", "tuned.safetensors", "--calibration", "pictures", "--crop", "64", "-o", "q.safetensors"]
                    + options, in: folder)
            #expect(run.status == 0)
            return try NetworkFile.read(folder.path("q.safetensors"))
        }
        let (own, referred) = (try quantized([]), try quantized(["--reference", "before.safetensors"]))
        #expect(own.float?.parameters[layer] == float.parameters[layer])
        #expect(referred.float?.parameters[layer] == Self.bundled.float?.parameters[layer])
        #expect(referred.quantized?.parameters[layer] == own.quantized?.parameters[layer])
    }
}

import Diagnostics
import FileFormats
import Foundation
import ModelWriters
import NetworkFiles
import Tensors
import TestSupport
import Testing

@Suite(.enabled(if: Tool.isBuilt, Tool.missing)) struct ModelImportTests {
    private static let folder = Checkout.shared("models/tflite")
    private static let missing: Comment = "shared/data/models/tflite is not beside this checkout (set INTAGLIO_SHARED)"

    @Test("A file that is no model, and none, are IMPORT-007 without --architecture")
    func formats() throws {
        let folder = try ScratchFolder()
        try folder.write("no model at all", "n.tflite")
        for path in ["n.tflite", "nowhere.tflite"] {
            try Tool.expectRefusal(.importFormatUnknown, ["import", path, "-o", "n.safetensors"], in: folder)
        }
        let both = try Tool.run(
            ["import", "--architecture", "bls2017", "n", "--outputs", "a", "-o", "n.safetensors"], in: folder)
        #expect(both.status == 2 && both.errors.contains("--outputs has no effect here"))
    }

    @Test("A checkpoint, other tensors and a network file are refused for what they are")
    func others() throws {
        let folder = try ScratchFolder()
        let zip: [UInt8] = [0x50, 0x4B, 3, 4] + Array(repeating: 8, count: 22) + [12, 0, 0, 0]
        try folder.write(zip + Array("net/data.pkl".utf8), "net.pth")
        for arguments in [
            ["import", "net.pth", "-o", "n"],
            ["import", "--architecture", "mean-scale-hyperprior", "net.pth", "-o", "n"],
            ["quantize", "net.pth", "--calibration", ".", "-o", "n"], ["plan", "--network", "net.pth"],
        ] {
            let refusal = try Tool.run(arguments, in: folder)
            #expect(
                refusal.status == 2 && refusal.errors.contains("error[IMPORT-007]: net.pth: a checkpoint of PyTorch"))
            #expect(refusal.errors.contains("python -m intaglio_training convert net.pth"))
        }
        // Whatever the name ends in.
        let pointer = Array("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n".utf8)
        for ending in ["onnx", "csv", "tflite", "safetensors", "pth"] {
            for (bytes, found) in [
                (zip + Array("net/data.pkl".utf8), "a checkpoint"), (pointer, "a pointer of Git LFS"),
            ] {
                try folder.write(bytes, "x.\(ending)")
                for arguments in [
                    ["import", "x.\(ending)", "-o", "n"], ["plan", "--network", "x.\(ending)"],
                    ["quantize", "x.\(ending)", "--calibration", ".", "-o", "n"], ["inspect", "x.\(ending)"],
                ] {
                    let refusal = try Tool.run(arguments, in: folder)
                    #expect(
                        refusal.status == 2 && refusal.errors.hasPrefix("error[IMPORT-007]: x.\(ending): \(found)"),
                        "\(arguments): \(refusal.errors)")
                }
            }
        }
        func found(_ file: SafetensorsFile) throws -> String {
            try folder.write(file.bytes, "other.safetensors")
            return try Tool.run(["import", "other.safetensors", "-o", "n"], in: folder).errors
        }
        let one = SafetensorsTensor([Float(1)], shape: [1])
        #expect(
            try found(SafetensorsFile(tensors: ["a.weight": one, "b.weight": one])).contains(
                "a safetensors file of 2 tensors that are no state dict of CompressAI: a.weight, b.weight"))
        #expect(
            try found(SafetensorsFile(metadata: ["format": "intaglio network"])).contains(
                "a network file, which intaglio wrote"))
    }

    @Test("A state dict of CompressAI is imported, quantized as it is, and coded where it can be")
    func stateDicts() throws {
        let dicts = Checkout.root.appendingPathComponent("Tests/NetworksTests/CompressAI").path
        let folder = try ScratchFolder()
        try FileManager.default.createDirectory(atPath: folder.path("photos"), withIntermediateDirectories: true)
        try folder.write(HandmadePNG.ramp(width: 64, height: 64).bytes, "photos/a.png")
        let imported = try Tool.run(
            ["import", "\(dicts)/bmshj2018-hyperprior.safetensors", "-o", "float.safetensors", "--json"], in: folder)
        #expect(try imported.report()["architecture"]!.string == "bmshj2018-hyperprior:4,6")
        #expect(imported.errors.contains("medians of the entropy bottleneck are added back by layer h_a.4.medians"))
        for (source, output) in [("\(dicts)/bmshj2018-hyperprior.safetensors", "a"), ("float.safetensors", "b")] {
            let quantized = try Tool.run(
                ["quantize", source, "--calibration", "photos", "--codec", "-o", output], in: folder)
            #expect(quantized.status == 0, "\(quantized.errors)")
        }
        #expect(try folder.bytes("a") == folder.bytes("b"))
        let serial = ["quantize", "\(dicts)/mbt2018.safetensors", "--calibration", "photos", "-o", "c"]
        try Tool.expectRefusal(.codecNetworkUnfit, serial + ["--codec"], in: folder)
        #expect(try Tool.run(serial, in: folder).status == 0)
        try Tool.expectRefusal(
            .networkNotQuantized, ["run", "--network", "\(dicts)/mbt2018.safetensors"], in: folder)
        let unused = ["import", "\(dicts)/mbt2018.safetensors", "--runtime", "tflm", "-o", "d"]
        #expect(try Tool.run(unused, in: folder).status == 2)
    }

    @Test(
        "No layer takes fewer cycles than its lower bound, though its weights come in before it begins",
        .enabled(if: folder != nil, missing))
    func lowerBounds() throws {
        let folder = try ScratchFolder()
        for machine in ["small", "mid", "large"] {
            let model = "\(Self.folder!)/vww_96_int8.tflite"
            let plan = try Tool.run(["plan", "--network", model, "--machine", machine, "--json"], in: folder).report()
            for layer in plan["layers"]!.elements + [plan["totals"]!] {
                let bound = try #require(layer["lowerBoundCycles"]?.number)
                #expect(try bound <= #require(layer["simulatedCycles"]?.number), "\(layer)")
            }
        }
    }

    @Test("A model is imported with a report of its schema, and planned", .enabled(if: folder != nil, missing))
    func report() throws {
        let folder = try ScratchFolder()
        let model = "\(Self.folder!)/kws_ref_model.tflite"
        let wrong = ["import", model, "--outputs", "functional_1_dense", "-o", "n.safetensors"]
        try Tool.expectRefusal(.tfliteOutputUnknown, wrong, in: folder)
        // As it is: SOFTMAX at its end is the host's.
        #expect(try Tool.run(["plan", "--network", model], in: folder).output.contains("\nhost        softmax"))
        let arguments = ["import", model, "--outputs", "functional_1_dense_BiasAdd", "-o", "n.safetensors"]
        let document = try Tool.run(arguments + ["--json"], in: folder).report()
        #expect(try JSONSchema.named("import").violations(of: document) == [])
        #expect(document["layers"]?.number == 11)
        let text = try Tool.run(arguments, in: folder)
        #expect(text.status == 0 && text.output.contains("22,604 parameters, 2,664,768 useful MACs at 10x49"))
        #expect(text.output.contains("SOFTMAX"))
        let plan = try Tool.run(["plan", "--network", "n.safetensors", "--size", "10x49", "--json"], in: folder)
        #expect(plan.status == 0)
        let verified = try Tool.run(["verify", "--network", "n.safetensors"], in: folder)
        #expect(verified.status == 2 && verified.errors.contains("RUN-004"), "it takes no picture")
    }

    /// A float input, quantized, through RELU and SOFTMAX, and back to real numbers.
    private static let classifier: [UInt8] = {
        func tensor(_ name: String, _ type: Int8, _ scale: Float?, _ zeroPoint: Int64 = 0) -> [Int: Written] {
            var fields: [Int: Written] = [0: .int32s([1, 6]), 1: .int8(type), 3: .string(name)]
            if let scale { fields[4] = .table([2: .floats([scale]), 3: .int64s([zeroPoint])]) }
            return fields
        }
        let tensors = [
            tensor("real", 0, nil), tensor("codes", 9, 0.5), tensor("scores", 9, 0.5),
            tensor("probabilities", 9, 1 / 256, -128), tensor("shares", 0, nil),
        ]
        func step(_ index: Int32, _ options: [Int: Written] = [:]) -> [Int: Written] {
            [0: .uint32(UInt32(index)), 1: .int32s([index]), 2: .int32s([index + 1])].merging(options) { $1 }
        }
        return FlatBufferWriter.file([
            0: .uint32(3),
            1: .tables([114, 19, 25, 6].map { [0: .int8(Int8($0)), 3: .int32($0)] }),
            2: .tables([
                [
                    0: .tables(tensors), 1: .int32s([0]), 2: .int32s([4]),
                    3: .tables([
                        step(0), step(1), step(2, [3: .uint8(9), 4: .table([0: .float(1)])]), step(3),
                    ]),
                ]
            ]), 4: .tables([[:]]),
        ])
    }()

    @Test("A classifier runs on real numbers to real numbers, and says its five largest elements")
    func classifier() throws {
        let folder = try ScratchFolder()
        try folder.write(Self.classifier, "model.tflite")
        // 2 is code 4 of 0.5; the negative one is limited.
        let reals: [Float] = [1, -3, 2, 0.5, 2, 0]
        try folder.write(NPY.bytes(reals, shape: [1, 6]), "x.npy")
        let arguments = ["--network", "model.tflite", "--input", "real=x.npy"]
        let report = try Tool.run(["run"] + arguments + ["--json", "-o", "r", "--tensors"], in: folder).report()
        #expect(try JSONSchema.named("report").violations(of: report) == [])
        #expect(report["top"]?.elements[0]["tensor"]?.string == "scores")
        let top = (0..<5).map { report["top"]?.elements[0]["top"]?.elements[$0]["index"]?.integer }
        #expect(top == [2, 4, 0, 3, 1])
        #expect(report["top"]?.elements[0]["top"]?.elements[0]["value"]?.number == 2)
        #expect(report["top"]?.elements[0]["top"]?.elements[0]["code"]?.number == 132)
        #expect(report["top"]?.elements[1]["tensor"]?.string == "probabilities")
        #expect(report["host"]?.elements[2]["function"]?.string == "dequantize")
        #expect(report["host"]?.elements[2]["writtenBytes"]?.number == 24)
        #expect(
            report["host"]?.elements[0]["outputDigest"] == nil && report["host"]?.elements[1]["outputDigest"] != nil)
        let shares = try NPYArray(folder.bytes("r/shares.npy"))
        #expect(shares.shape == [1, 6] && shares.type == .float32)
        let text = try Tool.run(["run"] + arguments, in: folder)
        #expect(text.output.contains("largest     scores: 2 is 2.0 (code 132), 4 is 2.0 (code 132), 0 is 1.0"))
        #expect(text.output.contains("host        quantize codes of real, 1x6 int8: 24 bytes read, 6 written"))
        let plan = try Tool.run(["plan", "--network", "model.tflite", "--json"], in: folder).report()
        #expect(try JSONSchema.named("report").violations(of: plan) == [])
        #expect(plan["host"]?.elements[1]["function"]?.string == "softmax" && plan["top"] == nil)
        let inspected = try Tool.run(["inspect", "model.tflite", "--json"], in: folder).report()
        #expect(try JSONSchema.named("inspection").violations(of: inspected) == [])
        #expect(try Tool.run(["inspect", "model.tflite"], in: folder).output.contains("host softmax probabilities"))
        // Integers are codes, under the name of the codes; both at once are one too many.
        try folder.write(NPY.bytes([2, -6, 4, 1, 4, 0] as [Int8], type: "i1", shape: [1, 6]), "codes.npy")
        let codes = ["run", "--network", "model.tflite", "--input", "codes=codes.npy", "--json"]
        #expect(
            try Tool.run(codes, in: folder).report()["layers"]?.elements[0]["outputDigest"]?.string
                == report["layers"]?.elements[0]["outputDigest"]?.string)
        try Tool.expectRefusal(.inputUnknown, ["run"] + arguments + ["--input", "codes=codes.npy"], in: folder)
        try Tool.expectRefusal(
            .tensorFileUnfit, ["run", "--network", "model.tflite", "--input", "real=codes.npy"], in: folder)
        try folder.write(NPY.bytes(reals, shape: [2, 3]), "y.npy")
        try Tool.expectRefusal(
            .tensorFileUnfit, ["run", "--network", "model.tflite", "--input", "real=y.npy"], in: folder)
    }

    @Test("ONNX models: in codes and in real numbers, imported and planned, with a report of the schema")
    func onnx() throws {
        let folder = try ScratchFolder()
        let models = Checkout.root.appendingPathComponent("Tests/ONNXTests/Models").path
        for (name, layers) in [("exact-qdq", 6), ("real", 12)] {
            let model = "\(models)/\(name).onnx"
            let document = try Tool.run(["import", model, "-o", "n.safetensors", "--json"], in: folder).report()
            #expect(try JSONSchema.named("import").violations(of: document) == [])
            #expect(document["layers"]?.number == Double(layers))
        }
        let codes = "\(models)/exact-qdq.onnx"
        #expect(try Tool.run(["plan", "--network", codes], in: folder).status == 0)
        // The name does not say the format.
        try folder.write(Array(Data(contentsOf: URL(fileURLWithPath: codes))), "model")
        #expect(try Tool.run(["import", "model", "-o", "n.safetensors"], in: folder).status == 0)
        let real = ["plan", "--network", "\(models)/real.onnx"]
        let plan = try Tool.run(real + ["--machine", "small", "--machine", "mid", "--json"], in: folder).report()
        let report = try #require(plan["plans"]?.elements.first)
        #expect(report["image"]?["width"]?.number == 12 && report["image"]?["height"]?.number == 10)
        #expect(report["assumptions"]?.elements.first?.string?.hasPrefix("no weights: 8-bit codes") ?? false)
        #expect(try JSONSchema.named("report").violations(of: Tool.run(real + ["--json"], in: folder).report()) == [])
        #expect(try Tool.run(["inspect", "\(models)/real.onnx"], in: folder).output.contains("parameters"))
        let written = try Tool.run(["schedule"] + real.dropFirst() + ["-o", "s.yaml"], in: folder)
        #expect(written.status == 0, "\(written.errors)")
        try Tool.expectRefusal(.networkNotQuantized, ["run"] + real.dropFirst(), in: folder)
        try Tool.expectRefusal(.onnxShapeUnfit, real + ["--shape", "imge=1x3x10x12"], in: folder)
        let unused = try Tool.run(["plan", "--shape", "a=1"], in: folder)
        #expect(unused.status == 2 && unused.errors.contains("--shape has no effect here"))
        let shape = ["import", codes, "--shape", "image=1x3x10x10", "-o", "n.safetensors"]
        try Tool.expectRefusal(.onnxShapeUnfit, shape, in: folder)
        let wrong = try Tool.run(["import", codes, "--shape", "image", "-o", "n.safetensors"], in: folder)
        #expect(wrong.status == 2 && wrong.errors.contains("name=1x3x224x224"))
        try folder.write("no model at all", "n.onnx")
        try Tool.expectRefusal(.onnxNotOne, ["import", "n.onnx", "-o", "n.safetensors"], in: folder)
    }

    @Test("ONNX models take a float input under its own name, channels first or last; what is no number is said of it")
    func onnxInputs() throws {
        let folder = try ScratchFolder()
        let models = Checkout.root.appendingPathComponent("Tests/ONNXTests/Models").path
        let (channels, side) = (3, 24)
        let planes = (0..<channels * side * side).map { Float($0 * 37 % 256) / 255 }
        let area = side * side
        let last = planes.indices.map { planes[$0 % channels * area + $0 / channels] }
        try folder.write(NPY.bytes(planes, shape: [1, channels, side, side]), "first.npy")
        try folder.write(NPY.bytes(last, shape: [side, side, channels]), "last.npy")
        let run = ["run", "--network", "\(models)/exact-qlinear.onnx", "--json", "--input"]
        let first = try Tool.run(run + ["image=first.npy", "--input-layout", "nchw"], in: folder).report()
        let second = try Tool.run(run + ["image=last.npy"], in: folder).report()
        let digests = [first, second].map { report in
            report["layers"]!.elements.map { $0["outputDigest"]!.string }
        }
        #expect(digests[0] == digests[1] && digests[0].count == 6)
        // The same codes by hand: scale and zero point of the report, ties to even.
        let imported = try Tool.run(
            ["import", "\(models)/exact-qlinear.onnx", "-o", "n.safetensors", "--json"], in: folder
        ).report()
        let input = try #require(imported["report"]?["inputs"]?.elements.first)
        let (scale, zero) = (Float(input["scale"]!.number!), Float(input["zeroPoint"]!.number!))
        let codes = last.map { UInt8(min(max(($0 / scale).rounded(.toNearestOrEven) + zero, 0), 255)) }
        try folder.write(NPY.bytes(codes, type: "u1", shape: [side, side, channels]), "codes.npy")
        let third = try Tool.run(run + ["image_quantized=codes.npy"], in: folder).report()
        #expect(third["layers"]!.elements.map { $0["outputDigest"]!.string } == digests[0])
        let wrong = try Tool.run(run.filter { $0 != "--json" } + ["image=first.npy"], in: folder)
        #expect(wrong.status == 2 && wrong.errors.contains("add --input-layout nchw"))
        let unknown = try Tool.run(run.filter { $0 != "--json" } + ["imago=first.npy"], in: folder)
        #expect(unknown.status == 2 && unknown.errors.contains("did you mean 'image'?"))

        var broken = (0..<3 * 10 * 12).map { Float($0) / 360 }
        broken[(2 * 10 + 4) * 12 + 7] = .infinity
        try folder.write(NPY.bytes(broken, shape: [1, 3, 10, 12]), "broken.npy")
        let real = ["run", "--float", "--network", "\(models)/real.onnx", "--input", "image=broken.npy"]
        // One tensor for one input, or a diagnostic: also of a network of two.
        try Tool.expectRefusal(.inputMissing, real + ["--input", "other=broken.npy"], in: folder)
        let refused = try Tool.run(real + ["--input-layout", "nchw"], in: folder)
        #expect(refused.status == 2 && refused.errors.contains("error[RUN-028]: broken.npy, y=4,x=7,c=2: inf in image"))
    }

    /// RELU on 3 rows and 5 columns of three channels.
    private static let limited: [UInt8] = {
        func tensor(_ name: String) -> [Int: Written] {
            [
                0: .int32s([1, 3, 5, 3]), 1: .int8(9), 3: .string(name),
                4: .table([2: .floats([1]), 3: .int64s([-128])]),
            ]
        }
        return FlatBufferWriter.file([
            0: .uint32(3), 1: .tables([[0: .int8(19), 3: .int32(19)]]),
            2: .tables([
                [
                    0: .tables([tensor("in"), tensor("out")]), 1: .int32s([0]), 2: .int32s([1]),
                    3: .tables([[1: .int32s([0]), 2: .int32s([1])]]),
                ]
            ]), 4: .tables([[:]]),
        ])
    }()

    @Test("A model itself is a network, of its own extent, whatever its file is called")
    func direct() throws {
        let folder = try ScratchFolder()
        try folder.write(Self.limited, "model.bin")
        let named = ["--network", "model.bin"]
        let plan = try Tool.run(["plan"] + named + ["--json"], in: folder).report()
        #expect(plan["image"]?["width"]?.number == 5 && plan["image"]?["height"]?.number == 3)
        #expect(try Tool.run(["verify"] + named, in: folder).status == 0)
        #expect(try Tool.run(["explain"] + named, in: folder).status == 0)
        #expect(try Tool.run(["schedule"] + named, in: folder).output.contains("out"))
        #expect(try Tool.run(["inspect", "model.bin"], in: folder).output.contains("3x5x3"))
        #expect(try Tool.run(["run"] + named + ["-o", "results", "--tensors"], in: folder).status == 0)
        // Codes are copied: RELU with the zero point at the lowest element limits nothing.
        let output = try NPYFile(folder.bytes("results/out.npy"))
        #expect(output.shape == [3, 5, 3])
        let other = try Tool.run(["plan"] + named + ["--size", "8x8"], in: folder)
        #expect(other.status == 0 && other.errors.contains("was made for 5x3"))
        try Tool.expectRefusal(.networkNotQuantized, ["run", "--network", "float.safetensors"], in: floats())
    }

    /// A folder with a float network: another format stays what it was.
    private func floats() throws -> ScratchFolder {
        let folder = try ScratchFolder()
        try folder.write(NetworkFile(float: NetworkInputTests.bundled.float).bytes, "float.safetensors")
        return folder
    }
}

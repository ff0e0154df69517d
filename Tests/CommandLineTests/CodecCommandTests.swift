import Diagnostics
import Foundation
import Images
import NetworkFiles
import Networks
import Quantization
import TestSupport
import Testing

@Suite(.serialized, .enabled(if: Tool.isBuilt, Tool.missing)) struct CodecCommandTests {
    /// The bundled network with its latents on a fine grid and histograms of two pictures; made once. Tests write files
    /// of different names.
    private nonisolated(unsafe) static let prepared: ScratchFolder = {
        let folder = try! ScratchFolder()
        try! FileManager.default.createDirectory(atPath: folder.path("photos"), withIntermediateDirectories: true)
        for (name, side) in [("a", 64), ("b", 96)] {
            try! folder.write(HandmadePNG.ramp(width: side, height: 64).bytes, "photos/\(name).png")
        }
        try! folder.write(HandmadePNG.ramp(width: 37, height: 23).bytes, "ramp.png")
        let outcome = try! Tool.run(
            ["quantize", "lapped8", "--calibration", "photos", "--codec", "-o", "net.safetensors"], in: folder)
        precondition(outcome.status == 0, outcome.errors)
        return folder
    }()

    @Test(
        "encode and decode: the decoded picture is the encoder's reconstruction, the same bytes with any thread count",
        arguments: ["round", "rdoq", "tcq4", "tcq8"])
    func roundTrip(quantizer: String) throws {
        let folder = Self.prepared
        let stream = "\(quantizer).bits"
        let options = ["--network", "net.safetensors", "--quantizer", quantizer]
        let report = try Tool.run(
            ["encode", "ramp.png", "-o", stream, "--reconstruction", "\(quantizer).png", "--threads", "1", "--json"]
                + options, in: folder
        ).report()
        #expect(report["bytes"]!.number == Double(try folder.bytes(stream).count))
        #expect(report["headerBytes"]!.number == 60)
        #expect(report["budget"]!["encode"]!["boundingPart"]!.string == "transforms")
        #expect((report["width"]!.number, report["height"]!.number) == (37, 23))
        _ = try Tool.run(["encode", "ramp.png", "-o", stream + "2", "--threads", "3"] + options, in: folder)
        #expect(try folder.bytes(stream + "2") == folder.bytes(stream))
        let decoded = try Tool.run(
            ["decode", stream, "--network", "net.safetensors", "-o", "\(quantizer)-decoded.png"], in: folder)
        #expect(decoded.status == 0 && decoded.output.isEmpty, "\(decoded.errors)")
        #expect(try folder.bytes("\(quantizer)-decoded.png") == folder.bytes("\(quantizer).png"))
        let pictures = try [
            PNGReader.read(path: folder.path("\(quantizer).png")), PNGReader.read(path: folder.path("ramp.png")),
        ].map(\.image)
        #expect(try report["psnr"]!.number == PSNR(of: pictures[0], against: pictures[1]).decibels)
    }

    @Test("A trellis from a file travels in the stream")
    func trellis() throws {
        let folder = Self.prepared
        try folder.write("0 2 0\n2 0 0\n1 3 1\n3 1 1\n", "four.txt")
        let options = ["--network", "net.safetensors", "--step", "9"]
        _ = try Tool.run(
            [
                "encode", "ramp.png", "-o", "own.bits", "--reconstruction", "own.png", "--quantizer", "trellis",
                "--trellis", "four.txt",
            ] + options, in: folder)
        _ = try Tool.run(["encode", "ramp.png", "-o", "four.bits", "--quantizer", "tcq4"] + options, in: folder)
        let (own, four) = (try folder.bytes("own.bits"), try folder.bytes("four.bits"))
        #expect(Array(own[60..<72]) == [0, 2, 2, 0, 1, 3, 3, 1, 0, 0, 1, 1])
        #expect(Array(own[72...]) == Array(four[60...]))
        _ = try Tool.run(["decode", "own.bits", "--network", "net.safetensors", "-o", "own-decoded.png"], in: folder)
        #expect(try folder.bytes("own-decoded.png") == folder.bytes("own.png"))
    }

    @Test("evaluate: one row a picture, rate and quantizer, rates from real bytes; its result is another's anchor")
    func evaluate() throws {
        let folder = Self.prepared
        let options = ["photos", "--network", "net.safetensors", "--quantizers", "round,tcq8"]
        let outcome = try Tool.run(["evaluate", "-o", "first", "--json"] + options, in: folder)
        let report = try outcome.report()
        #expect(Array(outcome.output.utf8) == (try folder.bytes("first/evaluation.json")))
        let rows = report["pictures"]!.elements
        #expect(rows.map { $0["curve"]!.string } == ["round", "tcq8", "round", "tcq8"])
        #expect(rows.map { $0["picture"]!.string } == ["a.png", "a.png", "b.png", "b.png"])
        for row in rows {
            let name = "photos/\(row["picture"]!.string!)"
            _ = try Tool.run(
                [
                    "encode", name, "-o", "row.bits", "--network", "net.safetensors", "--quantizer",
                    row["curve"]!.string!,
                ], in: folder)
            #expect(Double(try folder.bytes("row.bits").count) == row["bytes"]!.number)
            #expect(
                row["bitsPerPixel"]!.number == row["bytes"]!.number! * 8
                    / (row["width"]!.number! * row["height"]!.number!))
        }
        let csv = String(decoding: try folder.bytes("first/pictures.csv"), as: UTF8.self).split(separator: "\n")
        #expect(csv.count == 5 && csv.allSatisfy { $0.filter { $0 == "," }.count == 15 })
        #expect(String(decoding: try folder.bytes("first/curves.svg"), as: UTF8.self).hasPrefix("<svg "))
        let second = try Tool.run(
            ["evaluate", "--against", "first/evaluation.json:round", "--json"] + options, in: folder
        ).report()
        #expect(second["curves"]!.elements.map { $0["name"]!.string } == ["round", "tcq8", "round (2)"])
    }

    @Test("evaluate: the rates of several networks make one curve; one network twice makes none")
    func evaluateSeveral() throws {
        let folder = Self.prepared
        try FileManager.default.createDirectory(atPath: folder.path("others"), withIntermediateDirectories: true)
        try folder.write(HandmadePNG.ramp(width: 80, height: 96).bytes, "others/c.png")
        let made = try Tool.run(
            ["quantize", "lapped8", "--calibration", "others", "--codec", "-o", "other.safetensors"], in: folder)
        #expect(made.status == 0, "\(made.errors)")
        let options = ["evaluate", "photos", "--quantizers", "round", "--float", "--json", "--network"]
        let alone = try ["net.safetensors", "other.safetensors"].map { name in
            try Tool.run(options + [name], in: folder).report()
        }
        let both = options + ["net.safetensors", "--network", "other.safetensors"]
        let two = try Tool.run(both, in: folder)
        #expect(!two.errors.contains("built otherwise"))
        let rows = try two.report()["pictures"]!.elements
        #expect(rows.map { $0["rate"]!.number } == [0, 0, 1, 1, 0, 0, 1, 1])
        #expect(
            rows.map { $0["curve"]!.string } == [
                "round", "float", "round", "float", "round", "float", "round", "float",
            ])
        for (row, network, own) in [(0, 0, 0), (1, 0, 1), (2, 1, 0), (3, 1, 1), (4, 0, 2), (7, 1, 3)] {
            let single = alone[network]["pictures"]!.elements[own]
            for key in ["bytes", "psnr", "picture"] { #expect(rows[row][key]! == single[key]!, "\(row) \(key)") }
        }
        #expect(try two.report()["curves"]!.elements.map { $0["points"]!.elements.count } == [2, 2])
        #expect(try two.report()["network"]!["digest"]!.string != alone[0]["network"]!["digest"]!.string)
        let second = try Tool.run(both + ["--rates", "1"], in: folder).report()
        #expect(second["pictures"]!.elements.map { $0["rate"]!.number } == [1, 1, 1, 1])
        let beyond = try Tool.run(both.filter { $0 != "--json" } + ["--rates", "2"], in: folder)
        #expect(beyond.status == 2 && beyond.errors.hasPrefix("error[RUN-010]: --rates: rate 2\n"), "\(beyond.errors)")
        let twice = try Tool.run(options + ["net.safetensors", "--network", "net.safetensors"], in: folder)
        #expect(twice.status == 2 && twice.errors.contains("--network net.safetensors is given twice: give it once"))
        try folder.write(folder.bytes("net.safetensors"), "copy.safetensors")
        let copied = try Tool.run(options + ["net.safetensors", "--network", "copy.safetensors"], in: folder)
        #expect(copied.status == 2)
        #expect(copied.errors.contains("--network net.safetensors and copy.safetensors are one network: give it once"))
    }

    @Test("evaluate --without-decoding finds the same figures")
    func evaluateWithoutDecoding() throws {
        let options = ["evaluate", "photos", "--network", "net.safetensors", "--quantizers", "tcq4", "--json"]
        let decoded = try Tool.run(options, in: Self.prepared)
        #expect(try decoded.report()["pictures"]!.elements.count == 2)
        #expect(try Tool.run(options + ["--without-decoding"], in: Self.prepared).output == decoded.output)
    }

    @Test(
        "latents: a file a picture, rate and quantizer, in sub-folders too; encode --latents writes the same of one"
    )
    func latents() throws {
        let folder = Self.prepared
        try FileManager.default.createDirectory(atPath: folder.path("nested/inner"), withIntermediateDirectories: true)
        try folder.write(HandmadePNG.ramp(width: 37, height: 23).bytes, "nested/inner/ramp.png")
        try folder.write(HandmadePNG.ramp(width: 64, height: 64).bytes, "nested/z.png")
        let options = [
            "latents", "nested", "--network", "net.safetensors", "--quantizers", "round,tcq8", "--lambda-factor", "2",
        ]
        let outcome = try Tool.run(options + ["-o", "dump/all", "--symbols", "--threads", "1"], in: folder)
        #expect(outcome.status == 0 && outcome.output.isEmpty, "\(outcome.errors)")
        let index = try JSON(Data(folder.bytes("dump/all/latents.json")))
        #expect(
            index["schemaVersion"]!.integer == 2 && index["rates"]!.elements == [.integer(0)]
                && index["gridStep"]!.number! > 0)
        #expect(index["quantizers"]!.elements.map { $0["name"]!.string } == ["round", "tcq8"])
        #expect(index["quantizers"]!.elements.map { $0["step"]!.integer } == [64, 36])
        #expect(index["quantizers"]!.elements[0]["lambda"] == nil)
        #expect(index["pictures"]!.elements.map { $0["name"]!.string } == ["inner/ramp.png", "z.png"])
        #expect(index["pictures"]!.elements.map { $0["width"]!.integer } == [37, 64])

        // 37 x 23 is padded to 40 x 24, an eighth of it are latents.
        let symbols = try NPYFile(folder.bytes("dump/all/round/0/inner/ramp.png.symbols.npy"))
        let reconstruction = try NPYFile(folder.bytes("dump/all/round/0/inner/ramp.png.reconstruction.npy"))
        #expect(symbols.shape == [3, 5, 128] && symbols.descriptor == "<i2")
        #expect(Self.integers(reconstruction) == Self.integers(symbols).map { 64 * $0 })

        let lambda = "\(index["quantizers"]!.elements[1]["lambda"]!.number!)"
        let single = [
            "encode", "nested/inner/ramp.png", "--network", "net.safetensors", "--quantizer", "tcq8", "--lambda",
            lambda, "-o", "one.bits",
        ]
        #expect(try Tool.run(single + ["--latents", "dump/one"], in: folder).status == 0)
        for kind in ["symbols", "reconstruction"] {
            #expect(
                try folder.bytes("dump/one/tcq8/0/ramp.png.\(kind).npy")
                    == folder.bytes("dump/all/tcq8/0/inner/ramp.png.\(kind).npy"))
        }
        #expect(
            try JSON(Data(folder.bytes("dump/one/latents.json")))["pictures"]!.elements.map { $0["name"]!.string } == [
                "ramp.png"
            ])

        #expect(
            try Tool.run(options + ["-o", "dump/again", "--threads", "3", "--pictures", "1"], in: folder).status == 0)
        #expect(try folder.names(in: "dump/again/tcq8/0/inner") == ["ramp.png.reconstruction.npy"])
        #expect(
            try folder.bytes("dump/again/tcq8/0/inner/ramp.png.reconstruction.npy")
                == folder.bytes("dump/all/tcq8/0/inner/ramp.png.reconstruction.npy"))
        try Tool.expectRefusal(
            .calibrationFolderEmpty, ["latents", "dump", "--network", "net.safetensors", "-o", "x"], in: folder)
    }

    @Test("latents and encode --latents: hyper-latents as integers, those whose codes `run` stores")
    func hyperLatents() throws {
        let folder = try ScratchFolder()
        try FileManager.default.createDirectory(atPath: folder.path("pictures"), withIntermediateDirectories: true)
        try folder.write(HandmadePNG.ramp(width: 150, height: 70).bytes, "pictures/ramp.png")
        for arguments in [
            [
                "latents", "pictures", "--network", "mbt2018-mean-mse", "--rates", "2", "--quantizers", "round,tcq8",
                "-o", "all",
            ],
            ["encode", "pictures/ramp.png", "--rate", "2", "-o", "one.bits", "--latents", "one"],
            ["run", "--image", "pictures/ramp.png", "--rate", "2", "-o", "out", "--tensors"],
        ] {
            let outcome = try Tool.run(arguments, in: folder)
            #expect(outcome.status == 0, "\(outcome.errors)")
        }
        let values = try NPYFile(folder.bytes("all/hyper/2/ramp.png.npy"))
        #expect(values.shape == [2, 3, 64] && values.descriptor == "<i2")
        #expect(try folder.bytes("one/hyper/2/ramp.png.npy") == folder.bytes("all/hyper/2/ramp.png.npy"))
        let network = try #require(try BundledNetworks.network(named: "mbt2018-mean-mse").quantized)
        guard case .codes(let set)? = network.formats["h_a.4"] else {
            Issue.record("h_a.4 has no codes")
            return
        }
        let codes = try NPYFile(folder.bytes("out/h_a.4.npy")).payload
        let expected = codes.enumerated().map { index, code in
            Int(set.codebooks[Int(set.selects[index % 64])].entries[Int(code)]) + Int(set.offsets[index % 64])
        }
        #expect(Self.integers(values) == expected && Set(expected).count > 2)
    }

    private static func integers(_ file: NPYFile) -> [Int] {
        stride(from: 0, to: file.payload.count, by: 2).map {
            Int(Int16(bitPattern: UInt16(file.payload[$0]) | UInt16(file.payload[$0 + 1]) << 8))
        }
    }

    @Test("plan --codec names every part of a whole encode and decode and the one that bounds the rate")
    func budget() throws {
        let folder = Self.prepared
        let report = try Tool.run(
            ["plan", "--codec", "--network", "net.safetensors", "--quantizer", "tcq8", "--size", "640x480", "--json"],
            in: folder
        ).report()
        #expect(
            report["encode"]!["parts"]!.elements.map { $0["name"]!.string } == [
                "analysis", "trellisUnit", "entropyUnit",
            ])
        #expect(report["decode"]!["parts"]!.elements.map { $0["name"]!.string } == ["entropyUnit", "synthesis"])
        // Latents of 128 channels at an eighth of each side; both directions of the trellis take a sample a cycle.
        let latents = 128.0 * 80 * 60
        #expect(report["encode"]!["parts"]!.elements[1]["estimatedCycles"]!.number == 2 * latents)
        #expect(report["encode"]!["parts"]!.elements[1]["memoryBytes"]!.number == latents * 10 / 8)
        #expect(report["encode"]!["parts"]!.elements[2]["estimatedCycles"]!.number == latents + 4)
        #expect(report["encode"]!["estimatedCycles"]!.number == 3 * latents + 4)
    }

    @Test("What cannot be: codecMissing, streamMissing, streamNotOne, curveFileInvalid, a machine with fewer states")
    func refusals() throws {
        let folder = Self.prepared
        try Tool.expectRefusal(.codecMissing, ["encode", "ramp.png", "--network", "lapped8", "-o", "x"], in: folder)
        try Tool.expectRefusal(
            .streamMissing, ["decode", "nothing", "--network", "net.safetensors", "-o", "x.png"], in: folder)
        try Tool.expectRefusal(
            .streamNotOne, ["decode", "ramp.png", "--network", "net.safetensors", "-o", "x.png"], in: folder)
        try folder.write("{}", "empty.json")
        try Tool.expectRefusal(
            .curveFileInvalid, ["evaluate", "photos", "--network", "net.safetensors", "--against", "empty.json"],
            in: folder)
        let machine = try Tool.run(["machines", "mid"], in: folder).output.replacingOccurrences(
            of: "states: 8", with: "states: 4")
        try folder.write(machine, "four.yaml")
        try Tool.expectRefusal(
            .machineWidthExceeded,
            [
                "encode", "ramp.png", "--network", "net.safetensors", "--machine", "four.yaml", "--quantizer", "tcq8",
                "-o", "x",
            ], in: folder)
    }
}

import Diagnostics
import Foundation
import TestSupport
import Testing

/// Commands that read a folder: one bad item does not cost the others.
@Suite(.serialized, .enabled(if: Tool.isBuilt, Tool.missing)) struct FolderCommandTests {
    /// A prepared network; made once.
    private nonisolated(unsafe) static let prepared: ScratchFolder = {
        let folder = try! ScratchFolder()
        try! FileManager.default.createDirectory(atPath: folder.path("photos"), withIntermediateDirectories: true)
        try! folder.write(HandmadePNG.ramp(width: 64, height: 64).bytes, "photos/a.png")
        let outcome = try! Tool.run(
            ["quantize", "lapped8", "--calibration", "photos", "--codec", "-o", "net.safetensors"], in: folder)
        precondition(outcome.status == 0, outcome.errors)
        return folder
    }()

    /// `NAME/b.png` and `NAME/in,ner/b.png` are good; the last of the good ones is followed by a truncated one, a
    /// folder and a link to nothing.
    private func mixed(_ name: String, good: Bool = true) throws {
        let folder = Self.prepared
        try FileManager.default.createDirectory(
            atPath: folder.path("\(name)/in,ner"), withIntermediateDirectories: true)
        try FileManager.default.createDirectory(atPath: folder.path("\(name)/w.png"), withIntermediateDirectories: true)
        let bytes = HandmadePNG.ramp(width: 40, height: 24).bytes
        if good { for place in ["b.png", "in,ner/b.png"] { try folder.write(bytes, "\(name)/\(place)") } }
        try folder.write(Array(bytes.prefix(bytes.count / 2)), "\(name)/y.png")
        try? FileManager.default.createSymbolicLink(
            atPath: folder.path("\(name)/z.png"), withDestinationPath: "nowhere")
        try? FileManager.default.createSymbolicLink(atPath: folder.path("\(name)/loop"), withDestinationPath: ".")
        #expect(mkfifo(folder.path("\(name)/x.png"), 0o600) == 0 || errno == EEXIST)
    }

    private static let bad = ["w.png", "x.png", "y.png", "z.png"]

    private func expectList(
        _ outcome: Tool.Outcome, _ folder: String, _ summary: String, json: Bool = false,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(outcome.status == 2, "\(outcome.errors)", sourceLocation: sourceLocation)
        for name in Self.bad {
            let place = json ? "\"place\" : \"\(folder)/\(name)\"" : ": \(folder)/\(name)"
            #expect(outcome.errors.contains(place), "\(name): \(outcome.errors)", sourceLocation: sourceLocation)
        }
        let start = json ? "    \"code\" : \"IMAGE-" : "error[IMAGE-"
        #expect(
            outcome.errors.split(separator: "\n").filter { $0.contains(start) }.count == 4,
            "\(outcome.errors)", sourceLocation: sourceLocation)
        #expect(outcome.errors.contains(summary), "\(outcome.errors)", sourceLocation: sourceLocation)
        #expect(
            outcome.errors.contains("/loop is a link to a folder"), "\(outcome.errors)", sourceLocation: sourceLocation)
    }

    @Test(
        "evaluate measures the others, lists the bad, writes all, ends with exit code 2; names are relative and quoted"
    )
    func evaluate() throws {
        let folder = Self.prepared
        try mixed("mixed")
        let outcome = try Tool.run(
            ["evaluate", "mixed", "--network", "net.safetensors", "--quantizers", "round", "-o", "out", "--json"],
            in: folder)
        expectList(outcome, "mixed", "refused: 4 of 6 pictures; the results are those of the other 2", json: true)
        #expect(Array(outcome.output.utf8) == (try folder.bytes("out/evaluation.json")))
        let report = try JSON(Data(outcome.output.utf8))
        #expect(report["complete"] == .boolean(true))
        #expect(report["pictures"]!.elements.map { $0["picture"]!.string } == ["b.png", "in,ner/b.png"])
        let refused = report["refused"]!.elements
        #expect(refused.map { $0["place"]!.string } == Self.bad.map { "mixed/" + $0 })
        for item in refused {
            for key in ["code", "found", "expected", "remedy"] {
                #expect(item[key]?.string?.isEmpty == false, "\(key)")
            }
        }
        let rows = String(decoding: try folder.bytes("out/pictures.csv"), as: UTF8.self).split(separator: "\n")
        #expect(
            rows.count == 3 && rows[1].hasPrefix("round,0,b.png,40,24,")
                && rows[2].hasPrefix("round,0,\"in,ner/b.png\",40,24,"), "\(rows)")
    }

    @Test("latents of the others, with an index that has the refused")
    func latents() throws {
        let folder = Self.prepared
        try mixed("mixed")
        let outcome = try Tool.run(
            ["latents", "mixed", "--network", "net.safetensors", "--quantizers", "round", "-o", "latents"], in: folder)
        expectList(outcome, "mixed", "refused: 4 of 6 pictures; the results are those of the other 2")
        let index = try JSON(Data(folder.bytes("latents/latents.json")))
        #expect(index["pictures"]!.elements.map { $0["name"]!.string } == ["b.png", "in,ner/b.png"])
        #expect(index["refused"]!.elements.map { $0["place"]!.string } == Self.bad.map { "mixed/" + $0 })
        #expect(try folder.names(in: "latents/round/0/in,ner") == ["b.png.reconstruction.npy"])
    }

    @Test("Where all are bad there is the list and no result")
    func allBad() throws {
        let folder = Self.prepared
        try mixed("bad", good: false)
        for arguments in [
            ["evaluate", "bad", "--network", "net.safetensors", "--quantizers", "round", "-o", "none"],
            ["latents", "bad", "--network", "net.safetensors", "-o", "none"],
        ] {
            let outcome = try Tool.run(arguments, in: folder)
            expectList(outcome, "bad", "refused: 4 of 4 pictures; there is no result")
            #expect(outcome.output.isEmpty)
            for document in ["evaluation.json", "latents.json"] {
                #expect(!FileManager.default.fileExists(atPath: folder.path("none/" + document)))
            }
        }
    }

    @Test("quantize names every bad picture, those that are too small too, and writes nothing")
    func quantize() throws {
        let folder = Self.prepared
        try mixed("mixed")
        let outcome = try Tool.run(
            ["quantize", "lapped8", "--calibration", "mixed", "-o", "never.safetensors"], in: folder)
        #expect(outcome.status == 2 && outcome.output.isEmpty)
        for name in Self.bad { #expect(outcome.errors.contains("mixed/\(name)"), "\(outcome.errors)") }
        #expect(outcome.errors.contains("nothing was quantized"))
        #expect(!FileManager.default.fileExists(atPath: folder.path("never.safetensors")))
        try FileManager.default.createDirectory(atPath: folder.path("small"), withIntermediateDirectories: true)
        try folder.write(HandmadePNG.ramp(width: 64, height: 64).bytes, "small/a.png")
        try folder.write(HandmadePNG.ramp(width: 7, height: 64).bytes, "small/b.png")
        try Tool.expectRefusal(
            .calibrationPictureTooSmall, ["quantize", "lapped8", "--calibration", "small", "-o", "never.safetensors"],
            in: folder)
    }

    @Test("A study measures the others")
    func study() throws {
        let folder = Self.prepared
        try mixed("mixed")
        let outcome = try Tool.run(
            [
                "study", "means", "--network", "lapped8", "--calibration", "photos", "--images", "mixed", "--measured",
                "6",
            ], in: folder)
        #expect(
            outcome.status == 2 && outcome.output.split(separator: "\n").count == 6,
            "\(outcome.output)\(outcome.errors)")
        for name in Self.bad { #expect(outcome.errors.contains("mixed/\(name)"), "\(outcome.errors)") }
        #expect(outcome.errors.contains("refused: 4 of 6 pictures; the results are those of the other 2"))
    }

    @Test("verify --layers runs the others")
    func layerCases() throws {
        let folder = try ScratchFolder()
        try FileManager.default.createDirectory(
            atPath: folder.path("cases/folder.json"), withIntermediateDirectories: true)
        try folder.write("{}", "cases/a.json")
        try folder.write(
            """
            {"case": "one", "kind": "conv", "arithmetic": "gemmlowp double rounding", "inputShapeNHWC": [1, 1, 1, 1], \
            "outputShapeNHWC": [1, 1, 1, 1], "stride": [1, 1],
             "padTopLeft": [0, 0], "dilation": [1, 1], "groups": 1, "inputOffset": 0, "weightOffset": 0, \
            "outputOffset": 0, "clamp": [-128, 127], "multiplierQ31": [1073741824],
             "shift": [1], "bias": [0], "input": [5], "weightShapeOHWI": [1, 1, 1, 1], "weights": [3], "expected": [15]}
            """, "cases/b.json")
        let outcome = try Tool.run(["verify", "--layers", "cases"], in: folder)
        #expect(
            outcome.status == 2 && outcome.output.hasSuffix("1 of 1 cases equal, 0 mismatches\n"),
            "\(outcome.output)\(outcome.errors)")
        #expect(
            outcome.errors.contains("cases/a.json") && outcome.errors.contains("cases/folder.json"), "\(outcome.errors)"
        )
        #expect(
            outcome.errors.contains("refused: 2 of 3 cases; the results are those of the other 1"), "\(outcome.errors)")
    }

    @Test(
        "A sub-folder that cannot be read is said: folderUnreadable",
        .enabled(if: geteuid() != 0, "root reads every folder"))
    func unreadableFolder() throws {
        let folder = Self.prepared
        try FileManager.default.createDirectory(atPath: folder.path("locked/inner"), withIntermediateDirectories: true)
        try folder.write(HandmadePNG.ramp(width: 40, height: 24).bytes, "locked/b.png")
        chmod(folder.path("locked/inner"), 0)
        defer { chmod(folder.path("locked/inner"), 0o755) }
        let outcome = try Tool.run(
            ["evaluate", "locked", "--network", "net.safetensors", "--quantizers", "round"], in: folder)
        #expect(
            outcome.status == 2 && !outcome.output.isEmpty && outcome.errors.contains("error[RUN-020]: locked/inner"),
            "\(outcome.errors)")
    }
}

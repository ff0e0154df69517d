import Foundation
import TestSupport
import Testing

/// Every command and study with `--json`: one document, by its schema, that begins as all do.
@Suite(.enabled(if: Tool.isBuilt, Tool.missing)) struct DocumentTests {
    /// A command line and the schema of what it prints.
    private struct Case {
        let schema: String
        let words: String
        /// What a document has beside `tool` and `schemaVersion`.
        let members: Set<String>

        init(_ schema: String, _ words: String, _ members: Set<String> = ["machine", "network"]) {
            (self.schema, self.words, self.members) = (schema, words, members)
        }
    }

    /// In an order in which each finds the files that it needs.
    private static let cases = [
        Case("pictures", "pictures -o drawn --kinds text,scenes --count 2 --size 128x128", []),
        Case("report", "run --network lapped8 --image ramp.png -o out --tensors --fps 30"),
        Case("report", "run --network lapped8 --input gdn0=out/gdn0.npy"),
        Case("report", "plan --network lapped8 --size 64x48"),
        Case("plans", "plan --network lapped8 --size 64x48 --machine small --machine mid", []),
        Case("schedule", "schedule --network lapped8 --size 64x48 -o schedule.yaml"),
        // Layers of two operands.
        Case("schedule", "schedule --size 64x64"),
        Case("schedule", "schedule --size 64x64 --explain"),
        Case("verification", "verify --network lapped8 --image ramp.png"),
        Case("dump-comparison", "verify --network lapped8 --image ramp.png --expected out"),
        Case("suite", "verify --suite 3", ["machine"]),
        Case("rtl-verification", "verify --against rtl --simulate icarus --suite 1 --machine small", ["machine"]),
        Case("explanation", "explain --network lapped8 --image ramp.png"),
        Case("explanation", "explain --network lapped8 --image ramp.png --layer gdn0"),
        Case("quantization", "quantize lapped8 --calibration photos --codec -o net.safetensors"),
        Case("budget", "plan --codec --network net.safetensors --size 64x48"),
        Case("encoding", "encode ramp.png --network net.safetensors -o s.bits"),
        Case("decoding", "decode s.bits --network net.safetensors -o d.png"),
        Case("comparison", "compare d.png ramp.png", []), Case("comparison", "compare d.png d.png", []),
        Case("evaluation", "evaluate photos --network net.safetensors --quantizers round --float -o evaluated"),
        Case("evaluation", "evaluate photos --network net.safetensors --against evaluated/evaluation.json:round"),
        Case("comparison", "compare evaluated/evaluation.json:round evaluated/evaluation.json -o plot.svg", []),
        Case("latents", "latents photos --network net.safetensors --quantizers round,tcq8 -o latents"),
        Case("unit-vectors", "vectors --unit decoder --count 50 -o decoder", ["machine"]),
        Case("unit-vectors", "vectors --unit encoder --count 50 -o encoder --machine small", ["machine"]),
        Case("unit-vectors", "vectors --unit postProcessor --count 50 -o post", ["machine"]),
        Case("unit-vectors", "vectors --unit normalization --count 50 -o normal", ["machine"]),
        Case("unit-vectors", "vectors --unit macArray --count 20 -o array --machine small", ["machine"]),
        Case("layer-vectors", "vectors --layer gdn0 --network lapped8 --crop 32x32 -o layer"),
        Case("inspection", "inspect net.safetensors", ["network"]), Case("networks", "networks", []),
        Case("machines", "machines", []), Case("machines", "machines small mid", []),
        Case("machines", "machines --random 4", []),
        Case("study", "study weights --calibration photos \(sizes) -o weights", ["network"]),
        Case("study", "study codebooks --calibration photos \(sizes)", ["network"]),
        Case("study", "study means --calibration photos \(sizes)", ["network"]),
        Case(
            "study-schemes",
            "study schemes --network lapped8 --calibration photos --images photos --pictures 1 --crop 64 --brief"),
        Case("study-codec", "study codec --network lapped8 --calibration photos \(codec) --brief -o codec"),
        Case("study-coding", "study coding --network lapped8 --calibration photos \(codec) --size 64x48"),
    ]
    private static let sizes = "--network lapped8 --pictures 1 --measured 1 --crop 64"
    private static let codec = "--images photos --pictures 1 --measured 1 --crop 64 --sparsities 0.5"

    @Test("Each document follows its schema, says tool, machine and network, and is the same again")
    func documents() throws {
        let folder = try ScratchFolder()
        try folder.write(HandmadePNG.ramp(width: 64, height: 48).bytes, "ramp.png")
        try FileManager.default.createDirectory(atPath: folder.path("photos"), withIntermediateDirectories: true)
        for (name, side) in [("a", 64), ("b", 96)] {
            try folder.write(HandmadePNG.ramp(width: side, height: 64).bytes, "photos/\(name).png")
        }
        for item in Self.cases {
            // A brief study has no sparsities.
            let words =
                item.words.contains("--brief")
                ? item.words.replacingOccurrences(of: " --sparsities 0.5", with: "") : item.words
            let arguments = words.split(separator: " ").map(String.init) + ["--json"]
            let document = try Tool.run(arguments, in: folder).report()
            #expect(try JSONSchema.named(item.schema).violations(of: document) == [], "\(words)")
            #expect(document["schemaVersion"] == .integer(2) && document["tool"]?["name"] == .string("intaglio"))
            for member in ["machine", "network"] {
                #expect((document[member] != nil) == item.members.contains(member), "\(words): \(member)")
            }
        }
        let rows = String(decoding: try folder.bytes("weights/study.csv"), as: UTF8.self).split(separator: "\n")
        let study = try JSON(Data(folder.bytes("weights/study.json")))["rows"]!.elements
        #expect(rows.count == study.count + 1 && rows[0].hasPrefix("choice,signalToNoiseDecibels,"))
    }

    @Test("No command is without --json")
    func everyCommand() throws {
        let folder = try ScratchFolder()
        func subcommands(_ words: [String]) throws -> [[String]] {
            let help = try Tool.run(words + ["--help"], in: folder).output
            guard let list = help.components(separatedBy: "SUBCOMMANDS:\n").dropFirst().first else { return [words] }
            let names = list.split(separator: "\n").filter { $0.hasPrefix("  ") && !$0.hasPrefix("   ") }
                .compactMap { $0.split(separator: " ").first.map(String.init) }.filter { $0 != "See" }
            return try names.flatMap { try subcommands(words + [$0]) }
        }
        let commands = try subcommands([])
        #expect(commands.count == 23)
        for command in commands {
            #expect(try Tool.run(command + ["--help"], in: folder).output.contains("--json"), "\(command)")
        }
    }

    @Test(
        "Refusals of --json follow the schema of errors",
        arguments: [
            "plan --machine huge", "plan --network nothing", "plan --size 10", "run --image nowhere.png",
            "verify --layers nowhere", "explain --layer nothing", "encode ramp.png --network lapped8 -o x",
            "inspect nowhere.safetensors", "decode ramp.png -o x.png", "evaluate nowhere", "verify --suite 0",
            "verify --network lapped8 --inject weight:analysis0:0=3 --image ramp.png",
        ])
    func refusals(_ words: String) throws {
        let folder = try ScratchFolder()
        try folder.write(HandmadePNG.ramp(width: 64, height: 48).bytes, "ramp.png")
        let outcome = try Tool.run(words.split(separator: " ").map(String.init) + ["--json"], in: folder)
        #expect(outcome.status == 2 || outcome.status == 1)
        let document = try JSON(Data(outcome.errors.utf8))
        #expect(try JSONSchema.named("error").violations(of: document) == [])
        #expect((document["errors"] == nil) == (outcome.status == 1))
    }

    @Test("An explanation has what derivation, reference model and machine stored, beside the machine")
    func explanation() throws {
        let folder = try ScratchFolder()
        try folder.write(HandmadePNG.ramp(width: 64, height: 48).bytes, "ramp.png")
        let document = try Tool.run(
            ["explain", "--network", "lapped8", "--image", "ramp.png", "--json"], in: folder
        ).report()
        let stored = ["derived", "referenceStored", "machineStored"].map { document[$0]?.integer }
        #expect(stored[0] != nil && Set(stored).count == 1 && document["machine"]?["name"] == .string("mid"))
        #expect(
            try Tool.run(["run", "--network", "lapped8", "--image", "ramp.png", "--tensors", "-o", "o"], in: folder)
                .status == 0)
        #expect(try stored[0] == Int(NPYFile(folder.bytes("o/analysis0.npy"))[0, 0, 0]))
    }

    @Test(
        "Names with characters that move a cursor stay JSON, the same name",
        arguments: ["a\u{7F}", "a\u{85}b", "x\u{202E}y", "q\u{2028}", "\u{FEFF}z", "\u{1B}[31m"])
    func names(_ name: String) throws {
        let outcome = try Tool.run(["run", "--image", "./\(name).png", "--json"], in: ScratchFolder())
        let place = try JSON(Data(outcome.errors.utf8))["errors"]?.elements.first?["place"]?.string
        #expect(place == "./\(name).png" && !outcome.errors.contains(name))
    }

    @Test("The digest of a network is that of the file that holds its integers alone")
    func digests() throws {
        let folder = try ScratchFolder()
        try FileManager.default.createDirectory(atPath: folder.path("photos"), withIntermediateDirectories: true)
        try folder.write(HandmadePNG.ramp(width: 64, height: 64).bytes, "photos/a.png")
        let arguments = ["quantize", "lapped8", "--calibration", "photos", "--without-float", "-o", "net.safetensors"]
        #expect(try Tool.run(arguments, in: folder).status == 0)
        let document = try Tool.run(["inspect", "net.safetensors", "--json"], in: folder).report()
        let digest = try Process.output("/usr/bin/sha256sum", [folder.path("net.safetensors")])
        #expect(document["network"]?["digest"]?.string == String(digest.prefix(64)))
    }
}

extension Process {
    /// What a program prints.
    fileprivate static func output(_ program: String, _ arguments: [String]) throws -> String {
        let (process, pipe) = (Process(), Pipe())
        (process.executableURL, process.arguments) = (URL(fileURLWithPath: program), arguments)
        process.standardOutput = pipe
        try process.run()
        process.waitUntilExit()
        return String(decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    }
}

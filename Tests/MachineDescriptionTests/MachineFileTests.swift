import Diagnostics
import Foundation
import MachineDescription
import TestSupport
import Testing

/// Every way a machine file can be wrong, each by one change to the file of `mid`: the code, the place and the words of
/// the message.
@Suite struct MachineFileTests {
    /// The diagnostic of `mid`'s file after replacing one text by another.
    private func diagnostic(_ old: String, _ new: String) throws -> Diagnostic {
        let text = try MachineDescription.load("mid").yaml
        let range = try #require(text.range(of: old), "the file of mid has no \(old)")
        return try #require(throws: Diagnostic.self) {
            _ = try MachineDescription(yaml: text.replacingCharacters(in: range, with: new), path: "m.yaml")
        }
    }

    @Test func unknownKeyIsRefusedWithASuggestion() throws {
        // Line 6 of the file is `  dataflow: ...`; lines are counted from 1: name, clockMegahertz, macArray, three lane
        // counts.
        let found = try diagnostic("  pixelLanes: 4", "  pixelLane: 4")
        #expect(found.code == .machineUnknownKey)
        #expect(found.place == "m.yaml:6:3")
        #expect(found.found == "unknown key macArray.pixelLane")
        #expect(found.remedy == "did you mean pixelLanes?")
        let energy = try diagnostic("memory:", "energy: 3\nmemory:")
        #expect(energy.code == .machineUnknownKey && energy.remedy == "remove the line")
    }

    static let clockForm = "a number of MHz, such as 400, 400 MHz or 1.2 GHz"

    @Test func missingFieldIsRefused() throws {
        let found = try diagnostic("  pixelLanes: 4\n", "")
        #expect(found.code == .machineMissingField)
        #expect(found.place == "m.yaml:4:3")
        #expect(found.found == "macArray.pixelLanes is missing")
        #expect(try diagnostic("memory:\n  busBytes: 16\n", "x:\n").found == "unknown key x")
        let text = try MachineDescription.load("mid").yaml
        let whole = try #require(throws: Diagnostic.self) {
            _ = try MachineDescription(
                yaml: String(text[..<#require(text.range(of: "memory:")).lowerBound]), path: "m.yaml")
        }
        #expect(whole.found == "memory is missing" && whole.place == "m.yaml:1:1")
    }

    @Test(arguments: [
        ("pixelLanes: 4", "pixelLanes: four", "macArray.pixelLanes is 'four'", "a whole number"),
        ("pixelLanes: 4", "pixelLanes: \"4x\"", "macArray.pixelLanes is the text \"4x\"", "a whole number"),
        ("pixelLanes: 4", "pixelLanes: 4.5", "macArray.pixelLanes is '4.5'", "a whole number"),
        ("pixelLanes: 4", "pixelLanes: 1_000", "macArray.pixelLanes is '1_000'", "a whole number"),
        ("pixelLanes: 4", "pixelLanes: 0x4", "macArray.pixelLanes is '0x4'", "a whole number"),
        ("pixelLanes: 4", "pixelLanes:", "macArray.pixelLanes is nothing", "a whole number"),
        ("pixelLanes: 4", "pixelLanes: [4]", "macArray.pixelLanes is a list", "a whole number"),
        ("pingPong: true", "pingPong: yes", "weightBuffer.pingPong is 'yes'", "true or false"),
        ("clockMegahertz: 400", "clockMegahertz: fast", "clockMegahertz is 'fast'", MachineFileTests.clockForm),
        ("clockMegahertz: 400", "clockMegahertz: .inf", "clockMegahertz is '.inf'", MachineFileTests.clockForm),
        ("name: mid", "name: {a: b}", "name is a mapping", "a word"),
        ("postProcessor:\n  lanes: 16", "postProcessor: 16", "postProcessor is '16'", "fields, one a line: lanes"),
    ])
    func wrongTypeIsRefused(old: String, new: String, message: String, expected: String) throws {
        let found = try diagnostic(old, new)
        #expect(found.code == .machineWrongType)
        #expect(found.found == message)
        #expect(found.expected == expected)
    }

    @Test(arguments: [
        (
            "weightDecoder:\n  law: huffman\n", DiagnosticCode.machineMissingField,
            "weightDecoder.symbolsPerCycle is missing"
        ),
        ("weightDecoder:\n  symbolsPerCycle: 4\n", .machineMissingField, "weightDecoder.law is missing"),
        (
            "weightDecoder:\n  law: huffmann\n  symbolsPerCycle: 4\n", .machineValueOutOfRange,
            "weightDecoder.law is huffmann"
        ),
        (
            "weightDecoder:\n  law: huffman\n  symbolsPerCycle: 0\n", .machineValueOutOfRange,
            "weightDecoder.symbolsPerCycle is 0"
        ),
        (
            "weightDecoder:\n  law: huffman\n  symbolsPerCycle: 65\n", .machineValueOutOfRange,
            "weightDecoder.symbolsPerCycle is 65"
        ),
        (
            "weightDecoder:\n  law: huffman\n  symbolsPerCycle: 4\n  lanes: 1\n", .machineUnknownKey,
            "unknown key weightDecoder.lanes"
        ),
        ("weightDecoder: huffman\n", .machineWrongType, "weightDecoder is 'huffman'"),
        ("weightDecoders: huffman\n", .machineUnknownKey, "unknown key weightDecoders"),
    ])
    func optionalBlocksAreReadStrictly(block: String, code: DiagnosticCode, message: String) throws {
        let found = try diagnostic("trellis:", block + "trellis:")
        #expect(found.code == code && found.found == message)
    }

    @Test func zeroSkippingIsReadStrictly() throws {
        #expect(try diagnostic("pipelineStages: 4", "pipelineStages: 4\n  zeroSkipping: yes").code == .machineWrongType)
        #expect(
            try diagnostic("pipelineStages: 4", "pipelineStages: 4\n  zeroskipping: true").remedy
                == "did you mean zeroSkipping?")
    }

    @Test func wrongTypeNamesTheValuesPlace() throws {
        // `  pixelLanes: four` is line 6; the value starts in column 15.
        #expect(try diagnostic("pixelLanes: 4", "pixelLanes: four").place == "m.yaml:6:15")
    }

    static let integers = [
        "inputChannelLanes: 16", "outputChannelLanes: 16", "pixelLanes: 4", "activationBits: 16", "weightBits: 12",
        "accumulatorBits: 36",
        "pipelineStages: 4", "bytes: 256 KiB", "banks: 16", "bytesPerCycle: 256", "bytes: 512 KiB", "banks: 4",
        "bytesPerCycle: 64", "bytes: 64 KiB",
        "codebooks: 16", "encodeLanes: 16", "  lanes: 16", "latencyCycles: 24", "busBytes: 16", "burstBytes: 256",
        "alignmentBytes: 64", "outstanding: 16", "latencyCycles: 100", "outstanding: 8", "latencyCycles: 50",
        "clockMegahertz: 400",
    ]

    @Test(arguments: integers, ["0", "-1", "2000000000", "99999999999999999999999999"])
    func negativeZeroAndHugeAreRefused(field: String, value: String) throws {
        let key = try #require(field.split(separator: ":").first)
        let found = try diagnostic(field, "\(key): \(value)")
        #expect(found.code == .machineValueOutOfRange)
        #expect(found.found.hasSuffix(" is \(value)"))
        #expect(found.expected.contains(" to "))
    }

    @Test func unknownChoiceIsRefusedWithASuggestion() throws {
        let found = try diagnostic("dataflow: outputStationary", "dataflow: outputstationery")
        #expect(found.code == .machineValueOutOfRange)
        #expect(found.place == "m.yaml:7:13")
        #expect(found.remedy == "did you mean outputStationary?")
        #expect(try diagnostic("name: mid", "name: \"a b\"").found == "name is a b")
        #expect(try diagnostic("name: mid", "name: ''").found == "name is empty")
    }

    @Test func aTableUnitIsReadAndPrinted() throws {
        let text = try MachineDescription.load("mid").yaml.replacingOccurrences(
            of: "method: exact", with: "method: table")
        let machine = try MachineDescription(yaml: text, path: "m.yaml")
        #expect(machine.normalization.method == .table && machine.yaml == text)
        #expect(try diagnostic("method: exact", "method: tables").remedy == "did you mean table?")
    }

    @Test func whatIsNotBuiltYetIsRefusedByName() throws {
        let mapping = try diagnostic("laneMapping: channels", "laneMapping: tapsAndChannels")
        #expect(mapping.code == .machineNotBuiltYet && mapping.place == "m.yaml:8:16")
        #expect(mapping.found == "macArray.laneMapping is tapsAndChannels, which is not built yet")
    }

    @Test(arguments: [
        (
            "bytes: 256 KiB", "bytes: 262145", "weightBuffer.bytes is 262145",
            "a multiple of 32 (two halves of 16 banks)"
        ),
        (
            "bytes: 512 KiB", "bytes: 524292", "activationBuffer.bytes is 524292",
            "a multiple of 8 (two halves of 4 banks)"
        ),
        (
            "bytesPerCycle: 64", "bytesPerCycle: 60", "activationBuffer.bytesPerCycle is 60",
            "64: each of 4 banks delivers one word of 16 codes a cycle"
        ),
        ("bytesPerCycle: 256", "bytesPerCycle: 250", "weightBuffer.bytesPerCycle is 250", "a multiple of banks: 16"),
        (
            "accumulatorBits: 36", "accumulatorBits: 27", "macArray.accumulatorBits is 27",
            "at least 28, the bits of one product (activationBits + weightBits)"
        ),
        ("burstBytes: 256", "burstBytes: 96", "memory.burstBytes is 96", "a power of two"),
        ("burstBytes: 256", "burstBytes: 8", "memory.burstBytes is 8", "a multiple of memory.busBytes: 16"),
        ("alignmentBytes: 64", "alignmentBytes: 48", "memory.alignmentBytes is 48", "a power of two"),
        ("alignmentBytes: 64", "alignmentBytes: 8", "memory.alignmentBytes is 8", "a multiple of memory.busBytes: 16"),
        ("busBytes: 16\n", "busBytes: 24\n", "memory.busBytes is 24", "a power of two"),
        (
            "busBytes: 16\n  alignmentBytes: 64\n  burstBytes: 256",
            "busBytes: 1\n  alignmentBytes: 64\n  burstBytes: 512",
            "memory.burstBytes is 512", "at most 256: 256 beats of 1 byte"
        ),
    ])
    func contradictionsAreRefused(old: String, new: String, message: String, expected: String) throws {
        let found = try diagnostic(old, new)
        #expect(found.code == .machineInconsistent)
        #expect(found.found == message)
        #expect(found.expected == expected)
    }

    /// The block of older files: one channel with one latency and one number of bursts in flight for both directions.
    @Test func theOlderBlockIsRead() throws {
        let text = try MachineDescription.load("mid").yaml
        let memory = try #require(text.range(of: "memory:"))
        let next = try #require(text.range(of: "entropyCoder:"))
        let older = text.replacingCharacters(
            in: memory.lowerBound..<next.lowerBound,
            with: "dma: {bytesPerCycle: 4, latencyCycles: 60, burstBytes: 64, alignmentBytes: 32, outstanding: 5}\n")
        let machine = try MachineDescription(yaml: older, path: "m.yaml")
        let both = MemoryDirection(outstanding: 5, latencyCycles: 60)
        #expect(
            machine.memory
                == MemoryDescription(busBytes: 4, alignmentBytes: 32, burstBytes: 64, read: both, write: both))
        #expect(machine.yaml.contains("memory:\n  busBytes: 4\n") && !machine.yaml.contains("dma:"))
        func problems(_ text: String) throws -> [String] {
            try #require(throws: MachineFileProblems.self) {
                _ = try MachineDescription.reading(yaml: text, path: "m.yaml")
            }.diagnostics.map { "\($0.code.rawValue) \($0.found)" }
        }
        #expect(
            try problems(older.replacing("burstBytes: 64", with: "burstBytes: 48"))
                == ["MACHINE-008 dma.burstBytes is 48"])
        #expect(
            try problems(text + "dma: {bytesPerCycle: 4, latencyCycles: 60}\n")
                == ["MACHINE-008 memory and dma are both there"])
        #expect(
            try problems(text.replacingCharacters(in: memory.lowerBound..<next.lowerBound, with: ""))
                == ["MACHINE-005 memory is missing"])
    }

    @Test(arguments: [
        ("15/16", 15, 16), ("1", 1, 1), ("1/1", 1, 1), ("\"3/64\"", 3, 64), ("64/64", 64, 64), ("6/8", 6, 8),
    ])
    func efficiencies(_ text: String, _ beats: Int, _ cycles: Int) throws {
        let file = try MachineDescription.load("mid").yaml.replacing("efficiency: 1/1", with: "efficiency: \(text)")
        let machine = try MachineDescription(yaml: file, path: "m.yaml")
        #expect(machine.memory.efficiency == MemoryEfficiency(beats: beats, cycles: cycles))
        #expect(machine.yaml.contains("  efficiency: \(beats)/\(cycles)\n"))
    }

    @Test(arguments: ["0/4", "5/4", "1/65", "0", "2", "-1/2", "0.9", "a/b", "1/2/3", "/4", "1/", "[1, 2]"])
    func noEfficiencies(_ text: String) throws {
        let found = try diagnostic("efficiency: 1/1", "efficiency: \(text)")
        #expect(found.code == .machineValueOutOfRange || found.code == .machineWrongType)
        #expect(found.found.hasPrefix("memory.efficiency is") && found.place.hasPrefix("m.yaml:"))
    }

    @Test(
        "A fraction is of plain digits: no point, exponent, leading zero or blank",
        arguments: [
            "1.0", "2.0/4", "1e0/1", "1/2e0", "1.0/1", "4/8.0", "01/2", "1/02", "+1/2", "\"1 / 2\"", "1e0", "0x1", "½",
        ])
    func efficienciesOfOtherForms(_ text: String) throws {
        let found = try diagnostic("efficiency: 1/1", "efficiency: \(text)")
        #expect(found.code == .machineWrongType && found.found.hasPrefix("memory.efficiency is"), "\(found)")
        #expect(found.remedy == "write a fraction of whole numbers like 15/16, or 1")
    }

    @Test func fieldsOfInnerBlocksAreNamedWhole() throws {
        #expect(
            try diagnostic("latencyCycles: 100", "latencyCycles: none").found
                == "memory.read.latencyCycles is 'none'")
        #expect(
            try diagnostic("{outstanding: 8, latencyCycles: 50", "{outstanding: 0, latencyCycles: 50").found
                == "memory.write.outstanding is 0")
        let unknown = try diagnostic("latencyCycles: 50", "latencyCycle: 50")
        #expect(
            unknown.found == "unknown key memory.write.latencyCycle" && unknown.remedy == "did you mean latencyCycles?")
        #expect(try diagnostic("duplex: half", "duplex: simplex").expected == "half or full")
    }

    /// 1024 x 16 weights a step do not fit a tile of 8 KiB; nor do 1024 x 4 activations fit one of 2 KiB; and 1024 x
    /// 1024 x 4 MACs are too many.
    @Test func tooSmallTilesAndTooManyLanesAreRefused() throws {
        var machine = try MachineDescription.load("mid")
        machine.macArray.inputChannelLanes = 1024
        machine.activationBuffer.bytesPerCycle = 4096
        machine.weightBuffer.bytes = 16_384
        var found = try #require(throws: Diagnostic.self) {
            _ = try MachineDescription(yaml: machine.yaml, path: "m.yaml")
        }
        #expect(found.code == .machineInconsistent && found.found == "a tile of weightBuffer has 8192 bytes")
        machine.weightBuffer.bytes = 65_536
        machine.activationBuffer.bytes = 4096
        found = try #require(throws: Diagnostic.self) { _ = try MachineDescription(yaml: machine.yaml, path: "m.yaml") }
        #expect(found.code == .machineInconsistent && found.found == "a tile of activationBuffer has 2048 bytes")
        machine.macArray.outputChannelLanes = 1024
        found = try #require(throws: Diagnostic.self) { _ = try MachineDescription(yaml: machine.yaml, path: "m.yaml") }
        #expect(found.code == .machineInconsistent && found.found == "macArray has 4194304 MACs")
        machine = try MachineDescription.load("mid")
        machine.parameterMemory.bytes = 2049
        found = try #require(throws: Diagnostic.self) { _ = try MachineDescription(yaml: machine.yaml, path: "m.yaml") }
        #expect(found.code == .machineInconsistent && found.found == "parameterMemory.bytes is 2049")
    }

    @Test func notYAMLIsRefusedWithThePlace() throws {
        func found(_ text: String) throws -> Diagnostic {
            try #require(throws: Diagnostic.self) { _ = try MachineDescription(yaml: text, path: "m.yaml") }
        }
        #expect(try found("").code == .machineNotYAML)
        #expect(try found("name: mid\nclock: [1, 2\n").code == .machineNotYAML)
        let tab = try found("name: mid\n\tclock: 3\n")
        #expect(tab.code == .machineNotYAML && tab.place.hasPrefix("m.yaml:2:"))
        let control = try found("name: mid\nclock: \u{1}\n")
        #expect(control.code == .machineNotYAML && control.place == "m.yaml:2:8")
        #expect(try found("name: a\n---\nname: b\n").code == .machineNotYAML)
        #expect(try found("- 1\n").code == .machineWrongType)
    }

    /// The same machine however its scalars are written.
    @Test func quotesPointsAndExponentsMakeNoDifference() throws {
        let mid = try MachineDescription.load("mid")
        for (old, new) in [
            ("pixelLanes: 4", "pixelLanes: \"4\""), ("pixelLanes: 4", "pixelLanes: 4.0"),
            ("pixelLanes: 4", "pixelLanes: 0.4e1"), ("clockMegahertz: 400", "clockMegahertz: 4e2"),
            ("dataflow: outputStationary", "dataflow: \"outputStationary\""), ("pingPong: true", "pingPong: 'true'"),
            ("name: mid", "'name': \"mid\""), ("\n", "\r\n"),
        ] {
            #expect(
                try MachineDescription(yaml: mid.yaml.replacingOccurrences(of: old, with: new), path: "m.yaml") == mid,
                "\(new)")
        }
    }

    /// JSON is YAML in flow style with quoted words; a byte order mark and CR LF come from other systems.
    @Test func machinesAreReadAsJSONAndFromOtherSystems() throws {
        let mid = try MachineDescription.load("mid")
        // Each line a member: a section opens an object, which ends before the next line at the margin.
        var members: [String] = []
        var section: (name: String, members: [String])?
        func closeSection() {
            if let section { members.append("\"\(section.name)\": {\(section.members.joined(separator: ", "))}") }
            section = nil
        }
        for line in mid.yaml.split(separator: "\n") {
            let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map {
                $0.trimmingCharacters(in: .whitespaces)
            }
            if !line.hasPrefix(" ") { closeSection() }
            guard !parts[1].isEmpty else {
                section = (parts[0], [])
                continue
            }
            let isWord =
                (parts[1].first!.isLetter && !["true", "false"].contains(parts[1])) || parts[1].contains("/")
            let value = parts[1].replacing(/(\w+):/) { "\"\($0.output.1)\":" }
            let member = "\"\(parts[0])\": " + (isWord ? "\"\(parts[1])\"" : value)
            if section == nil { members.append(member) } else { section!.members.append(member) }
        }
        closeSection()
        let json = "{\(members.joined(separator: ", "))}"
        #expect(try MachineDescription(yaml: json, path: "m.json") == mid)
        let folder = try ScratchFolder()
        defer { folder.remove() }
        let path = try folder.write(
            [0xEF, 0xBB, 0xBF] + Array(mid.yaml.replacingOccurrences(of: "\n", with: "\r\n").utf8), "m.yaml")
        #expect(try MachineDescription.load(path) == mid)
    }

    @Test func whatCouldGrowOrHideIsRefusedWhileParsing() throws {
        for text in [
            "a: &x [1]\nb: *x\n", "? [1]\n: 2\n", "<<: {a: 1}\n", "name: !!str mid\n",
            String(repeating: "[", count: 100_000),
        ] {
            let found = try #require(throws: Diagnostic.self) { _ = try MachineDescription(yaml: text, path: "m.yaml") }
            #expect(found.code == .machineNotYAML && found.place.hasPrefix("m.yaml:"), "\(text.prefix(20))")
        }
    }

    @Test(arguments: ["'../x'", "'a/b'", ".x", "\"a\\0b\"", "\"\\e[31m\""]) func namesArePlain(_ name: String) throws {
        #expect(try diagnostic("name: mid", "name: \(name)").code == .machineValueOutOfRange)
    }

    @Test func duplicateKeyIsRefused() throws {
        let found = try diagnostic("  pixelLanes: 4", "  pixelLanes: 4\n  pixelLanes: 8")
        #expect(found.code == .machineDuplicateKey)
        #expect(found.found == "twice in one mapping: pixelLanes")
        // The first of the two, in line 6.
        #expect(found.place == "m.yaml:6:3")
    }

    @Test func filesAreReadByPath() throws {
        let folder = try ScratchFolder()
        defer { folder.remove() }
        var machine = try MachineDescription.load("small")
        machine.name = "mine"
        let path = try folder.write(machine.yaml, "mine.yaml")
        #expect(try MachineDescription.load(path) == machine)

        func code(_ path: String) -> DiagnosticCode? {
            do { _ = try MachineDescription.load(path) } catch { return error.code }
            return nil
        }
        #expect(code(folder.url.path) == .machineUnreadable)
        let binary = try folder.write([0xFF, 0xFE, 0x80], "binary")
        #expect(code(binary) == .machineUnreadable)
        try folder.write(Array(repeating: 35, count: (1 << 20) + 1), "binary")
        #expect(code(binary) == .machineUnreadable)
    }

    @Test func aNameThatIsNeitherListsTheBuiltInMachines() throws {
        let found = try #require(throws: Diagnostic.self) { _ = try MachineDescription.load("smal") }
        #expect(found.code == .machineMissing)
        #expect(found.expected == "small, mid, large, or the path of a machine file")
        #expect(found.remedy == "did you mean small?")
    }
}

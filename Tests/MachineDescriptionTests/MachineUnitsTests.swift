import Diagnostics
import MachineDescription
import Testing

/// Sizes and clocks as people write them.
@Suite struct MachineUnitsTests {
    private func machine(_ old: String, _ new: String) throws -> MachineDescription {
        let text = try MachineDescription.load("mid").yaml
        try #require(text.contains(old))
        return try MachineDescription(yaml: text.replacing(old, with: new), path: "m.yaml")
    }

    private func refusal(_ old: String, _ new: String) throws -> Diagnostic {
        try #require(throws: Diagnostic.self) { _ = try machine(old, new) }
    }

    @Test(arguments: [
        ("262144", 262_144), ("262144 B", 262_144), ("256 KiB", 262_144), ("256KiB", 262_144), ("\"256 KiB\"", 262_144),
        ("1 MiB", 1_048_576), ("1.5 MiB", 1_572_864), ("0.25 GiB", 268_435_456), ("1 GiB", 1_073_741_824),
        ("2.56e2 KiB", 262_144), ("26214.4e1", 262_144), ("0.0009765625 GiB", 1_048_576),
    ])
    func sizes(_ text: String, _ bytes: Int) throws {
        #expect(try machine("bytes: 256 KiB", "bytes: \(text)").weightBuffer.bytes == bytes)
    }

    @Test(arguments: [
        ("256 kB", "write 256 KiB for powers of 1,024; for powers of 1,000 the bytes, 256e3"),
        ("256 KB", "write 256 KiB for powers of 1,024; for powers of 1,000 the bytes, 256e3"),
        ("2M", "write 2 MiB for powers of 1,024; for powers of 1,000 the bytes, 2e6"),
        ("1 gb", "write 1 GiB for powers of 1,024; for powers of 1,000 the bytes, 1e9"),
        ("256 kib", "did you mean 256 KiB?"), ("4 pages", "use one of these units, or none"),
        ("1 TiB", "use one of these units, or none"),
    ])
    func otherUnitsAreRefusedWithAWayOut(_ text: String, _ remedy: String) throws {
        let found = try refusal("bytes: 256 KiB", "bytes: \(text)")
        #expect(found.code == .machineValueOutOfRange && found.found == "weightBuffer.bytes is \(text)")
        #expect(found.expected.contains("KiB, MiB, GiB") && found.remedy == remedy)
    }

    @Test(arguments: ["1023", "1 B", "0 KiB", "-1 KiB", "1.001 GiB", "1025 MiB", "99999999999999999999 GiB", "1e400"])
    func sizesOutOfRange(_ text: String) throws {
        let found = try refusal("bytes: 256 KiB", "bytes: \(text)")
        #expect(found.code == .machineValueOutOfRange)
        #expect(found.expected == "1024 to 1073741824 bytes (1 KiB to 1 GiB)")
    }

    @Test(arguments: ["1.0001 KiB", "2000.5", "0.000001 GiB", "KiB", "2 MiB 3", "2 MiB/s", "256 KiB ."])
    func noWholeBytes(_ text: String) throws {
        #expect(try refusal("bytes: 256 KiB", "bytes: \(text)").code == .machineWrongType)
    }

    /// Rates and counts have no unit.
    @Test func otherFieldsTakeNone() throws {
        #expect(try refusal("busBytes: 16\n", "busBytes: 16 B\n").code == .machineWrongType)
        #expect(try machine("burstBytes: 256", "burstBytes: 4 KiB").memory.burstBytes == 4096)
        #expect(try machine("alignmentBytes: 64", "alignmentBytes: 1 KiB").memory.alignmentBytes == 1024)
    }

    @Test(arguments: [
        ("400 MHz", 400), ("400MHz", 400), ("1.2 GHz", 1200), ("0.4 GHz", 400), ("1 GHz", 1000), ("333.25 MHz", 333.25),
        ("1.1 GHz", 1100), ("12e-1 GHz", 1200), ("100 GHz", 100_000),
    ])
    func clocks(_ text: String, _ megahertz: Double) throws {
        #expect(try machine("clockMegahertz: 400", "clockMegahertz: \(text)").clockMegahertz == megahertz)
    }

    @Test(arguments: [
        ("400 mhz", "did you mean 400 MHz?"), ("1.2 Ghz", "did you mean 1.2 GHz?"), ("400 kHz", "use MHz or GHz"),
        ("400 KiB", "use MHz or GHz"),
    ])
    func otherClocksAreRefused(_ text: String, _ remedy: String) throws {
        let found = try refusal("clockMegahertz: 400", "clockMegahertz: \(text)")
        #expect(found.code == .machineValueOutOfRange && found.remedy == remedy)
    }

    @Test func clocksOutOfRangeNameTheRange() throws {
        for text in ["0.9 MHz", "100.1 GHz", "0", "-1 GHz", "1e400 GHz"] {
            #expect(try refusal("clockMegahertz: 400", "clockMegahertz: \(text)").expected == "1 to 100000 (MHz)")
        }
    }

    /// The largest unit that leaves a whole number, and the same machine read back, for every size near a unit.
    @Test func printedSizesReadBack() throws {
        var machine = try MachineDescription.load("mid")
        machine.weightBuffer.banks = 1
        machine.weightBuffer.pingPong = false
        for (bytes, text) in [
            (1024, "1 KiB"), (1025, "1025"), (1536, "1536"), (2047, "2047"), (2048, "2 KiB"), (1_048_575, "1048575"),
            (1_048_576, "1 MiB"), (1_049_600, "1025 KiB"), (1 << 30, "1 GiB"), ((1 << 30) - 1024, "1048575 KiB"),
        ] {
            machine.weightBuffer.bytes = bytes
            machine.macArray.inputChannelLanes = 1
            machine.activationBuffer.bytesPerCycle = 4
            #expect(machine.yaml.contains("weightBuffer:\n  bytes: \(text)\n"))
            #expect(try MachineDescription(yaml: machine.yaml, path: "m.yaml") == machine)
        }
    }
}

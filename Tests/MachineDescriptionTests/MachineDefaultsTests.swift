import Diagnostics
import Foundation
import MachineDescription
import TestSupport
import Testing

/// What a machine file leaves out.
@Suite struct MachineDefaultsTests {
    static let shortest = """
        name: mine
        clockMegahertz: 1.2 GHz
        macArray: {inputChannelLanes: 8, outputChannelLanes: 16, pixelLanes: 4}
        weightBuffer: {bytes: 256 KiB}
        activationBuffer: {bytes: 0.5 MiB}
        memory: {busBytes: 8, read: {latencyCycles: 60}}

        """

    /// By hand: 16 banks for 16 output channels, 8 x 16 codes a step; 4 banks of words of 8; 64 results in 8 steps are
    /// 8 lanes; A = 16 + 12 + 8; bursts of 16 beats of 8 bytes; (60 + 16) / 16 rounded up are 5, 8 as a power of two;
    /// responses after 30 cycles, (30 + 1 + 16) / 16 are 3, as a power of two 4.
    @Test func aFewLinesAreAMachine() throws {
        let machine = try MachineDescription(yaml: Self.shortest, path: "m.yaml")
        #expect(
            machine
                == MachineDescription(
                    name: "mine", clockMegahertz: 1200,
                    macArray: MACArrayDescription(
                        inputChannelLanes: 8, outputChannelLanes: 16, pixelLanes: 4, activationBits: 16, weightBits: 12,
                        accumulatorBits: 36, pipelineStages: 4),
                    weightBuffer: BufferDescription(bytes: 262_144, banks: 16, bytesPerCycle: 128, pingPong: true),
                    activationBuffer: BufferDescription(
                        bytes: 524_288, banks: 4, bytesPerCycle: 32, pingPong: true, deinterleave: true),
                    accumulatorBuffer: AccumulatorBufferDescription(bytes: 65_536),
                    parameterMemory: ParameterMemoryDescription(bytes: 131_072),
                    codebookMux: CodebookMuxDescription(codebooks: 16, encodeLanes: 8, programmable: true),
                    postProcessor: PostProcessorDescription(lanes: 8),
                    normalization: NormalizationDescription(method: .exact, lanes: 8, latencyCycles: 24),
                    memory: MemoryDescription(
                        busBytes: 8, alignmentBytes: 64, burstBytes: 128,
                        read: MemoryDirection(outstanding: 8, latencyCycles: 60),
                        write: MemoryDirection(outstanding: 4, latencyCycles: 30))))
        #expect(machine.warnings == [])
    }

    /// Those of the built-in machines that differ from what would follow: more bursts in flight; large has more
    /// accumulator bits, and two symbols and samples per cycle.
    @Test(arguments: MachineDescription.builtInNames) func builtInMachinesFollowTheRules(name: String) throws {
        let machine = try MachineDescription.load(name)
        let (array, memory) = (machine.macArray, machine.memory)
        let text = """
            name: \(name)
            clockMegahertz: \(machine.clockMegahertz)
            macArray: {inputChannelLanes: \(array.inputChannelLanes), outputChannelLanes: \(array.outputChannelLanes), \
            pixelLanes: \(array.pixelLanes), activationBits: \(array.activationBits)}
            weightBuffer: {bytes: \(machine.weightBuffer.bytes)}
            activationBuffer: {bytes: \(machine.activationBuffer.bytes)}
            memory: {busBytes: \(memory.busBytes), read: {latencyCycles: \(memory.read.latencyCycles)}}

            """
        var read = try MachineDescription(yaml: text, path: "m.yaml")
        // The fewest that fill the bus, as powers of two, of reads and writes.
        let outstanding = ["small": (8, 4), "mid": (8, 8), "large": (32, 16)][name]!
        #expect((read.memory.read.outstanding, read.memory.write.outstanding) == outstanding)
        (read.memory.read.outstanding, read.memory.write.outstanding) = (
            memory.read.outstanding, memory.write.outstanding
        )
        switch name {
        case "large":
            #expect(read.macArray.accumulatorBits == 36)
            read.macArray.accumulatorBits = 40
            (read.entropyCoder.symbolsPerCycle, read.trellis.samplesPerCycle) = (2, 2)
        default: break
        }
        #expect(read == machine)
    }

    @Test func onesFollowFromWhatIsWritten() throws {
        func read(_ old: String, _ new: String) throws -> MachineDescription {
            try #require(Self.shortest.contains(old))
            return try MachineDescription(yaml: Self.shortest.replacing(old, with: new), path: "m.yaml")
        }
        let banks = try read("{bytes: 0.5 MiB}", "{bytes: 0.5 MiB, banks: 2}")
        #expect(banks.activationBuffer.bytesPerCycle == 16)
        let lanes = try read("memory:", "postProcessor: {lanes: 32}\nmemory:")
        #expect(lanes.codebookMux.encodeLanes == 32 && lanes.normalization.lanes == 32)
        // 1024 KiB / 4; half of the steps: 64 codes of 64 channels need one step of 64 results.
        let wide = try read("inputChannelLanes: 8", "inputChannelLanes: 64")
        #expect(wide.postProcessor.lanes == 64)
        let large = try read("256 KiB", "1024 KiB")
        #expect(large.accumulatorBuffer.bytes == 262_144 && large.parameterMemory.bytes == 262_144)
        // One beat of 512 bytes; 61 bursts, of which a power of two is 64.
        let bus = try read("busBytes: 8", "busBytes: 512").memory
        #expect(bus.burstBytes == 512 && bus.alignmentBytes == 512 && bus.read.outstanding == 64)
        // A response after 15 cycles: (15 + 1 + 16) / 16 bursts.
        let quick = try read("60}}", "60}, write: {latencyCycles: 15}}").memory
        #expect(quick.write.outstanding == 2 && quick.read.outstanding == 8)
        // Two results at most have two lanes.
        let tiny = try read(
            "{inputChannelLanes: 8, outputChannelLanes: 16, pixelLanes: 4}",
            "{inputChannelLanes: 1, outputChannelLanes: 2, pixelLanes: 1}")
        #expect(tiny.postProcessor.lanes == 2 && tiny.weightBuffer.banks == 2 && tiny.activationBuffer.banks == 1)
    }

    @Test(arguments: [
        "name: mine\n", "clockMegahertz: 1.2 GHz\n", ", pixelLanes: 4", "bytes: 256 KiB", "latencyCycles: 60",
        ", read: {latencyCycles: 60}", "busBytes: 8, ",
        "memory: {busBytes: 8, read: {latencyCycles: 60}}\n",
    ])
    func theRestMustBeThere(_ part: String) throws {
        let found = try #require(throws: MachineFileProblems.self) {
            _ = try MachineDescription.reading(yaml: Self.shortest.replacing(part, with: ""), path: "m.yaml")
        }
        #expect(found.diagnostics.map(\.code) == [.machineMissingField])
    }

    /// The file and its JSON form: the same keys, and the same values but for the unit of a size.
    @Test(arguments: MachineDescription.builtInNames, [false, true])
    func jsonHasTheKeysAndValuesOfTheFile(name: String, hasUnits: Bool) throws {
        var machine = try MachineDescription.load(name)
        if hasUnits {
            machine.macArray.zeroSkipping = true
            machine.weightDecoder = WeightDecoderDescription(law: .huffman, symbolsPerCycle: 16)
            machine.clockMegahertz = 333.25
        }
        let encoder = JSONEncoder()
        let bytes = try encoder.encode(machine)
        #expect(try MachineDescription(yaml: String(decoding: bytes, as: UTF8.self), path: "m.json") == machine)
        let found = try JSONDecoder().decode(Member.self, from: bytes).values(at: "")
        var expected: [String: String] = [:]
        var block = ""
        for line in machine.yaml.split(separator: "\n") {
            let parts = line.split(separator: ":", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
            guard parts.count == 2 else {
                block = parts[0]
                continue
            }
            let path = line.hasPrefix(" ") ? "\(block).\(parts[0])" : parts[0]
            if parts[1].hasPrefix("{") {
                // A block on one line.
                for field in parts[1].dropFirst().dropLast().split(separator: ",") {
                    let pair = field.split(separator: ":").map { $0.trimmingCharacters(in: .whitespaces) }
                    expected["\(path).\(pair[0])"] = pair[1]
                }
            } else {
                expected[path] = Self.withoutUnit(parts[1])
            }
        }
        #expect(found == expected && expected.count == (hasUnits ? 50 : 47))
    }

    /// A value as text, or the members of a block.
    private enum Member: Decodable {
        case value(String)
        case block([String: Member])

        func values(at path: String) -> [String: String] {
            switch self {
            case .value(let text): [path: text]
            case .block(let members):
                members.reduce(into: [:]) { values, member in
                    values.merge(
                        member.value.values(at: path.isEmpty ? member.key : "\(path).\(member.key)"),
                        uniquingKeysWith: { first, _ in first })
                }
            }
        }

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let members = try? container.decode([String: Member].self) {
                self = .block(members)
            } else if let word = try? container.decode(String.self) {
                self = .value(word)
            } else if let boolean = try? container.decode(Bool.self) {
                self = .value("\(boolean)")
            } else if let integer = try? container.decode(Int.self) {
                self = .value("\(integer)")
            } else {
                self = .value("\(try container.decode(Double.self))")
            }
        }
    }

    private static func withoutUnit(_ text: String) -> String {
        for (unit, bytes) in [(" KiB", 1 << 10), (" MiB", 1 << 20), (" GiB", 1 << 30)] where text.hasSuffix(unit) {
            return Int(text.dropLast(4)).map { "\($0 * bytes)" } ?? text
        }
        return text
    }
}

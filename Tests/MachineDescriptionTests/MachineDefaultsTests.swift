import Diagnostics
import Foundation
import MachineDescription
import Testing

/// What a machine file leaves out.
@Suite struct MachineDefaultsTests {
    static let shortest = """
        name: mine
        clockMegahertz: 1.2 GHz
        macArray: {inputChannelLanes: 8, outputChannelLanes: 16, pixelLanes: 4}
        weightBuffer: {bytes: 256 KiB}
        activationBuffer: {bytes: 0.5 MiB}
        dma: {bytesPerCycle: 8, latencyCycles: 60}

        """

    /// By hand: 16 banks for 16 output channels, 8 x 16 codes a step; 4 banks of words of 8; 64 results in 8 steps are
    /// 8 lanes; A = 16 + 12 + 8; bursts of 16 beats of 8 bytes, and (60 + 16) / 16 rounded up are 5, 8 as a power of
    /// two.
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
                    parameterMemory: ParameterMemoryDescription(bytes: 65_536),
                    codebookMux: CodebookMuxDescription(codebooks: 16, encodeLanes: 8, programmable: true),
                    postProcessor: PostProcessorDescription(lanes: 8),
                    normalization: NormalizationDescription(method: .exact, lanes: 8, latencyCycles: 24),
                    dma: DMADescription(
                        bytesPerCycle: 8, latencyCycles: 60, burstBytes: 128, alignmentBytes: 64, outstanding: 8)))
        #expect(machine.warnings == [])
    }

    /// Those of the built-in machines that differ from what would follow: mid has more bursts in flight; large has more
    /// accumulator bits, and two symbols and samples per cycle.
    @Test(arguments: MachineDescription.builtInNames) func builtInMachinesFollowTheRules(name: String) throws {
        let machine = try MachineDescription.load(name)
        let (array, dma) = (machine.macArray, machine.dma)
        let text = """
            name: \(name)
            clockMegahertz: \(machine.clockMegahertz)
            macArray: {inputChannelLanes: \(array.inputChannelLanes), outputChannelLanes: \(array.outputChannelLanes), \
            pixelLanes: \(array.pixelLanes), activationBits: \(array.activationBits)}
            weightBuffer: {bytes: \(machine.weightBuffer.bytes)}
            activationBuffer: {bytes: \(machine.activationBuffer.bytes)}
            dma: {bytesPerCycle: \(dma.bytesPerCycle), latencyCycles: \(dma.latencyCycles)}

            """
        var read = try MachineDescription(yaml: text, path: "m.yaml")
        switch name {
        case "mid":
            #expect(read.dma.outstanding == 8)
            read.dma.outstanding = 16
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
        let lanes = try read("dma:", "postProcessor: {lanes: 32}\ndma:")
        #expect(lanes.codebookMux.encodeLanes == 32 && lanes.normalization.lanes == 32)
        // 1024 KiB / 4; half of the steps: 64 codes of 64 channels need one step of 64 results.
        let wide = try read("inputChannelLanes: 8", "inputChannelLanes: 64")
        #expect(wide.postProcessor.lanes == 64)
        let large = try read("256 KiB", "1024 KiB")
        #expect(large.accumulatorBuffer.bytes == 262_144 && large.parameterMemory.bytes == 262_144)
        // One beat of 512 bytes; 61 bursts, of which a power of two is 64.
        let bus = try read("bytesPerCycle: 8", "bytesPerCycle: 512").dma
        #expect(bus.burstBytes == 512 && bus.alignmentBytes == 512 && bus.outstanding == 64)
        // Two results at most have two lanes.
        let tiny = try read(
            "{inputChannelLanes: 8, outputChannelLanes: 16, pixelLanes: 4}",
            "{inputChannelLanes: 1, outputChannelLanes: 2, pixelLanes: 1}")
        #expect(tiny.postProcessor.lanes == 2 && tiny.weightBuffer.banks == 2 && tiny.activationBuffer.banks == 1)
    }

    @Test(arguments: [
        "name: mine\n", "clockMegahertz: 1.2 GHz\n", ", pixelLanes: 4", "bytes: 256 KiB", ", latencyCycles: 60",
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
        var found: [String: String] = [:]
        for (key, member) in try JSONDecoder().decode([String: Member].self, from: bytes) {
            switch member {
            case .value(let text): found[key] = text
            case .block(let fields): for (inner, text) in fields { found["\(key).\(inner)"] = text }
            }
        }
        var expected: [String: String] = [:]
        var block = ""
        for line in machine.yaml.split(separator: "\n") {
            let parts = line.split(separator: ":", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
            guard parts.count == 2 else {
                block = parts[0]
                continue
            }
            expected[line.hasPrefix(" ") ? "\(block).\(parts[0])" : parts[0]] = Self.withoutUnit(parts[1])
        }
        #expect(found == expected && expected.count == (hasUnits ? 43 : 40))
    }

    /// A value as text, or the values of a block.
    private enum Member: Decodable {
        case value(String)
        case block([String: String])

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let fields = try? container.decode([String: Member].self) {
                self = .block(
                    fields.compactMapValues { member in
                        guard case .value(let text) = member else { return nil }
                        return text
                    })
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

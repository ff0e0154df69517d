import Diagnostics
import MachineDescription
import Testing

/// A machine file is corrected at once: every problem has its diagnostic.
@Suite struct MachineFileProblemsTests {
    private func problems(_ text: String) throws -> MachineFileProblems {
        try #require(throws: MachineFileProblems.self) {
            _ = try MachineDescription.reading(yaml: text, path: "m.yaml")
        }
    }

    /// Eleven mistakes, and none that only follows from another: lanes that are not known make no tile too small.
    @Test func allAreReported() throws {
        let found = try problems(
            """
            name: my machine
            clockMegahertz: 400 kHz
            macArray:
              inputChannelLanes: 16
              outputChannelLane: 0
              pixelLanes: four
              dataflow: outputstationery
            weightBuffer:
              bytes: 256 kB
              banks: 16
            activationBuffer:
              bytes: 100 GiB
            dma:
              bytesPerCycle: 24
              burstBytes: 8
            energy: 3

            """)
        #expect(found.count == 11 && found.path == "m.yaml")
        #expect(
            found.diagnostics.map { "\($0.code.rawValue) \($0.place) \($0.found)" } == [
                "MACHINE-004 m.yaml:16:1 unknown key energy",
                "MACHINE-004 m.yaml:5:3 unknown key macArray.outputChannelLane",
                "MACHINE-005 m.yaml:14:3 dma.latencyCycles is missing",
                "MACHINE-007 m.yaml:5:22 macArray.outputChannelLanes is 0",
                "MACHINE-006 m.yaml:6:15 macArray.pixelLanes is 'four'",
                "MACHINE-007 m.yaml:7:13 macArray.dataflow is outputstationery",
                "MACHINE-007 m.yaml:9:10 weightBuffer.bytes is 256 kB",
                "MACHINE-007 m.yaml:1:7 name is my machine",
                "MACHINE-007 m.yaml:2:17 clockMegahertz is 400 kHz",
                "MACHINE-007 m.yaml:12:10 activationBuffer.bytes is 100 GiB",
                "MACHINE-008 m.yaml:14:18 dma.bytesPerCycle is 24",
            ])
    }

    /// Contradictions are told together, each at its field; one whose fields are not known waits.
    @Test func contradictionsAreReportedTogether() throws {
        let text = try MachineDescription.load("mid").yaml
        let first = text.replacing("accumulatorBits: 36", with: "accumulatorBits: 20")
            .replacing("bytes: 256 KiB", with: "bytes: 262145").replacing("burstBytes: 256", with: "burstBytes: 48")
        let found = try problems(first)
        #expect(found.diagnostics.map(\.code) == Array(repeating: .machineInconsistent, count: 3))
        #expect(
            found.diagnostics.map(\.found) == [
                "macArray.accumulatorBits is 20", "weightBuffer.bytes is 262145", "memory.burstBytes is 48",
            ])
        #expect(found.diagnostics.map(\.place) == ["m.yaml:14:20", "m.yaml:17:10", "m.yaml:44:15"])
        let second = try problems(first.replacing("activationBits: 16", with: "activationBits: 7"))
        #expect(
            second.diagnostics.map(\.found) == [
                "macArray.activationBits is 7", "weightBuffer.bytes is 262145", "memory.burstBytes is 48",
            ])
    }

    @Test func theThrowingInitializerThrowsTheFirst() throws {
        let text = try MachineDescription.load("mid").yaml.replacing("pixelLanes: 4", with: "pixelLanes: 0")
            .replacing("pipelineStages: 4", with: "pipelineStages: 0")
        #expect(try problems(text).count == 2)
        let first = try #require(throws: Diagnostic.self) { _ = try MachineDescription(yaml: text, path: "m.yaml") }
        #expect(first == (try problems(text).diagnostics[0]) && first.found == "macArray.pixelLanes is 0")
    }

    /// What is no document, or says a thing twice, has this one problem.
    @Test func aDocumentThatIsNoneHasOneProblem() throws {
        #expect(try problems("name: [").diagnostics.map(\.code) == [.machineNotYAML])
        #expect(try problems("name: a\nname: b\n").diagnostics.map(\.code) == [.machineDuplicateKey])
    }

    @Test func tooManyAreCounted() throws {
        let text = try MachineDescription.load("mid").yaml + (0..<100).map { "unknown\($0): 1\n" }.joined()
        let found = try problems(text)
        #expect(found.count == 100 && found.diagnostics.count == 64)
        #expect(found.diagnostics[63].found == "unknown key unknown63")
    }
}

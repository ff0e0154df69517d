import Diagnostics
import Foundation
import TestSupport
import Testing

@Suite(.enabled(if: Tool.isBuilt, Tool.missing)) struct TraceCommandTests {
    @Test func planAndRunWriteTheSameTimelineAndWaveform() throws {
        let folder = try ScratchFolder()
        let traces = { (name: String) in
            [
                "--timeline", "\(name).json", "--waveform", "\(name).vcd", "--from", "100", "--to", "4000", "--units",
                "compute,dma",
            ]
        }
        let planned = try Tool.run(["plan"] + traces("plan"), in: folder)
        let run = try Tool.run(["run"] + traces("run"), in: folder)
        #expect(planned.status == 0 && run.status == 0, "\(planned.errors)\(run.errors)")
        #expect(try folder.bytes("plan.json") == folder.bytes("run.json"))
        let waveform = try folder.bytes("plan.vcd")
        #expect(try waveform == folder.bytes("run.vcd"))
        #expect(
            String(decoding: waveform, as: UTF8.self).contains("\n#100\n")
                && waveform.suffix(6) == Array("#4001\n".utf8))
        #expect(try JSON(Data(folder.bytes("plan.json")))["traceEvents"]?.elements.isEmpty == false)
    }

    @Test(arguments: [
        ["--from", "5"], ["--units", "dma"], ["--waveform", "w.vcd", "--from", "9", "--to", "8"],
        ["--waveform", "w.vcd", "--from", "-1"],
        ["--waveform", "w.vcd", "--units", "load,engine"], ["--waveform", "w.vcd", "--units", ""],
        ["--waveform", "w.vcd", "--from", "9000000000000000000"],
        ["--codec", "--timeline", "t.json"],
    ]) func aWindowOrUnitThatIsNoneIsRefused(options: [String]) throws {
        let folder = try ScratchFolder()
        let outcome = try Tool.run(["plan"] + options, in: folder)
        #expect(outcome.status == 2 && outcome.output.isEmpty && !outcome.errors.isEmpty, "\(outcome.errors)")
        #expect(try !folder.names().contains { $0.hasSuffix(".vcd") || $0.hasSuffix(".json") })
    }

    @Test(arguments: ["--timeline", "--waveform"]) func aFileThatCannotBeWrittenIsRefused(option: String) throws {
        let folder = try ScratchFolder()
        try Tool.expectRefusal(.outputUnwritable, ["plan", option, "missing/file"], in: folder)
        try Tool.expectRefusal(.outputDeviceFull, ["plan", option, "/dev/full"], in: folder)
    }
}

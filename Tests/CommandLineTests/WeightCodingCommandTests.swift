import Diagnostics
import FileFormats
import Foundation
import NetworkFiles
import Networks
import TestSupport
import Testing

@Suite(.enabled(if: Tool.isBuilt, Tool.missing)) struct WeightCodingCommandTests {
    /// `mid` with the two options, as machine files.
    private func writeMachines(in folder: ScratchFolder) throws {
        let mid = try Tool.run(["machines", "mid"], in: folder).output
        let skipping = mid.replacing("  pipelineStages: 4\n", with: "  pipelineStages: 4\n  zeroSkipping: true\n")
        let decoder = "weightDecoder:\n  law: huffman\n  symbolsPerCycle: 4\n"
        try folder.write(mid + decoder, "decoder.yaml")
        try folder.write(skipping, "skipping.yaml")
        try folder.write(skipping + decoder, "both.yaml")
    }

    private func withoutEstimates(_ report: JSON) -> JSON {
        report.changing("totals") { $0.without(["weightCoding"]) }.changing("layers") {
            .array($0.elements.map { $0.without(["weightCoding"]) })
        }
    }

    @Test(
        "Machines with a weight decoder or zero skipping: estimates beside the same report and bytes; `plan` is `run`",
        arguments: ["decoder", "skipping", "both"])
    func reports(_ machine: String) throws {
        let folder = try ScratchFolder()
        try writeMachines(in: folder)
        let plain = try Tool.run(["run", "--json"], in: folder).report()
        let run = try Tool.run(["run", "--machine", "\(machine).yaml", "--json"], in: folder).report()
        let plan = try Tool.run(["plan", "--machine", "\(machine).yaml", "--json"], in: folder).report()
        #expect(ReportTests.schema.violations(of: run) == [] && ReportTests.schema.violations(of: plan) == [])
        let (same, before) = (withoutEstimates(run).without(["machine"]), plain.without(["machine"]))
        #expect(same == before, "an option without RTL changed a simulated figure or a byte")
        #expect(plain["totals"]?["weightCoding"] == nil)
        #expect(run["totals"]?["weightCoding"] == plan["totals"]?["weightCoding"])
        #expect(
            run["layers"]?.elements.map { $0["weightCoding"] } == plan["layers"]?.elements.map { $0["weightCoding"] })
        let totals = try #require(plan["totals"]?["weightCoding"])
        let layers = try #require(plan["layers"]?.elements.compactMap { $0["weightCoding"] })
        #expect(layers.count == plan["layers"]?.elements.count)
        for (name, value) in totals.members {
            #expect(layers.reduce(0) { $0 + ($1[name]?.integer ?? 0) } == value.integer, "\(name)")
        }
        #expect((totals["codedWeightReadBytes"] == nil) == (machine == "skipping"))
        #expect(
            (totals["zeroSteps"] == nil) == (machine == "decoder")
                && (totals["estimatedCyclesBound"] == nil) == (machine == "decoder"))
        #expect(totals["weightReadBytes"]?.integer ?? 0 > 0)
        if let coded = totals["codedWeightReadBytes"]?.integer {
            #expect(coded < totals["weightReadBytes"]?.integer ?? 0)
        }
        if machine == "skipping" {
            let cycles = try #require(plan["totals"]?["simulatedCycles"]?.integer)
            #expect(totals["estimatedCycles"]?.integer ?? .max <= cycles)
        }
        let text = try Tool.run(["plan", "--machine", "\(machine).yaml"], in: folder)
        #expect(text.status == 0 && text.output.contains("\nweights     ") && text.output.contains("estimated "))
        let verified = try Tool.run(["verify", "--machine", "\(machine).yaml"], in: folder)
        #expect(verified.status == 0, "\(verified.errors)")
    }

    @Test(
        "Statistics in the file that are not those of its weights stop a run on a machine that uses them, and no other")
    func mismatch() throws {
        let folder = try ScratchFolder()
        try writeMachines(in: folder)
        let network = try #require(try BundledNetworks.network(named: "lapped8").quantized).withWeightStatistics()
        try folder.write(NetworkFile(quantized: network).bytes, "sound.safetensors")
        var file = try SafetensorsFile(NetworkFile(quantized: network).bytes, at: "n")
        let name = "quantized.analysis1.weightCodes"
        let other = try #require(file.tensors[name]?.bytes.first { $0 != file.tensors[name]?.bytes[0] })
        file.tensors[name]!.bytes[0] = other
        try folder.write(file.bytes, "changed.safetensors")
        for machine in ["decoder.yaml", "skipping.yaml"] {
            #expect(
                try Tool.run(["run", "--network", "./sound.safetensors", "--machine", machine], in: folder).status == 0)
        }
        try Tool.expectRefusal(
            .weightStatisticsMismatch, ["run", "--network", "./changed.safetensors", "--machine", "decoder.yaml"],
            in: folder)
        #expect(try Tool.run(["run", "--network", "./changed.safetensors"], in: folder).status == 0)
        let stored = try Tool.run(
            ["plan", "--network", "./sound.safetensors", "--machine", "both.yaml", "--json"], in: folder
        ).report()
        let measured = try Tool.run(["plan", "--network", "lapped8", "--machine", "both.yaml", "--json"], in: folder)
            .report()
        #expect(stored["totals"]?["weightCoding"] == measured["totals"]?["weightCoding"])
    }

    @Test("`inspect` shows zeros and bits a weight")
    func inspect() throws {
        let folder = try ScratchFolder()
        let outcome = try Tool.run(["inspect", "--all"], in: folder)
        #expect(outcome.status == 0)
        for word in ["zero %", "entropy bits", "coded bits"] { #expect(outcome.output.contains(word)) }
    }

    @Test("--sparsity needs a dead zone and a part below 1")
    func options() throws {
        let folder = try ScratchFolder()
        let quantize = ["quantize", "f.safetensors", "--calibration", ".", "-o", "q.safetensors"]
        for arguments in [
            ["--sparsity", "0.5"], ["--weights", "linear", "--sparsity", "0.5"],
            ["--weights", "deadZone 1/8 8", "--sparsity", "1"],
        ] {
            #expect(try Tool.run(quantize + arguments, in: folder).status == 2)
        }
        try Tool.expectRefusal(.lawParameterOutOfRange, quantize + ["--weights", "deadZone 8/8 8"], in: folder)
    }
}

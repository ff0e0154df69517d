import Foundation
import NetworkFiles
import Networks
import TestSupport
import Testing

/// `Traces/` holds what the bundled networks store, take and move on the built-in machines: a line a layer, for the
/// test picture at the lowest rate.
///
/// Recording is its own run and never passes: `INTAGLIO_RECORD_TRACES=1 ./test --filter GoldenTraceTests`, then look at
/// what changed.
@Suite(.enabled(if: Tool.isBuilt, Tool.missing)) struct GoldenTraceTests {
    private static let isRecording = ProcessInfo.processInfo.environment["INTAGLIO_RECORD_TRACES"] != nil

    @Test(
        "Bundled networks give the recorded bytes, cycles and traffic, layer by layer",
        arguments: BundledNetworks.names,
        ["small", "mid", "large"])
    func replay(_ network: String, _ machine: String) throws {
        let report = try Tool.run(["run", "--network", network, "--machine", machine, "--json"], in: ScratchFolder())
            .report()
        let found = Self.trace(report)
        let file = Checkout.root.appendingPathComponent("Traces/\(network).\(machine).txt")
        if Self.isRecording {
            try found.write(to: file, atomically: true, encoding: .utf8)
            Issue.record("recorded \(file.lastPathComponent); run again without INTAGLIO_RECORD_TRACES")
            return
        }
        let recorded = try String(contentsOf: file, encoding: .utf8)
        let first = zip(found.split(separator: "\n"), recorded.split(separator: "\n")).first { $0 != $1 }
        #expect(
            found == recorded,
            "\(network) on \(machine), first line that differs: found '\(first?.0 ?? "")', recorded '\(first?.1 ?? "")'"
        )
    }

    private static func trace(_ report: JSON) -> String {
        var lines = ["layer simulatedCycles dramReadBytes dramWriteBytes outputDigest"]
        for layer in report["layers"]!.elements {
            let figures = ["simulatedCycles", "dramReadBytes", "dramWriteBytes"].map { String(layer[$0]!.integer!) }
            lines.append(([layer["name"]!.string!] + figures + [layer["outputDigest"]!.string!]).joined(separator: " "))
        }
        return lines.joined(separator: "\n") + "\n"
    }
}

import FixedPoint
import Foundation
import NetworkFiles
import Networks
import TestSupport
import Testing

/// What `run`, `encode` and `evaluate` say where a picture drives a network beyond what its formats hold.
@Suite(.serialized, .enabled(if: Tool.isBuilt, Tool.missing)) struct ClippingTests {
    /// A prepared network, and copies in which one layer's results are 16 times what they should be.
    private nonisolated(unsafe) static let prepared: ScratchFolder = {
        let folder = try! ScratchFolder()
        try! FileManager.default.createDirectory(atPath: folder.path("photos"), withIntermediateDirectories: true)
        for (name, side) in [("a", 64), ("b", 96)] {
            try! folder.write(HandmadePNG.ramp(width: side, height: 64).bytes, "photos/\(name).png")
        }
        let outcome = try! Tool.run(
            ["quantize", "lapped8", "--calibration", "photos", "--codec", "-o", "net.safetensors"], in: folder)
        precondition(outcome.status == 0, outcome.errors)
        for layer in ["analysis0", "synthesis1"] {
            var network = try! NetworkFile(folder.bytes("net.safetensors"), at: "net").quantized!
            guard case .accumulation(var parameters)? = network.parameters[layer] else {
                preconditionFailure("\(layer) accumulates")
            }
            func louder(_ multiplier: QuantizedMultiplier) -> QuantizedMultiplier {
                QuantizedMultiplier(mantissa: multiplier.mantissa, exponent: multiplier.exponent + 4)
            }
            parameters.postProcessing.multipliers = parameters.postProcessing.multipliers.map(louder)
            parameters.postProcessing.multipliersNegative = parameters.postProcessing.multipliersNegative.map(louder)
            network.parameters[layer] = .accumulation(parameters)
            try! folder.write(NetworkFile(quantized: network).bytes, "\(layer).safetensors")
        }
        return folder
    }()

    private func warnings(_ outcome: Tool.Outcome) -> [String] {
        outcome.errors.split(separator: "\n").filter { $0.hasPrefix("warning: ") }.map { String($0.dropFirst(9)) }
    }

    @Test("run: one sentence on standard error, the same in the report, the figures of the layer")
    func run() throws {
        let options = ["run", "--image", "photos/a.png", "--network"]
        #expect(warnings(try Tool.run(options + ["net.safetensors"], in: Self.prepared)) == [])
        let outcome = try Tool.run(options + ["analysis0.safetensors", "--json"], in: Self.prepared)
        let report = try outcome.report()
        #expect(ReportTests.schema.violations(of: report) == [])
        let clipping = try #require(report["clipping"])
        #expect(warnings(outcome) == [clipping["sentence"]!.string!])
        let layer = try #require(report["layers"]!.elements.first { $0["name"] == clipping["tensor"] })
        for field in ["saturatedOutputs", "saturatedShare", "worstChannel"] {
            #expect(clipping[field] == layer[field], "\(field)")
        }
        #expect(clipping["saturatedShare"]!.number! > 0.1)
        #expect(
            clipping["sentence"]!.string!.contains(
                " of the elements of \(clipping["tensor"]!.string!) are clipped (channel "))
        let text = try Tool.run(options + ["analysis0.safetensors"], in: Self.prepared)
        #expect(text.status == 0 && warnings(text) == warnings(outcome) && !text.output.contains("clipped"))
    }

    @Test("The samples of the picture that comes out end at 0 and 255: no warning")
    func picture() throws {
        let outcome = try Tool.run(
            ["run", "--image", "photos/a.png", "--network", "synthesis1.safetensors", "--json"], in: Self.prepared)
        let report = try outcome.report()
        let layer = try #require(report["layers"]!.elements.first { $0["name"]!.string == "synthesis1" })
        #expect(layer["saturatedShare"]!.number! > 0.1)
        #expect(report["clipping"] == nil && warnings(outcome) == [])
        let encoded = try Tool.run(
            ["encode", "photos/a.png", "-o", "quiet.bits", "--network", "synthesis1.safetensors", "--json"],
            in: Self.prepared)
        #expect(try encoded.report()["clipping"] == nil && warnings(encoded) == [])
    }

    @Test("encode and evaluate: what their runs on the machine clipped")
    func coded() throws {
        let encoded = try Tool.run(
            ["encode", "photos/b.png", "-o", "loud.bits", "--network", "analysis0.safetensors", "--json"],
            in: Self.prepared)
        let clipping = try #require(try encoded.report()["clipping"])
        #expect(warnings(encoded) == [clipping["sentence"]!.string!])
        let options = ["evaluate", "photos", "--quantizers", "round,rdoq", "-o", "out", "--json", "--network"]
        let outcome = try Tool.run(options + ["analysis0.safetensors"], in: Self.prepared)
        let report = try outcome.report()
        let rows = report["pictures"]!.elements
        #expect(
            rows.count == 4
                && rows.first { $0["picture"]!.string == "b.png" && $0["curve"]!.string == "round" }?["clipping"]
                    == clipping
        )
        let summary = try #require(report["clipping"])
        #expect(summary["pictures"]!.integer == 2 && summary["rates"]!.elements.map(\.integer) == [0])
        let worst = rows.map { $0["clipping"]!["saturatedShare"]!.number! }.max()!
        #expect(summary["saturatedShare"]!.number == worst)
        #expect(warnings(outcome) == [summary["sentence"]!.string!])
        #expect(
            summary["sentence"]!.string!.hasPrefix(
                "2 of 2 pictures (rate 0) drive tensors beyond the ranges that calibration saw, at worst "))
        let again = try Tool.run(
            options.map { $0 == "out" ? "again" : $0 }.dropLast()
                + ["--against", "out/evaluation.json:round", "--network", "net.safetensors"],
            in: Self.prepared)
        #expect(try again.report()["clipping"] == nil && warnings(again) == [])
    }
}

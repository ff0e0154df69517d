import FixedPoint
import Foundation
import MachineDescription
import Simulation
import Testing

/// The published int8 layers, when they are at hand.
@Suite struct PublishedLayerTests {
    private static var folder: String? {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let candidates = [ProcessInfo.processInfo.environment["INTAGLIO_SHARED"], root.path + "/../shared/data", root.path + "/../../shared/data"]
        return candidates.compactMap { $0 }.map { $0 + "/vectors/int8_layers" }.first { FileManager.default.fileExists(atPath: $0) }
    }

    @Test("All published layers agree on every machine that is wide enough", .enabled(if: folder != nil, "the shared vectors are not at hand"), arguments: ["mid", "large"])
    func allAgree(machine: String) throws {
        let results = try LayerCaseFolder.verify(#require(Self.folder), machine: .load(machine)).results
        #expect(results.count == 35)
        for result in results {
            #expect(result.referenceMismatches == 0 && result.machineMismatches == 0, "\(result.name): \(result.firstDifference ?? "")")
        }
    }

    @Test("Another rounding rule gives other outputs", .enabled(if: folder != nil, "the shared vectors are not at hand"))
    func singleDiffers() throws {
        let results = try LayerCaseFolder.verify(#require(Self.folder), machine: .load("mid"), rounding: .single).results
        #expect(results.contains { $0.referenceMismatches > 0 })
        #expect(results.allSatisfy { $0.referenceMismatches == $0.machineMismatches })
    }
}

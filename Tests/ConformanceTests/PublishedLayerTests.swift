import FixedPoint
import Foundation
import MachineDescription
import Simulation
import TestSupport
import Testing

/// The published int8 layers, when they are at hand.
@Suite struct PublishedLayerTests {
    private static let folder = Checkout.shared("vectors/int8_layers")
    private static let missing: Comment = "\(Checkout.missing("vectors/int8_layers"))"

    @Test(
        "All published layers agree on every machine that is wide enough", .enabled(if: folder != nil, missing),
        arguments: ["mid", "large"])
    func allAgree(machine: String) throws {
        let results = try LayerCaseFolder.verify(#require(Self.folder), machine: .load(machine)).results
        #expect(results.count == 35)
        for result in results {
            #expect(
                result.referenceMismatches == 0 && result.machineMismatches == 0,
                "\(result.name): \(result.firstDifference ?? "")")
        }
    }

    @Test("Another rounding rule gives other outputs", .enabled(if: folder != nil, missing))
    func singleDiffers() throws {
        let results = try LayerCaseFolder.verify(#require(Self.folder), machine: .load("mid"), rounding: .single)
            .results
        #expect(results.contains { $0.referenceMismatches > 0 })
        #expect(results.allSatisfy { $0.referenceMismatches == $0.machineMismatches })
    }
}

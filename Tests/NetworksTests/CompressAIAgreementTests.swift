import Architectures
import Foundation
import Importers
import Testing

@Suite struct CompressAIAgreementTests {
    /// Where `Scripts/compressai_agreement.py` wrote state dicts of other widths.
    private static let others = ProcessInfo.processInfo.environment["INTAGLIO_COMPRESSAI"]

    @Test("Imported networks give PyTorch's tensors within 1e-4", arguments: CompressAIFixture.names)
    func agreement(name: String) throws {
        try expectAgreement(name, in: nil)
    }

    @Test(
        "The same of state dicts that were made for this",
        .enabled(if: others != nil, "INTAGLIO_COMPRESSAI names none"),
        arguments: CompressAIFixture.names)
    func otherWidths(name: String) throws {
        try expectAgreement(name, in: Self.others)
    }

    private func expectAgreement(_ name: String, in folder: String?) throws {
        let fixture = try CompressAIFixture(name, in: folder)
        let imported = try #require(try CompressAIImport.ifOne(fixture.stateDict))
        #expect(imported.architecture.family.rawValue == name)
        let differences = try fixture.differences(from: imported.network)
        #expect(differences.count == (name == "bmshj2018-factorized" ? 2 : 5))
        for (tensor, difference) in differences {
            #expect(difference <= 1e-4, "\(name), \(tensor): \(difference)")
        }
        if folder != nil { print(imported.architecture.name, differences.sorted { $0.key < $1.key }) }
    }
}

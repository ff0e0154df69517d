import Foundation
import TFLite
import TFLiteImport
import TestSupport
import Testing

/// Whether the page and the table of operators list the same.
@Suite struct ImportingPageTests {
    @Test("docs/importing.md says where each operator goes")
    func operators() throws {
        let page = try String(
            contentsOfFile: Checkout.root.appendingPathComponent("docs/importing.md").path, encoding: .utf8)
        let section = try #require(page.split(separator: "\n## ").first { $0.hasPrefix("Where operators go") })
        let named = Set(
            section.split(separator: "\n").filter { $0.hasPrefix("| ") }.flatMap { row in
                row.split(separator: "|")[0].split { !($0.isUppercase || $0.isNumber || $0 == "_") }.map(String.init)
            })
        for builtin in TFLiteImport.operators {
            #expect(named.contains(builtin.rawValue), "\(builtin.rawValue) is on no row")
        }
        #expect(Set(TFLiteImport.operators).count == TFLiteImport.operators.count)
    }
}

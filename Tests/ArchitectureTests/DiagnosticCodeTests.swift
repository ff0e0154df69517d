import Foundation
import Testing

@Suite struct DiagnosticCodeTests {
    /// Case name and code of each diagnostic, from the text of the enum.
    static func cases() throws -> [(name: String, code: String)] {
        try Repository.text("Sources/Diagnostics/DiagnosticCode.swift").matches(of: /case (\w+) = "([A-Z]+-\d{3})"/).map
        {
            (String($0.output.1), String($0.output.2))
        }
    }

    @Test("docs/diagnostics.md has exactly one line for each code")
    func documented() throws {
        let documented = try Repository.text("docs/diagnostics.md").matches(
            of: /(?m)^\| *([A-Z]+-\d{3}) *\|[^|\n]+\|[^|\n]+\| *$/
        ).map { String($0.output.1) }
        let codes = try Self.cases().map(\.code)
        #expect(codes.count > 10)
        #expect(Set(codes).subtracting(documented).sorted() == [], "codes without a line in docs/diagnostics.md")
        #expect(Set(documented).subtracting(codes).sorted() == [], "lines in docs/diagnostics.md without a code")
        #expect(documented.count == Set(documented).count, "a code has two lines")
    }

    @Test("Every code is named by a test")
    func tested() throws {
        let texts = try Repository.files(in: "Tests", withExtension: "swift").filter {
            !$0.hasPrefix("Tests/ArchitectureTests/")
        }.map(Repository.text)
        let words = Set(texts.flatMap { $0.split { !($0.isLetter || $0.isNumber || $0 == "-") } })
        let missing = try Self.cases().filter {
            !words.contains(Substring($0.name)) && !words.contains(Substring($0.code))
        }
        #expect(missing.map { "\($0.code) \($0.name)" } == [], "no test names them")
    }
}

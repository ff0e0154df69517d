import Diagnostics
import Testing

@Suite struct DiagnosticTextTests {
    @Test("A part of a diagnostic that a file made long is cut in its middle, and says by how much")
    func shortened() {
        let found = String(repeating: "a", count: 50_000) + "z"
        let text = Diagnostic(.imageEmpty, at: "file", found: found, expected: "e", remedy: "r").description
        #expect(text.count < 3_200)
        // "file: " and the text have 50,007 characters, of which 2,000 and 900 are shown.
        #expect(text.contains("a ... 47107 characters ... a") && text.contains("z\n  expected: e\n  remedy: r"))
    }

    @Test("What is not longer than 3,000 characters stays whole")
    func whole() {
        let found = String(repeating: "b", count: 2_990)
        #expect(
            Diagnostic(.imageEmpty, at: "file", found: found, expected: "e", remedy: "r").description
                == "error[IMAGE-002]: file: \(found)\n  expected: e\n  remedy: r")
    }
}

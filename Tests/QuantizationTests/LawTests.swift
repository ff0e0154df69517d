import Diagnostics
import Quantization
import Testing

@Suite("Laws: names, parameters and refusals")
struct LawTests {
    static let laws: [Law] = [
        .linear, .power(numerator: 3, denominator: 2), .power(numerator: 2, denominator: 1),
        .power(numerator: 5, denominator: 7),
        .logarithmic(parameter: 1), .logarithmic(parameter: 6), .minifloat(exponentBits: 3, mantissaBits: 4),
        .minifloat(exponentBits: 2, mantissaBits: 6), .deadZone(numerator: 1, denominator: 8, levelBits: 8),
        .deadZone(numerator: 23, denominator: 1024, levelBits: 2), .table,
    ]

    @Test(arguments: laws)
    func readsWhatItWrites(law: Law) throws {
        #expect(try Law(law.description, at: "law") == law)
        #expect(law.isMemoryFree == (law != .table))
    }

    @Test(arguments: [
        "", "Linear", "linear ", "linear 1", "power", "power 3", "power 3 2", "power 3/", "power 3/2/1", "power a/2",
        "logarithmic", "logarithmic x",
        "minifloat 3/4", "minifloat 3", "minifloat 3 four", "table 1", "lloyd", "deadZone", "deadZone 1/8",
        "deadZone 1 8", "deadZone 1/8 8 8", "deadzone 1/8 8",
    ])
    func unknownName(text: String) {
        let error = #expect(throws: Diagnostic.self) { try Law(text, at: "layer g_a.0") }
        #expect(error?.code == .lawUnknown)
        #expect(error?.place == "layer g_a.0")
    }

    @Test(arguments: [
        "power 0/1", "power 1/0", "power 65/2", "power 3/65", "power -3/2", "logarithmic 0", "logarithmic 25",
        "minifloat 5 2", "minifloat 3 3",
        "minifloat 3 6", "minifloat -1 8", "deadZone 0/8 8", "deadZone 8/8 8", "deadZone -1/8 8", "deadZone 1/1025 8",
        "deadZone 1/8 1", "deadZone 1/8 9",
    ])
    func parameterOutOfRange(text: String) {
        let error = #expect(throws: Diagnostic.self) { try Law(text, at: "law") }
        #expect(error?.code == .lawParameterOutOfRange)
    }

    @Test(arguments: [
        (Law.table, 2047, 12, DiagnosticCode.lawParameterOutOfRange),
        (.linear, 0, 12, .lawParameterOutOfRange),
        (.linear, 16_777_217, 32, .lawParameterOutOfRange),
        (.power(numerator: 0, denominator: 1), 2047, 12, .lawParameterOutOfRange),
        (.minifloat(exponentBits: 3, mantissaBits: 5), 2047, 12, .lawParameterOutOfRange),
        (.linear, 2048, 12, .codebookValueTooWide),
    ])
    func signedEntriesRefused(law: Law, range: Int, bits: Int, code: DiagnosticCode) throws {
        let error = #expect(throws: Diagnostic.self) { try law.signedEntries(range: range, bits: bits, at: "tensor y") }
        #expect(error?.code == code && error?.place == "tensor y")
    }

    @Test func limitsOfWhatIsAccepted() throws {
        // e[0] = e[1] - 1: a range of 2^(V-1) - 1 is the largest that fits V bits.
        #expect(try Law.linear.signedEntries(range: 2047, bits: 12, at: "t").first == -2048)
        #expect(try Law.linear.signedEntries(range: 1 << 24, bits: 26, at: "t").last == 1 << 24)
        #expect(
            try Law.minifloat(exponentBits: 3, mantissaBits: 5).unsignedEntries(range: 2047, bits: 12, at: "t").last
                == 2047)
        #expect(throws: Diagnostic.self) {
            try Law.minifloat(exponentBits: 3, mantissaBits: 4).unsignedEntries(range: 2047, bits: 12, at: "t")
        }
    }

    @Test func otherRefusals() {
        let notIncreasing = #expect(throws: Diagnostic.self) { try Law.checkEntries([0, 1, 1], bits: 8, at: "t") }
        #expect(notIncreasing?.code == .codebookNotIncreasing)
        let tooWide = #expect(throws: Diagnostic.self) { try Law.checkEntries([-129, 0], bits: 8, at: "t") }
        #expect(tooWide?.code == .codebookValueTooWide)
        #expect(throws: Never.self) { try Law.checkEntries([-128, 127], bits: 8, at: "t") }
        for bits in [7, 17] {
            let weights = #expect(throws: Diagnostic.self) { try Law.linear.weightEntries(bits: bits, at: "t") }
            #expect(weights?.code == .lawParameterOutOfRange)
        }
        for bits in [8, 17] {
            let gammas = #expect(throws: Diagnostic.self) { try Law.linear.gammaEntries(bits: bits, at: "t") }
            #expect(gammas?.code == .lawParameterOutOfRange)
        }
    }
}

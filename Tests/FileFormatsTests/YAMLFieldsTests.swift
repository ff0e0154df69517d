import Diagnostics
import FileFormats
import Testing

/// Typed access, with codes that are told apart.
@Suite struct YAMLFieldsTests {
    static let codes = YAMLCodes(
        syntax: .machineNotYAML, unknownKey: .machineUnknownKey, missingKey: .machineMissingField,
        wrongType: .machineWrongType,
        outOfRange: .machineValueOutOfRange, unknownWord: .scheduleUnknownWord, duplicateKey: .machineDuplicateKey,
        notPlainName: .scheduleNameNotPlain, example: "x")

    enum Colour: String, CaseIterable { case red, green }

    private func fields(_ value: String) throws(Diagnostic) -> YAMLFields {
        try YAMLFields(document: "k: \(value)\n", path: "f", codes: Self.codes, keys: ["k"])
    }

    private func code(_ body: () throws -> Void) -> DiagnosticCode? {
        do {
            try body()
            return nil
        } catch { return (error as? Diagnostic)?.code }
    }

    /// A number is what its digits say, in quotes or not: whole numbers may have a point or an exponent as long as they
    /// are whole.
    @Test(arguments: [
        ("4", 4), ("\"4\"", 4), ("'4'", 4), ("-7", -7), ("0", 0), ("-0", 0), ("4.0", 4), ("1e3", 1000), ("1.5e3", 1500),
        ("\"1E+2\"", 100), ("1200e-2", 12),
        ("9223372036854775807", Int.max), ("-9223372036854775808", Int.min), ("0e99999999999999999999", 0),
    ])
    func wholeNumbers(_ text: String, _ value: Int) throws {
        #expect(try fields(text).integer("k", in: Int.min...Int.max) == value)
    }

    @Test(arguments: [
        "0x10", "010", "1_000", "+4", "4.5", "1e-1", "four", ".5", "5.", "1e", "\"4 \"", "''", "~", "", "[4]", "{a: 4}",
        ".inf", "1,000", "٤", "--4", "0o17",
    ])
    func noWholeNumbers(_ text: String) {
        #expect(code { _ = try fields(text).integer("k", in: Int.min...Int.max) } == .machineWrongType, "\(text)")
    }

    @Test(arguments: ["9223372036854775808", "1e30", "1e999999999999999999999", "-1", "11"])
    func outOfRange(_ text: String) {
        #expect(code { _ = try fields(text).integer("k", in: 0...10) } == .machineValueOutOfRange, "\(text)")
    }

    @Test func realNumbers() throws {
        for (text, value) in [("2.5", 2.5), ("'2.5'", 2.5), ("25e-1", 2.5), ("400", 400), ("1e2", 100)] {
            #expect(try fields(text).number("k", in: 0...1000) == value)
        }
        for text in ["1e400", "-1", "1000.5"] {
            #expect(code { _ = try fields(text).number("k", in: 0...1000) } == .machineValueOutOfRange, "\(text)")
        }
        for text in [".inf", "nan", "fast", "1.2.3", "0x1p3", "1_0"] {
            #expect(code { _ = try fields(text).number("k", in: 0...1000) } == .machineWrongType, "\(text)")
        }
    }

    @Test func booleansWordsAndNames() throws {
        #expect(try fields("true").boolean("k") && fields("\"true\"").boolean("k") && !fields("'false'").boolean("k"))
        for text in ["yes", "on", "1", "True", "''"] {
            #expect(code { _ = try fields(text).boolean("k") } == .machineWrongType, "\(text)")
        }
        #expect(
            try fields("red").word("k", as: Colour.self) == .red
                && fields("\"green\"").word("k", as: Colour.self) == .green)
        #expect(code { _ = try fields("gren").word("k", as: Colour.self) } == .scheduleUnknownWord)
        #expect(try fields("a.b-c_9").name("k") == "a.b-c_9" && fields("\"1e3\"").name("k") == "1e3")
        for text in [
            "'../x'", "'a b'", ".x", "'a/b'", "\"a\\0b\"", "\"\\e[31m\"", "größe", "''",
            String(repeating: "a", count: 129),
        ] {
            #expect(code { _ = try fields(text).name("k") } == .scheduleNameNotPlain, "\(text)")
        }
    }

    @Test func documents() {
        func whole(_ text: String) -> DiagnosticCode? {
            code { _ = try YAMLFields(document: text, path: "f", codes: Self.codes, keys: ["k"], optional: ["o"]) }
        }
        #expect(whole("k: 1\no: 2\n") == nil && whole("{\"k\": 1}") == nil && whole("k: 1") == nil)
        #expect(
            whole("") == .machineNotYAML && whole("k: &a 1\n") == .machineNotYAML
                && whole("k: 1\n---\nk: 1\n") == .machineNotYAML)
        #expect(
            whole("k: 1\nl: 2\n") == .machineUnknownKey && whole("o: 1\n") == .machineMissingField
                && whole("- k\n") == .machineWrongType)
        #expect(whole("k: 1\nk: 1\n") == .machineDuplicateKey && whole("---\n") == .machineWrongType)
    }
}

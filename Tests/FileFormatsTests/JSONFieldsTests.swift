import Diagnostics
import FileFormats
import Testing

@Suite struct JSONFieldsTests {
    private func fields(_ text: String) throws(Diagnostic) -> JSONFields {
        try JSONFields(document: Array(text.utf8), at: "f")
    }

    private func diagnostic(_ body: () throws -> Void) -> Diagnostic? {
        do {
            try body()
            return nil
        } catch { return error as? Diagnostic }
    }

    @Test("A member that nobody asked for is refused, with the one that was probably meant")
    func surplus() throws {
        let text = try fields(#"{"name": "a", "activaton": "relu"}"#)
        #expect(try text.string("name") == "a" && !text.has("activation"))
        let found = diagnostic { try text.requireAllTaken() }
        #expect(found?.code == .networkUnknownField && found?.remedy == "did you mean 'activation'?")
        let other = try fields(#"{"name": "a", "colour": 1}"#)
        _ = try other.string("name")
        #expect(diagnostic { try other.requireAllTaken() }?.remedy == "remove the key: what it says would not be done")
    }

    @Test("Objects inside are asked too, in lists and alone")
    func inside() throws {
        let list = try fields(#"{"layers": [{"a": 1}, {"a": 1, "b": 2}]}"#)
        for layer in try list.objects("layers") { _ = try layer.integer("a") }
        #expect(diagnostic { try list.requireAllTaken() }?.place == "f, layers 1")
        let alone = try fields(#"{"o": {"p": {"q": 1}}}"#)
        _ = try alone.object("o").object("p")
        #expect(diagnostic { try alone.requireAllTaken() }?.place == "f, o, p")
        let whole = try fields(#"{"o": {"p": 1}}"#)
        _ = try whole.object("o").integer("p")
        try whole.requireAllTaken()
    }

    @Test("A missing member names the one that is there instead")
    func missing() throws {
        #expect(
            diagnostic { _ = try fields(#"{"shfit": [1]}"#).integers("shift") }?.found == "no shift but a key 'shfit'")
    }

    @Test("Names must be plain, integers whole, lists of one kind")
    func types() throws {
        let found = diagnostic { _ = try fields(#"{"name": "a/b"}"#).plainName("name") }
        #expect(found?.code == .networkNameNotPlain && found?.remedy.contains("a_b") == true)
        for text in [
            #"{"k": 1.0}"#, #"{"k": 1e3}"#, #"{"k": "1"}"#, #"{"k": 99999999999999999999}"#, #"{"k": true}"#,
            #"{"k": null}"#,
        ] {
            #expect(diagnostic { _ = try fields(text).integer("k") }?.code == .networkFieldInvalid, "\(text)")
        }
        #expect(diagnostic { _ = try fields(#"{"k": [1, 2.5]}"#).integers("k") }?.found == "k[1] is 2.5")
        #expect(try fields(#"{"k": [1, 2.5]}"#).reals("k") == [1, 2.5])
        #expect(
            diagnostic { _ = try fields(#"{"k": ["a", "b", "a"]}"#).distinctStrings("k") }?.found == "'a' twice in k")
    }

    @Test("JSON's own grammar of numbers, a byte order mark in front, and nothing behind")
    func grammar() throws {
        for (text, value) in [
            ("0", 0), ("-0", 0), ("-12", -12), ("9223372036854775807", Int.max),
            ("123456789012345678", 123_456_789_012_345_678),
        ] {
            #expect(try fields("{\"k\": \(text)}").integer("k") == value)
        }
        for text in ["01", "-", "+1", "1.", ".5", "1e", "0x1", "1_0", "NaN", "Infinity", "1e999", "--1", "1-2"] {
            #expect(diagnostic { _ = try fields("{\"k\": \(text)}") }?.code == .networkHeaderMalformed, "\(text)")
        }
        #expect(try JSONFields(document: [0xEF, 0xBB, 0xBF] + Array("{}".utf8), at: "f").has("k") == false)
        #expect(diagnostic { _ = try fields("{} {}") }?.code == .networkHeaderMalformed)
        #expect(diagnostic { _ = try fields(#"{"k": 1, "k": 1}"#) }?.code == .networkHeaderMalformed)
    }
}

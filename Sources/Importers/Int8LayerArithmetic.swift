import Diagnostics
import FixedPoint

/// What the text of a layer case's `arithmetic` says about the rounding of its requantization.
///
/// A rule is named by its own name (`single`, `gemmlowpDouble`, ...) as a word of its own, or by one of the phrases
/// that other kernels use for it. A text that names none, or more than one, is refused.
enum Int8LayerArithmetic {
    /// For each rule what names it beside its raw value; letter case, hyphens and spaces make no difference.
    static let phrases: [(rule: RoundingRule, phrases: [String])] = [
        (.single, ["single rounding"]),
        (.gemmlowpDouble, ["gemmlowp double rounding"]),
        (.halfUpDouble, ["half up double rounding"]),
        (.tosaDouble, ["tosa double rounding"]),
        (.halfEven, ["half to even", "half even rounding"]),
        (.halfAway, ["half away from zero", "half away rounding"]),
        (.floor, ["floor rounding", "round toward negative infinity", "rounding toward negative infinity"]),
        (.ceiling, ["ceiling rounding", "round toward positive infinity", "rounding toward positive infinity"]),
        (.towardZero, ["round toward zero", "rounding toward zero"]),
        (.onnxFloat32, ["onnx float32 rounding"]),
    ]

    /// - Throws: `layerCaseArithmeticUnknown`.
    static func roundingRule(of text: String, at place: String) throws(Diagnostic) -> RoundingRule {
        let named = RoundingRule.allCases.filter { names($0, in: text) }
        guard named.count == 1, let rule = named.first else {
            let words = phrases.map { "'\($0.phrases[0])' or \($0.rule.rawValue)" }.joined(separator: ", ")
            throw Diagnostic(
                .layerCaseArithmeticUnknown, at: "\(place), field arithmetic",
                found: "'\(text.prefix(200))'"
                    + (named.isEmpty ? "" : ", which names \(named.map(\.rawValue).joined(separator: " and "))"),
                expected: "words that name one rounding: \(words)",
                remedy: named.isEmpty
                    ? "name the rounding of the file's requantization by one of these" : "name one of them only")
        }
        return rule
    }

    private static func names(_ rule: RoundingRule, in text: String) -> Bool {
        let words = text.split { !($0.isLetter || $0.isNumber || $0 == "_") }.map { String($0) }
        // `single`, `floor` and `ceiling` are words of plain language too: they name a rule only behind an equals sign,
        // alone, or in a phrase.
        let isWord = ["single", "floor", "ceiling"].contains(rule.rawValue)
        if isWord ? assigned(in: text).contains(rule.rawValue) : words.contains(rule.rawValue) { return true }
        let plain =
            " " + words.flatMap { $0.lowercased().split(separator: "_").map(String.init) }.joined(separator: " ") + " "
        return phrases.first { $0.rule == rule }!.phrases.contains { plain.contains(" \($0) ") }
    }

    /// The single words that stand behind an equals sign or a colon up to the next semicolon, or make up the whole
    /// text.
    private static func assigned(in text: String) -> [String] {
        text.split(separator: ";").map { part in
            let value = part.split { $0 == "=" || $0 == ":" }.last ?? part
            return String(value.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
        }
    }
}

/// A number with an optional unit behind it: `400`, `400 MHz`, `256KiB`.
struct QuantityText {
    let number: DecimalNumber
    /// The number as it is written.
    let numberText: String
    /// Empty where there is none.
    let unit: String

    /// Nil where the text begins with no number.
    init?(_ text: String) {
        let end = text.lastIndex { $0.isASCII && $0.isNumber }.map(text.index(after:)) ?? text.startIndex
        let unit = text[end...].drop { $0 == " " }
        guard let number = DecimalNumber(String(text[..<end])), !unit.isEmpty || end == text.endIndex,
            unit.allSatisfy({ $0.isLetter })
        else { return nil }
        (self.number, numberText, self.unit) = (number, String(text[..<end]), String(unit))
    }
}

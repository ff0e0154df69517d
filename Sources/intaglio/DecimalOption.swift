import ArgumentParser
import Text

/// The value of an option that takes a decimal number.
///
/// - Throws: a sentence for texts that are none, `0x10`, `nan` and `inf` among them.
func decimalNumber(_ text: String) throws -> Double {
    guard let value = Double(decimal: text) else { throw ValidationError("a decimal number is expected") }
    return value
}

import Foundation

/// How every JSON document of the tool is written: indented, keys sorted, a newline at the end; the same content gives
/// the same bytes.
public enum JSONDocument {
    /// `content` holds strings, finite numbers, booleans and containers of them, which always encode.
    public static func text(of content: some Encodable) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try! encoder.encode(content), as: UTF8.self) + "\n"
    }
}

/// Rows of comma-separated values as RFC 4180 has them; lines end with a line feed.
public enum CSVText {
    /// A row with the end of its line.
    public static func row(_ fields: [String]) -> String { fields.map(field).joined(separator: ",") + "\n" }

    /// In quotes where it has a comma, a quote or a line break, with quotes doubled.
    private static func field(_ text: String) -> String {
        guard
            text.utf8.contains(where: {
                [UInt8(ascii: ","), UInt8(ascii: "\""), UInt8(ascii: "\n"), UInt8(ascii: "\r")].contains($0)
            })
        else { return text }
        return "\"" + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }
}

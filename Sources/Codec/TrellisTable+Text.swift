public import Diagnostics
public import EntropyCoding
import FileFormats

extension TrellisTable {
    /// From text with a line a state: the next state for even indices, that for odd ones, the quantizer. `#` begins a
    /// comment.
    ///
    ///     0 2 0
    ///     2 0 0
    ///     1 3 1
    ///     3 1 1
    ///
    /// - Throws: `trellisTableInvalid`.
    public init(text: String, at place: String) throws(Diagnostic) {
        var rows: [[Int]] = []
        for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let words = line.prefix { $0 != "#" }.split { $0 == " " || $0 == "\t" || $0 == "\r" }
            guard !words.isEmpty else { continue }
            let row = words.compactMap { Int($0) }
            guard row.count == 3, words.count == 3 else {
                throw Diagnostic(
                    .trellisTableInvalid, at: "\(place):\(number + 1)", found: "'\(line.prefix(80))'",
                    expected: "three integers: next state if even, next state if odd, quantizer",
                    remedy: "correct the line")
            }
            rows.append(row)
        }
        try self.init(transitions: rows.map { Array($0.prefix(2)) }, quantizers: rows.map { $0[2] }, at: place)
    }

    /// From a text file of that form.
    ///
    /// - Throws: `trellisTableInvalid`.
    public init(contentsOf path: String) throws(Diagnostic) {
        let text: String
        do {
            text = try TextFile.read(path)
        } catch {
            throw Diagnostic(
                .trellisTableInvalid, at: path, found: error.found,
                expected: "a trellis table: \(TextFile.Refusal.expected)",
                remedy: error.remedy(or: "check the path and the permissions"))
        }
        try self.init(text: text, at: path)
    }

    /// In a stream: transitions, then quantizers, a byte each.
    static let largestStreamBytes = 3 * stateCounts.max()!

    var streamBytes: [UInt8] { transitions + quantizers }

    init(streamBytes bytes: [UInt8], at place: String) throws(Diagnostic) {
        let states = bytes.count / 3
        try self.init(
            transitions: (0..<states).map { [Int(bytes[2 * $0]), Int(bytes[2 * $0 + 1])] },
            quantizers: bytes[(2 * states)...].map { Int($0) }, at: "\(place), trellis")
    }
}

public import Diagnostics

/// Up to 256 strictly increasing integer entries on one grid, and the thresholds that choose among them.
///
///     entries     e[0]      e[1]      e[2]   ...   e[n-1]        real value = entry x step of the tensor
///     thresholds        t[1]      t[2]       ...                 code = number of i in 1..<n with r >= t[i]
///
/// Decoding and encoding are deliberately not here: the reference model and the machine each have their own.
public struct Codebook: Hashable, Sendable {
    /// n entries, strictly increasing, 1 <= n <= 256.
    public let entries: [Int32]
    /// n - 1 thresholds: `thresholds[i - 1]` separates codes i - 1 and i.
    public let thresholds: [Int32]

    /// Default thresholds `ceil((entries[i-1] + entries[i]) / 2)`: ties go up, ends clamp.
    ///
    /// - Throws: `codebookSizeOutOfRange`, `codebookNotIncreasing`.
    public init(entries: [Int32]) throws(Diagnostic) {
        let thresholds = zip(entries, entries.dropFirst()).map { lower, upper in
            Int32((Int64(lower) + Int64(upper) + 1) >> 1)
        }
        try self.init(entries: entries, thresholds: thresholds)
    }

    /// Explicit thresholds, which must not decrease.
    public init(entries: [Int32], thresholds: [Int32]) throws(Diagnostic) {
        guard (1...256).contains(entries.count), thresholds.count == entries.count - 1 else {
            throw Diagnostic(
                .codebookSizeOutOfRange, at: "codebook",
                found: "\(entries.count) entries and \(thresholds.count) thresholds",
                expected: "1...256 entries and one threshold less",
                remedy: "give every codebook its entries and thresholds")
        }
        if let index = entries.indices.dropFirst().first(where: { entries[$0] <= entries[$0 - 1] }) {
            throw Diagnostic(
                .codebookNotIncreasing, at: "codebook entry \(index)",
                found: "\(entries[index]) after \(entries[index - 1])",
                expected: "strictly increasing entries", remedy: "sort the entries and remove duplicates")
        }
        if let index = thresholds.indices.dropFirst().first(where: { thresholds[$0] < thresholds[$0 - 1] }) {
            throw Diagnostic(
                .codebookNotIncreasing, at: "codebook threshold \(index + 1)",
                found: "\(thresholds[index]) after \(thresholds[index - 1])",
                expected: "thresholds that do not decrease", remedy: "sort the thresholds")
        }
        self.entries = entries
        self.thresholds = thresholds
    }

    /// `entries[i] = i - 128`: linear int8.
    public static let linearSigned = try! Codebook(entries: (0..<256).map { Int32($0) - 128 })
    /// `entries[i] = i`: a picture's samples.
    public static let linearUnsigned = try! Codebook(entries: (0..<256).map { Int32($0) })
}

extension Codebook {
    /// The law's codebook of signed codes (code 128 = 0) with the default thresholds.
    ///
    /// - Throws: as `Law.signedEntries`.
    public static func signed(_ law: Law, range: Int, bits: Int, at place: String) throws(Diagnostic) -> Codebook {
        try Codebook(entries: law.signedEntries(range: range, bits: bits, at: place))
    }

    /// The law's codebook of unsigned codes (code 0 = 0) with the default thresholds.
    ///
    /// - Throws: as `Law.unsignedEntries`.
    public static func unsigned(_ law: Law, range: Int, bits: Int, at place: String) throws(Diagnostic) -> Codebook {
        try Codebook(entries: law.unsignedEntries(range: range, bits: bits, at: place))
    }
}

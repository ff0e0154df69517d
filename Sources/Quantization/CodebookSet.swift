public import Diagnostics

/// The codebooks of one tensor: J codebooks on one grid, and for each channel a select (which codebook: the
/// multiplexer) and an offset (the removed mean).
///
///     decode:  v = codebooks[selects[c]].entries[code] + offsets[c]
///     encode:  code = number of thresholds of that codebook with r - offsets[c] >= threshold
public struct CodebookSet: Hashable, Sendable {
    /// 1...256 codebooks.
    public let codebooks: [Codebook]
    /// One a channel, an index into `codebooks`.
    public let selects: [UInt8]
    /// One a channel, on the same grid; 0 when unused.
    public let offsets: [Int32]
    /// Real value of one grid step. Reports and preparation use it; no bit of a run depends on it.
    public let step: Double

    /// - Throws: `codebookSelectOutOfRange`, `codebookSizeOutOfRange`.
    public init(codebooks: [Codebook], selects: [UInt8], offsets: [Int32], step: Double) throws(Diagnostic) {
        guard (1...256).contains(codebooks.count), selects.count == offsets.count, step > 0, step.isFinite else {
            throw Diagnostic(
                .codebookSizeOutOfRange, at: "codebook set",
                found: "\(codebooks.count) codebooks, \(selects.count) selects, \(offsets.count) offsets, step \(step)",
                expected: "1...256 codebooks, a select and an offset for each channel, a positive step",
                remedy: "complete the set")
        }
        if let channel = selects.indices.first(where: { Int(selects[$0]) >= codebooks.count }) {
            throw Diagnostic(
                .codebookSelectOutOfRange, at: "channel \(channel)", found: "select \(selects[channel])",
                expected: "less than \(codebooks.count)",
                remedy: "select one of the set's codebooks")
        }
        self.codebooks = codebooks
        self.selects = selects
        self.offsets = offsets
        self.step = step
    }

    /// One codebook for all channels, no offsets.
    public static func uniform(_ codebook: Codebook, channels: Int, step: Double, offset: Int32 = 0) -> CodebookSet {
        try! CodebookSet(
            codebooks: [codebook], selects: Array(repeating: 0, count: channels),
            offsets: Array(repeating: offset, count: channels), step: step)
    }

    public var channels: Int { selects.count }

    /// The decoded value of a code that channel c has.
    public func value(of code: Int, channel c: Int) -> Int {
        Int(codebooks[Int(selects[c])].entries[code]) + Int(offsets[c])
    }

    /// Smallest and largest decoded value of channel c (padding's 0 not included).
    public func valueRange(channel c: Int) -> ClosedRange<Int> {
        let entries = codebooks[Int(selects[c])].entries
        return Int(entries[0]) + Int(offsets[c])...Int(entries[entries.count - 1]) + Int(offsets[c])
    }
}

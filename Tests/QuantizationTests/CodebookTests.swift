import Diagnostics
import Quantization
import Testing

@Suite struct CodebookTests {
    static func code<Value>(of body: () throws -> Value) -> DiagnosticCode? {
        do {
            _ = try body()
            return nil
        } catch { return (error as? Diagnostic)?.code }
    }

    @Test("Default thresholds are the midpoints, ties up: the smallest r that is at least as near to the upper entry")
    func thresholds() throws {
        let entries: [Int32] = [-300, -7, -4, 0, 1, 3, 8, 1000]
        let codebook = try Codebook(entries: entries)
        for (lower, (upper, threshold)) in zip(entries, zip(entries.dropFirst(), codebook.thresholds)) {
            let nearest = (lower...upper).first { upper - $0 <= $0 - lower }
            #expect(threshold == nearest, "between \(lower) and \(upper)")
        }
        #expect(try Codebook(entries: [Int32.min, Int32.max]).thresholds == [0])
    }

    @Test("Codebooks with too few or too many entries, or entries and thresholds out of order")
    func codebook() {
        func book(_ entries: [Int32], _ thresholds: [Int32]? = nil) -> DiagnosticCode? {
            Self.code {
                try thresholds.map { try Codebook(entries: entries, thresholds: $0) } ?? Codebook(entries: entries)
            }
        }
        #expect(book([5]) == nil)
        #expect(book([1, 2, 3], [2, 2]) == nil)
        #expect(book([]) == .codebookSizeOutOfRange)
        #expect(book((0..<257).map { Int32($0) }) == .codebookSizeOutOfRange)
        #expect(book([1, 2, 3], [2]) == .codebookSizeOutOfRange)
        #expect(book([1, 1]) == .codebookNotIncreasing)
        #expect(book([1, 3, 2]) == .codebookNotIncreasing)
        #expect(book([1, 2, 3], [3, 2]) == .codebookNotIncreasing)
    }

    @Test(
        "Sets with a select of no codebook, unequal counts of selects and offsets, no codebooks, or a step of no length"
    )
    func codebookSet() {
        func set(
            _ codebooks: Int = 2, _ selects: [UInt8] = [0, 1], _ offsets: [Int32] = [0, 0], step: Double = 1
        ) -> DiagnosticCode? {
            Self.code {
                try CodebookSet(
                    codebooks: Array(repeating: .linearSigned, count: codebooks), selects: selects, offsets: offsets,
                    step: step)
            }
        }
        #expect(set() == nil)
        #expect(set(1) == .codebookSelectOutOfRange)
        #expect(set(2, [0, 255]) == .codebookSelectOutOfRange)
        #expect(set(0, [], []) == .codebookSizeOutOfRange)
        #expect(set(257) == .codebookSizeOutOfRange)
        #expect(set(2, [0], [0, 0]) == .codebookSizeOutOfRange)
        for step in [0, -1, Double.nan, .infinity] { #expect(set(step: step) == .codebookSizeOutOfRange) }
    }

    @Test("A weight decoder has 256 entries, and its width is that of its largest magnitude")
    func weightDecoder() throws {
        for count in [0, 255, 257] {
            #expect(
                Self.code {
                    try WeightDecoder(entries: Array(repeating: 0, count: count), isMemoryFree: true, law: "linear")
                } == .codebookSizeOutOfRange)
        }
        #expect(WeightDecoder.linear().bits == 8)
        #expect(WeightDecoder.linear(offset: 1).bits == 9)
        #expect(WeightDecoder.linear(offset: -1).bits == 9)
        #expect(
            try WeightDecoder(entries: Array(repeating: -1, count: 256), isMemoryFree: true, law: "table").bits == 1)
        #expect(
            try WeightDecoder(entries: Array(repeating: -2048, count: 255) + [2047], isMemoryFree: false, law: "table")
                .bits == 12)
    }
}

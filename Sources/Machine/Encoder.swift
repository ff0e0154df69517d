internal import Commands

/// Encoding side of the codebook-mux: the code of every x between the first and last threshold of each codebook, the
/// code map included. x is a result without its channel's offset.
///
///     table   [codebook 0: t.first - 1 ... t.last][codebook 1: ...]
///     code  = table[base[j] + clamp(x, low[j], high[j])]
///
/// Codebooks whose thresholds lie too far apart for a table are searched.
final class Encoder {
    /// Longest table.
    static let largestTable = 1 << 18

    struct Span {
        var low: Int64
        var high: Int64
        var base: Int64
    }

    let table: AlignedMemory<UInt8>?
    let spans: [Span]
    let thresholds: AlignedMemory<Int32>?
    let thresholdStarts: [Int64]
    let thresholdCounts: [Int64]
    let codeMap: AlignedMemory<UInt8>

    init(_ result: ResultConfiguration) {
        let map = result.codeMap ?? (0...255).map { UInt8($0) }
        codeMap = AlignedMemory(map)
        thresholdCounts = result.thresholds.map { Int64($0.count) }
        thresholdStarts = result.thresholds.indices.map { j in
            result.thresholds[..<j].reduce(0) { $0 + Int64($1.count) }
        }
        let lengths = result.thresholds.map { Int($0.last ?? 0) - Int($0.first ?? 0) + 2 }
        guard !result.isInteger16, lengths.reduce(0, +) <= Encoder.largestTable else {
            table = nil
            thresholds = result.isInteger16 ? nil : AlignedMemory(result.thresholds.flatMap { $0 } + [0])
            // 16-bit results: x between the limits. Searched codes: x as it is.
            let span =
                result.isInteger16
                ? Span(low: -32768, high: 32767, base: 0) : Span(low: .min / 2, high: .max / 2, base: 0)
            spans = Array(repeating: span, count: max(result.thresholds.count, 1))
            return
        }
        thresholds = nil
        let codes = AlignedMemory<UInt8>(count: lengths.reduce(0, +) + 8)
        var spans: [Span] = []
        var position = 0
        for (thresholds, length) in zip(result.thresholds, lengths) {
            let low = Int(thresholds.first ?? 0) - 1
            spans.append(Span(low: Int64(low), high: Int64(low + length - 1), base: Int64(position - low)))
            var code = 0
            for x in low..<low + length {
                while code < thresholds.count && x >= Int(thresholds[code]) { code += 1 }
                codes.base[position] = map[code]
                position += 1
            }
        }
        self.spans = spans
        table = codes
    }
}

import Diagnostics
import Quantization

/// Codebooks of the law `table`: J tables of 256 entries and the select of each channel, fitted together to the samples
/// of a tensor.
///
/// Each channel is centred on its median, which becomes its offset. Then by turns: every table becomes the
/// least-squares quantizer of the channels that select it (Lloyd-Max), and every channel selects the table with the
/// least squared error (k-means over channels). Calibration sees a few pictures, and other pictures pass their ranges:
/// a small part of the samples counts a second and a third time at `margins` of its distance from the centre, so that
/// tables end beyond what was seen; how large a part, and what the kinds of pictures count against each other,
/// `RangeErrors` says.
package struct TableQuantizer {
    /// J, the most tables.
    let codebooks: Int
    /// V: entries plus offset fit it.
    let bits: Int

    /// Factor on the distance from the centre, and weight, of the samples that are counted again.
    private static let margins: [(factor: Double, weight: Double)] = [(1.4, 0.03), (2, 0.01)]
    /// What the margins count.
    var marginShare = 1.0
    /// What each element of each kind of pictures counts.
    var kindFactors = [1.0]
    private static let rounds = 6
    private static let iterationsPerRound = 4
    /// The largest value on the grid, as a part of the largest sample.
    private static let clips = [1.0, 0.7, 0.5]

    private var largestValue: Double { Double(1 << (bits - 1) - 2) }

    /// Entries are limited so that every decoded value fits V bits.
    func codebookSet(for samples: TensorSamples) throws(Diagnostic) -> CodebookSet {
        let pooled = samples.pooled
        let centres = (0..<samples.channels).map { pooled.median($0) }
        let margins =
            [(factor: 1, weight: 1)] + Self.margins.map { (factor: $0.factor, weight: $0.weight * marginShare) }
        let channels = (0..<samples.channels).map { channel in
            WeightedSamples(
                zip(samples.kinds, kindFactors).map { kind, factor in
                    WeightedSamples(
                        kind.samples[channel], centre: centres[channel],
                        margins: margins.map { ($0.factor, $0.weight * factor) })
                })
        }
        let spread = channels.indices.reduce(1e-30) { max($0, Double(pooled.magnitude($1, about: centres[$1]))) }
        let largestCentre = centres.reduce(0) { max($0, abs(Double($1))) }
        var best: Fit?
        for clip in Self.clips {
            let step = (clip * spread + largestCentre) / largestValue
            let offsets = centres.map { Int32((Double($0) / step).rounded()) }
            let fit = fit(
                channels, step: step, limit: Int32(largestValue) - (offsets.map { abs($0) }.max() ?? 0),
                offsets: offsets)
            if best.map({ fit.error < $0.error }) ?? true { best = fit }
        }
        return try best!.codebookSet
    }

    private func fit(_ channels: [WeightedSamples], step: Double, limit: Int32, offsets: [Int32]) -> Fit {
        var selects = groupsByRange(channels)
        var real: [[Double]] = Array(repeating: [], count: codebooks)
        var tables: [[Int32]] = Array(repeating: [], count: codebooks)
        var errors: [Double] = []
        for _ in 0..<Self.rounds {
            for table in 0..<codebooks {
                let members = channels.indices.filter { selects[$0] == table }.map { channels[$0] }
                guard !members.isEmpty else { continue }
                let pool = WeightedSamples(members)
                var levels = real[table].isEmpty ? pool.companded() : real[table]
                for _ in 0..<Self.iterationsPerRound { levels = pool.centroids(of: levels) }
                real[table] = levels
                tables[table] = Self.integers(levels, step: step, limit: limit)
            }
            errors = []
            for (channel, samples) in channels.enumerated() {
                var least = (error: Double.infinity, table: 0)
                for table in 0..<codebooks where !tables[table].isEmpty {
                    let error = samples.squaredError(of: tables[table], step: step)
                    if error < least.error { least = (error, table) }
                }
                selects[channel] = least.table
                errors.append(least.error)
            }
        }
        return Fit(error: errors.reduce(0, +), tables: tables, selects: selects, offsets: offsets, step: step)
    }

    /// The first groups: channels in the order of the fourth root of their mean fourth power, in equal parts, the
    /// widest first.
    private func groupsByRange(_ channels: [WeightedSamples]) -> [Int] {
        let order = channels.indices.sorted { (channels[$0].meanFourthPower, $1) > (channels[$1].meanFourthPower, $0) }
        var groups = Array(repeating: 0, count: channels.count)
        for (rank, channel) in order.enumerated() { groups[channel] = rank * codebooks / channels.count }
        return groups
    }

    /// The nearest integers of the grid, driven apart away from 0 where they coincide, within -limit ... limit; every
    /// integer there where that holds no more than the levels.
    package static func integers(_ levels: [Double], step: Double, limit: Int32) -> [Int32] {
        guard 2 * Int(limit) + 1 > levels.count else { return Array(-limit...limit) }
        var entries = levels.map { Int32(min(max(($0 / step).rounded(), -Double(limit)), Double(limit))) }
        let middle = levels.indices.min { abs(levels[$0]) < abs(levels[$1]) }!
        for index in entries.indices.dropFirst(middle + 1) {
            entries[index] = max(entries[index], entries[index - 1] + 1)
        }
        for index in entries.indices.prefix(middle).reversed() {
            entries[index] = min(entries[index], entries[index + 1] - 1)
        }
        for index in entries.indices.reversed() {
            entries[index] = min(entries[index], limit - Int32(entries.count - 1 - index))
        }
        for index in entries.indices { entries[index] = max(entries[index], -limit + Int32(index)) }
        return entries
    }

    /// One grid with its tables.
    private struct Fit {
        let error: Double
        let tables: [[Int32]]
        let selects: [Int]
        let offsets: [Int32]
        let step: Double

        /// The tables that a channel selects, the widest first.
        var codebookSet: CodebookSet {
            get throws(Diagnostic) {
                let used = Set(selects).sorted {
                    (tables[$0].last! - tables[$0][0], $1) > (tables[$1].last! - tables[$1][0], $0)
                }
                var books: [Codebook] = []
                for table in used { books.append(try Codebook(entries: tables[table])) }
                return try CodebookSet(
                    codebooks: books, selects: selects.map { UInt8(used.firstIndex(of: $0)!) }, offsets: offsets,
                    step: step)
            }
        }
    }
}

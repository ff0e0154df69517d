public import Diagnostics

/// Integer probabilities for entropy coding: each table divides the interval 0 ..< 2^16 among consecutive symbols and,
/// last, one escape.
///
///     table t   symbols   first[t] ... first[t] + n - 1, escape
///     starts    | 0 | s1 | s2 | ... | start of the escape |       n + 1 slots, strictly increasing,
///                                                                 the escape ends at 2^16
///               slotOffsets[t]                             slotOffsets[t + 1]
///
/// A slot's frequency is the distance to the next start, at least 1; so a table's frequencies sum to exactly 2^16.
public struct FrequencyTables: Hashable, Sendable {
    /// Bits of a table's total.
    public static let precisionBits = 16
    /// The total of every table, 2^16.
    public static let total = 1 << precisionBits
    /// The most slots of one table.
    public static let largestSlotCount = 1 << 14

    /// First symbol of each table.
    public let firstSymbols: [Int32]
    /// Where each table's slots begin in `starts`; one more than there are tables.
    public let slotOffsets: [Int32]
    /// Of every slot, table after table.
    public let starts: [UInt16]

    /// - Throws: `codecTablesInvalid` unless every table has a slot for a symbol and one for the escape, starts at 0
    ///   and increases.
    public init(firstSymbols: [Int32], slotCounts: [Int32], starts: [UInt16], at place: String) throws(Diagnostic) {
        guard firstSymbols.count == slotCounts.count, !slotCounts.isEmpty, firstSymbols.count <= 1 << 15 else {
            throw Self.invalid(
                place, found: "\(firstSymbols.count) first symbols, \(slotCounts.count) slot counts",
                expected: "one of each a table, 1...32768 tables")
        }
        var offsets: [Int32] = [0]
        for (table, count) in slotCounts.enumerated() {
            guard (2...Self.largestSlotCount).contains(Int(count)) else {
                throw Self.invalid(
                    "\(place), table \(table)", found: "\(count) slots",
                    expected: "2...\(Self.largestSlotCount): symbols and an escape")
            }
            let range = Int(firstSymbols[table])...Int(firstSymbols[table]) + Int(count) - 2
            guard range.lowerBound >= Int(Int16.min), range.upperBound <= Int(Int16.max) else {
                throw Self.invalid(
                    "\(place), table \(table)", found: "symbols \(range)", expected: "symbols of 16 bits")
            }
            offsets.append(offsets.last! + count)
        }
        guard Int(offsets.last!) == starts.count else {
            throw Self.invalid(place, found: "\(starts.count) starts", expected: "\(offsets.last!)")
        }
        for table in firstSymbols.indices {
            let slots = starts[Int(offsets[table])..<Int(offsets[table + 1])]
            guard slots.first == 0, zip(slots, slots.dropFirst()).allSatisfy({ $0 < $1 }) else {
                throw Self.invalid(
                    "\(place), table \(table)", found: "starts that do not increase from 0",
                    expected: "a frequency of at least 1 for every slot")
            }
        }
        self.firstSymbols = firstSymbols
        self.slotOffsets = offsets
        self.starts = starts
    }

    /// From frequencies, the escape's last in each table; each at least 1, with the sum 2^16.
    public init(firstSymbols: [Int], frequencies: [[Int]]) {
        var starts: [UInt16] = []
        var offsets: [Int32] = [0]
        for table in frequencies {
            precondition(
                table.count >= 2 && table.allSatisfy { $0 > 0 } && table.reduce(0, +) == Self.total,
                "frequencies must be positive and sum to 2^16")
            var start = 0
            for frequency in table {
                starts.append(UInt16(start))
                start += frequency
            }
            offsets.append(Int32(starts.count))
        }
        precondition(firstSymbols.count == frequencies.count, "one first symbol a table")
        self.firstSymbols = firstSymbols.map { Int32($0) }
        self.slotOffsets = offsets
        self.starts = starts
    }

    /// Tables of both, those of `other` after these.
    public func appending(_ other: FrequencyTables) -> FrequencyTables {
        FrequencyTables(
            firstSymbols: (firstSymbols + other.firstSymbols).map { Int($0) },
            frequencies: allFrequencies + other.allFrequencies)
    }

    public var count: Int { firstSymbols.count }
    public var slotCounts: [Int32] { (0..<count).map { slotOffsets[$0 + 1] - slotOffsets[$0] } }
    /// What a memory for these tables holds: 2 bytes a start, 2 a first symbol, 2 a table's place.
    public var byteCount: Int { 2 * starts.count + 4 * count }

    /// Frequencies of one table's slots, the escape last.
    public func frequencies(_ table: Int) -> [Int] {
        let slots = starts[Int(slotOffsets[table])..<Int(slotOffsets[table + 1])].map { Int($0) } + [Self.total]
        return zip(slots, slots.dropFirst()).map { $1 - $0 }
    }

    private var allFrequencies: [[Int]] { (0..<count).map { frequencies($0) } }

    private static func invalid(_ place: String, found: String, expected: String) -> Diagnostic {
        Diagnostic(
            .codecTablesInvalid, at: place, found: found, expected: expected, remedy: "quantize the network again")
    }
}

public import Diagnostics

/// A canonical prefix code for the 256 values of a byte (Huffman 1952; lengths limited by package-merge, Larmore and
/// Hirschberg 1990).
///
/// The lengths are the whole code: codes of one length are consecutive numbers in the order of their symbols, and a
/// shorter code, filled up with zeros, lies before a longer one.
///
///     lengths a 1, b 2, c 3, d 3:   a 0   b 10   c 110   d 111             bits are written most significant first
public struct HuffmanCode: Hashable, Sendable {
    /// No code is longer: what a decoder must look at in one step.
    public static let longestBits = 15

    /// 256 lengths in bits; 0 for a symbol without a code.
    public let lengths: [UInt8]

    /// - Throws: `weightCodeInvalid` unless there are 256 lengths of at most 15 that leave every code distinct: the sum
    ///   of 2^-length is at most 1.
    public init(lengths: [UInt8], at place: String) throws(Diagnostic) {
        let used = lengths.filter { $0 > 0 }
        let taken = used.reduce(0) { $0 + (1 << max(0, Self.longestBits - Int($1))) }
        guard lengths.count == 256, used.allSatisfy({ $0 <= Self.longestBits }), taken <= 1 << Self.longestBits else {
            throw Diagnostic(
                .weightCodeInvalid, at: place,
                found:
                    """
                    \(lengths.count) lengths, the largest \(lengths.max() ?? 0), that take \(taken) of \
                    \(1 << Self.longestBits) codes
                    """,
                expected: "256 lengths of at most \(Self.longestBits) bits with room for every code",
                remedy: "quantize the network again")
        }
        self.lengths = lengths
    }

    /// The code with the fewest bits for symbols that occur so often, none longer than 15; symbols that do not occur
    /// have no code.
    ///
    /// Among equal counts the lower symbol goes first, so that equal counts always give equal codes.
    public init(counts: [Int]) {
        precondition(counts.count == 256 && counts.allSatisfy { $0 >= 0 }, "256 counts, none negative")
        var lengths = [UInt8](repeating: 0, count: 256)
        let symbols = counts.indices.filter { counts[$0] > 0 }.sorted { (counts[$0], $0) < (counts[$1], $1) }
        if symbols.count == 1 { lengths[symbols[0]] = 1 }
        if symbols.count > 1 {
            for symbol in Self.packageMerge(symbols, counts) { lengths[symbol] += 1 }
        }
        self.lengths = lengths
    }

    /// Each symbol as often as its code has bits: the cheapest 2n - 2 items of the last list, where list j + 1 is the
    /// symbols and the pairs of list j, by weight.
    private static func packageMerge(_ symbols: [Int], _ counts: [Int]) -> [Int] {
        let leaves = symbols.map { (weight: counts[$0], symbols: [$0]) }
        var items = leaves
        for _ in 1..<longestBits {
            let packages = stride(from: 0, to: items.count - 1, by: 2).map {
                (weight: items[$0].weight + items[$0 + 1].weight, symbols: items[$0].symbols + items[$0 + 1].symbols)
            }
            var merged: [(weight: Int, symbols: [Int])] = []
            var (leaf, package) = (0, 0)
            while leaf < leaves.count || package < packages.count {
                let takesLeaf =
                    package == packages.count
                    || (leaf < leaves.count && leaves[leaf].weight <= packages[package].weight)
                merged.append(takesLeaf ? leaves[leaf] : packages[package])
                if takesLeaf { leaf += 1 } else { package += 1 }
            }
            items = merged
        }
        return items.prefix(2 * symbols.count - 2).flatMap(\.symbols)
    }

    /// Bits that a decoder's tables need: 8 for each symbol with a code, in canonical order; for each length the first
    /// code (15 bits) and the index of its symbol (8 bits).
    public var tableBits: Int { 8 * lengths.count { $0 > 0 } + Self.longestBits * (Self.longestBits + 8) }

    /// The code of each symbol; 0 for a symbol without one.
    var codes: [UInt16] {
        var codes = [UInt16](repeating: 0, count: 256)
        var next = 0
        for length in 1...Self.longestBits {
            for symbol in 0..<256 where Int(lengths[symbol]) == length {
                codes[symbol] = UInt16(next)
                next += 1
            }
            next <<= 1
        }
        return codes
    }
}

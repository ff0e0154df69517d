import Diagnostics
import EntropyCoding
import Foundation
import Random
import Testing

@Suite struct HuffmanCodeTests {
    private func counts(_ some: [Int: Int]) -> [Int] { (0..<256).map { some[$0] ?? 0 } }

    /// The least number of bits of any prefix code no longer than 15, by going down the code tree level by level: of
    /// the nodes of a level some become codes of the symbols that are most frequent among those left, the others are
    /// halved; every symbol left costs its count once more.
    private func leastBits(_ counts: [Int]) -> Int {
        let sorted = counts.filter { $0 > 0 }.sorted(by: >)
        let rest = (0...sorted.count).map { sorted[$0...].reduce(0, +) }
        var known: [[Int]: Int] = [:]
        func least(_ depth: Int, _ nodes: Int, _ taken: Int) -> Int {
            if taken == sorted.count { return 0 }
            guard depth <= 15, nodes > 0 else { return .max / 2 }
            let nodes = min(nodes, sorted.count - taken)
            if let bits = known[[depth, nodes, taken]] { return bits }
            let bits = (0...nodes).map { leaves -> Int in
                let left = rest[taken + leaves]
                return left + least(depth + 1, 2 * (nodes - leaves), taken + leaves)
            }.min()!
            known[[depth, nodes, taken]] = bits
            return bits
        }
        return least(0, 1, 0)
    }

    private func bits(_ code: HuffmanCode, _ counts: [Int]) -> Int {
        counts.indices.reduce(0) { $0 + counts[$1] * Int(code.lengths[$1]) }
    }

    /// Worked by hand: lengths a 1, b 2, c 3, d 3 and codes 0, 10, 110, 111. `badc` is 10 0 111 110, filled up: 1001
    /// 1111 0000 0000.
    @Test func byHand() throws {
        let code = HuffmanCode(counts: counts([97: 5, 98: 2, 99: 1, 100: 1]))
        #expect([97, 98, 99, 100].map { code.lengths[$0] } == [1, 2, 3, 3])
        #expect(code.lengths.reduce(0) { $0 + Int($1) } == 9)
        #expect(code.encoded(Array("badc".utf8)) == [0b1001_1111, 0])
        #expect(try code.decoded([0b1001_1111, 0], count: 4, at: "t") == Array("badc".utf8))
        #expect(code.encoded([1]) == nil, "a symbol without a code")
        #expect(code.tableBits == 4 * 8 + 15 * 23)
    }

    @Test func oneSymbolAndNone() throws {
        let one = HuffmanCode(counts: counts([7: 9]))
        #expect(one.lengths[7] == 1 && one.encoded([7, 7, 7, 7, 7, 7, 7, 7, 7]) == [0, 0])
        #expect(try one.decoded([0, 0], count: 9, at: "t") == Array(repeating: 7, count: 9))
        let none = HuffmanCode(counts: Array(repeating: 0, count: 256))
        #expect(none.lengths.allSatisfy { $0 == 0 } && none.encoded([]) == [])
    }

    @Test("Fewest bits of all codes of at most 15, where the limit binds and where it does not", arguments: 1...40)
    func fewestBits(seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        let symbols = Int.random(in: 2...24, using: &random)
        var some: [Int: Int] = [:]
        var (a, b) = (1, 1)
        for _ in 0..<symbols {
            // Fibonacci numbers give the deepest trees: from 17 symbols on deeper than 15.
            some[Int.random(in: 0...255, using: &random)] = seed % 2 == 0 ? a : Int.random(in: 1...1000, using: &random)
            (a, b) = (b, a + b)
        }
        let counts = counts(some)
        let code = HuffmanCode(counts: counts)
        #expect(bits(code, counts) == leastBits(counts))
        #expect(
            code.lengths.allSatisfy { $0 <= 15 }
                && counts.indices.allSatisfy { (counts[$0] > 0) == (code.lengths[$0] > 0) })
        #expect(code.lengths.reduce(0) { $0 + ($1 > 0 ? 1 << (15 - Int($1)) : 0) } <= 1 << 15)
        if seed == 24 { #expect(HuffmanCode(counts: counts) == code) }
    }

    @Test("Within a bit of the entropy, and what is coded comes back", arguments: 1...20)
    func roundTrip(seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        let spread = Double.random(in: 0.5...60, using: &random)
        let symbols = (0..<5000).map { _ -> UInt8 in
            let magnitude = -log(Double.random(in: 1e-9...1, using: &random)) * spread
            return UInt8(clamping: 128 + Int(Bool.random(using: &random) ? magnitude : -magnitude))
        }
        var counts = [Int](repeating: 0, count: 256)
        for symbol in symbols { counts[Int(symbol)] += 1 }
        let code = HuffmanCode(counts: counts)
        let entropy = counts.filter { $0 > 0 }.reduce(0.0) { $0 - Double($1) * log2(Double($1) / 5000) }
        let total = bits(code, counts)
        #expect(Double(total) >= entropy && Double(total) < entropy + 5000)
        let coded = try #require(code.encoded(symbols))
        #expect(coded.count == (total + 7) / 8)
        #expect(try code.decoded(coded, count: symbols.count, at: "t") == symbols)
        #expect(try HuffmanCode(lengths: code.lengths, at: "t") == code)
    }

    @Test("Coded weights that end early, go on or hold no code are refused; so are lengths that are no code")
    func damage() throws {
        let code = HuffmanCode(counts: counts([0: 4, 1: 2, 2: 1, 3: 1]))
        let coded = try #require(code.encoded([3, 3, 3, 3]))
        #expect(coded.count == 2)
        func damaged(_ bytes: [UInt8], _ code: HuffmanCode, count: Int) {
            let error = #expect(throws: Diagnostic.self) { try code.decoded(bytes, count: count, at: "tile") }
            #expect(error?.code == .codedWeightsDamaged && error?.place == "tile")
        }
        damaged([coded[0]], code, count: 4)
        damaged(coded + [0], code, count: 4)
        damaged([], code, count: 1)
        var lengths = [UInt8](repeating: 0, count: 256)
        (lengths[0], lengths[1]) = (1, 2)
        let sparse = try HuffmanCode(lengths: lengths, at: "t")
        damaged([0xFF], sparse, count: 1)
        for wrong in [Array(lengths.dropLast()), [1, 1, 1] + lengths.dropFirst(3), [16] + lengths.dropFirst()] {
            let error = #expect(throws: Diagnostic.self) { try HuffmanCode(lengths: wrong, at: "layer") }
            #expect(error?.code == .weightCodeInvalid && error?.place == "layer")
        }
    }
}

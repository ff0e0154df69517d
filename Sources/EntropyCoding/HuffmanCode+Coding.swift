public import Diagnostics

extension HuffmanCode {
    /// The symbols' codes one after the other, most significant bit first, filled up with zeros to whole bytes. Nil
    /// where a symbol has no code.
    public func encoded(_ symbols: some Sequence<UInt8>) -> [UInt8]? {
        let codes = codes
        var bytes: [UInt8] = []
        var (pending, count) = (0, 0)
        for symbol in symbols {
            let length = Int(lengths[Int(symbol)])
            guard length > 0 else { return nil }
            pending = pending << length | Int(codes[Int(symbol)])
            count += length
            while count >= 8 {
                count -= 8
                bytes.append(UInt8(truncatingIfNeeded: pending >> count))
            }
            pending &= 1 << count - 1
        }
        if count > 0 { bytes.append(UInt8(truncatingIfNeeded: pending << (8 - count))) }
        return bytes
    }

    /// `count` symbols from coded bytes, all of which must be used up.
    ///
    /// - Throws: `codedWeightsDamaged`.
    public func decoded(_ bytes: [UInt8], count: Int, at place: String) throws(Diagnostic) -> [UInt8] {
        let table = DecodingTable(self)
        var symbols: [UInt8] = []
        symbols.reserveCapacity(count)
        var bit = 0
        while symbols.count < count {
            guard let (symbol, length) = table.first(of: bytes, at: bit), bit + length <= 8 * bytes.count else {
                throw damaged(place, "symbol \(symbols.count) of \(count) is cut off or no code")
            }
            symbols.append(symbol)
            bit += length
        }
        guard (bit + 7) / 8 == bytes.count else {
            throw damaged(place, "\(bytes.count) bytes, of which \(count) symbols take \((bit + 7) / 8)")
        }
        return symbols
    }

    private func damaged(_ place: String, _ found: String) -> Diagnostic {
        Diagnostic(
            .codedWeightsDamaged, at: place, found: found, expected: "whole codes that end in the last byte",
            remedy: "code the weights again")
    }
}

/// What a canonical decoder keeps: for each length the first code and where its symbols begin among all symbols, which
/// lie in the order of their codes.
private struct DecodingTable {
    private var firstCodes = [Int](repeating: 0, count: HuffmanCode.longestBits + 1)
    private var counts = [Int](repeating: 0, count: HuffmanCode.longestBits + 1)
    private var firstSymbols = [Int](repeating: 0, count: HuffmanCode.longestBits + 1)
    private var symbols: [UInt8] = []

    init(_ code: HuffmanCode) {
        var next = 0
        for length in 1...HuffmanCode.longestBits {
            (firstCodes[length], firstSymbols[length]) = (next, symbols.count)
            symbols += (0..<256).filter { Int(code.lengths[$0]) == length }.map { UInt8($0) }
            counts[length] = symbols.count - firstSymbols[length]
            next = (next + counts[length]) << 1
        }
    }

    /// The symbol whose code begins at a bit, and its length; beyond the end there are zeros.
    func first(of bytes: [UInt8], at bit: Int) -> (symbol: UInt8, length: Int)? {
        var code = 0
        for length in 1...HuffmanCode.longestBits {
            let position = bit + length - 1
            let byte = position >> 3 < bytes.count ? Int(bytes[position >> 3]) : 0
            code = code << 1 | byte >> (7 - position & 7) & 1
            let index = code - firstCodes[length]
            if index >= 0, index < counts[length] { return (symbols[firstSymbols[length] + index], length) }
        }
        return nil
    }
}

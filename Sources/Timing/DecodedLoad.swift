import FixedPoint

/// A load whose bytes pass a weight decoder on their way into the weight buffer. For estimates only: no RTL has this
/// unit.
///
///     end = max(done of the last burst, start + latencyCycles - 1 + ceil(symbols / symbolsPerCycle)) + 2
///
/// The decoder begins when the first word can have come, one DMA latency after the load began, and has room for what
/// the channel brings meanwhile. Two registers: the look-up and the symbols.
public struct DecodedLoad: Hashable, Sendable {
    public static let registerCycles = 2

    /// Weight codes in the tile.
    public var symbols: Int
    public var symbolsPerCycle: Int

    public init(symbols: Int, symbolsPerCycle: Int) {
        precondition(
            symbols > 0 && symbolsPerCycle > 0,
            "a decoder makes at least one symbol: \(symbols) at \(symbolsPerCycle) a cycle")
        self.symbols = symbols
        self.symbolsPerCycle = symbolsPerCycle
    }

    /// The load's last cycle, from its first and the channel's last.
    func end(start: Int, channelEnd: Int, latencyCycles: Int) -> Int {
        max(channelEnd, start + latencyCycles - 1 + ceilDivide(symbols, by: symbolsPerCycle))
            + DecodedLoad.registerCycles
    }
}

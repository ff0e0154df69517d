internal import Commands

/// How the taps of a pass lie in the operand tile: runs of consecutive values that meet consecutive weights.
///
///     values of a row   ... c0 c1 c2 | c0 c1 c2 | c0 c1 c2 ...     3 channels, tap step 1 or -1:
///                           └─────────────── run ──────────────┘   the whole kernel row is one run
///
/// With groups, or tap steps beyond 1, every tap is a run of its own.
struct WeightRuns: Hashable {
    /// Taps that one run joins.
    var tapsPerRun: Int
    /// Whether a run meets the taps of a kernel row from the last to the first.
    var isReversed: Bool
    var count: Int
    /// Values of a run.
    var length: Int

    init(_ pass: Accumulation) {
        let joins = pass.groups == 1 && pass.tapColumns > 1 && abs(pass.tapStepX) == 1
        tapsPerRun = joins ? pass.tapColumns : 1
        isReversed = joins && pass.tapStepX < 0
        count = joins ? pass.tapRows : pass.taps
        length = tapsPerRun * pass.inputChannels
    }

    /// Pairs of a run: an odd end meets a zero weight.
    var pairs: Int { (length + 1) / 2 }
    /// Packed weights of one block of 16 channels of one group.
    var blockPitch: Int { count * pairs * 32 }
    /// Packed weights of 4 channels in one run: its chunks of 32 values, the last filled up.
    var chunkedPitch: Int { (length + 31) / 32 * 128 }

    /// The tap (r, s) at place t of a run.
    func tap(run: Int, place: Int, _ pass: Accumulation) -> (r: Int, s: Int) {
        guard tapsPerRun > 1 else { return (run / pass.tapColumns, run % pass.tapColumns) }
        return (run, isReversed ? tapsPerRun - 1 - place : place)
    }

    /// Where a run begins in the tile, counted from the values of tap (0, 0).
    func offset(run: Int, _ pass: Accumulation, rowPitch: Int, pixelPitch: Int) -> Int {
        let tap = tap(run: run, place: 0, pass)
        return tap.r * pass.tapStepY * rowPitch + tap.s * pass.tapStepX * pixelPitch
    }
}

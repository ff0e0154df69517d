import Commands
import FixedPoint

/// How long the bus words of a row hold the bus while the writer lays it as windows, one word of C0 bytes a cycle.
///
///     row           | b0 b1 b2 b3 | b4 b5 b6 b7 | b8 ...       bus words
///     window word     ends with the bus word that brings its last byte that lies in the row
///                     (the first bus word where all of it lies before the row, the last where behind)
///     bus word      holds the bus max(1, n) cycles, n the window words that end with it
///
/// Kept for one place of a row in its first bus word: rows whose pitch is a multiple of the bus are alike.
struct WindowHolds {
    private let windows: TransferWindows
    private let chunkBytes: Int
    private let rowBytes: Int
    private let busBytes: Int
    /// The row's place in its first bus word.
    private var skipped = -1
    /// Cycles beyond one each of the words before each of the row, and of all.
    private var heldBefore: [Int] = []

    init(_ windows: TransferWindows, of transfer: Transfer, busBytes: Int) {
        (self.windows, chunkBytes, rowBytes, self.busBytes) = (
            windows, transfer.chunkBytes, transfer.rowBytes, busBytes
        )
    }

    mutating func begin(rowAt address: Int) {
        guard address & (busBytes - 1) != skipped else { return }
        skipped = address & (busBytes - 1)
        heldBefore = [0]
        var (end, ended) = (0, 0)
        while end < rowBytes {
            end = min(end + busBytes - (end == 0 ? skipped : 0), rowBytes)
            let words = endedWords(bytes: end)
            heldBefore.append(heldBefore.last! + max(words - ended, 1) - 1)
            ended = words
        }
    }

    /// Window words that have ended when so many bytes of the row have come.
    private func endedWords(bytes: Int) -> Int {
        let words = ceilDivide(chunkBytes, by: windows.wordBytes)
        if bytes == rowBytes { return windows.count * words }
        return (1...words).reduce(0) { sum, word in
            let end = min(word * windows.wordBytes, chunkBytes)
            let ended = floorDivide(bytes + windows.leadBytes - end, by: windows.stepBytes) + 1
            return sum + min(max(ended, 0), windows.count)
        }
    }

    /// Cycles beyond one each of these bus words of the row.
    func heldCycles(beats: Range<Int>) -> Int { heldBefore[beats.upperBound] - heldBefore[beats.lowerBound] }
}

import Commands
import FixedPoint

/// How long the bus words of a row hold the bus while the writer lays it as windows, one word of C0 bytes a cycle.
///
///     row           | b0 b1 b2 b3 | b4 b5 b6 b7 | b8 ...       bus words
///     window word     ends with the bus word that brings its last byte that lies in the row
///                     (the first bus word where all of it lies before the row, the last where behind)
///     bus word      holds the bus max(1, n) cycles, n the window words that end with it
///
/// Rows that begin at the same place in their first bus word are alike; all that occur are known from the beginning.
final class WindowHolds: Sendable {
    /// By the row's place in its first bus word: cycles beyond one each of the words before each of the row, and of
    /// all. Empty where no row begins there.
    private let heldBefore: [[Int]]

    init(_ windows: TransferWindows, of transfer: Transfer, busBytes: Int) {
        var tables = [[Int]](repeating: [], count: busBytes)
        for row in 0..<transfer.rows {
            let skipped = (transfer.externalAddress + row * transfer.rowPitchBytes) & (busBytes - 1)
            if tables[skipped].isEmpty {
                tables[skipped] = WindowHolds.table(windows, of: transfer, skipped: skipped, busBytes: busBytes)
            }
            if transfer.rowPitchBytes & (busBytes - 1) == 0 { break }
        }
        heldBefore = tables
    }

    private static func table(
        _ windows: TransferWindows, of transfer: Transfer, skipped: Int, busBytes: Int
    ) -> [Int] {
        var heldBefore = [0]
        var (end, ended) = (0, 0)
        while end < transfer.rowBytes {
            end = min(end + busBytes - (end == 0 ? skipped : 0), transfer.rowBytes)
            let words = endedWords(windows, of: transfer, bytes: end)
            heldBefore.append(heldBefore.last! + max(words - ended, 1) - 1)
            ended = words
        }
        return heldBefore
    }

    /// Window words that have ended when so many bytes of the row have come.
    private static func endedWords(_ windows: TransferWindows, of transfer: Transfer, bytes: Int) -> Int {
        let words = ceilDivide(transfer.chunkBytes, by: windows.wordBytes)
        if bytes == transfer.rowBytes { return windows.count * words }
        return (1...words).reduce(0) { sum, word in
            let end = min(word * windows.wordBytes, transfer.chunkBytes)
            let ended = floorDivide(bytes + windows.leadBytes - end, by: windows.stepBytes) + 1
            return sum + min(max(ended, 0), windows.count)
        }
    }

    /// Cycles beyond one each of these bus words of a row that begins at that place in its first.
    func heldCycles(skipped: Int, beats: Range<Int>) -> Int {
        heldBefore[skipped][beats.upperBound] - heldBefore[skipped][beats.lowerBound]
    }
}

/// How a load lays each row of external bytes as windows, one for each output column of a convolution: its chunks
/// overlap where windows do.
///
///     row of `rowBytes`        | b0 b1 b2 | b3 b4 b5 | b6 b7 b8 | b9 ...
///     window j                 byte q = p + leadBytes - j stepBytes of it is the row's byte p, 0 <= q < chunkBytes
///     window j of row r at     bufferAddress + (r count + j) chunkPitchBytes
///
/// Bytes of a window that lie in no row are not written.
public struct TransferWindows: Hashable, Sendable {
    /// The words of one window that the writer has a counter for.
    public static let mostWords = 8

    /// Windows of a row.
    @Narrow public var count: Int
    /// From the first byte of one window to that of the next, in the row.
    @Narrow public var stepBytes: Int
    /// So many bytes the first window begins before the row; negative where it begins behind the row's first byte.
    @Narrow public var leadBytes: Int
    /// C0: the writer writes one word of a window in a cycle.
    @Narrow public var wordBytes: Int

    public init(count: Int, stepBytes: Int, leadBytes: Int, wordBytes: Int) {
        _count = Narrow(wrappedValue: count)
        _stepBytes = Narrow(wrappedValue: stepBytes)
        _leadBytes = Narrow(wrappedValue: leadBytes)
        _wordBytes = Narrow(wrappedValue: wordBytes)
    }
}

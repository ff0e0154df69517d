/// A DMA transfer: a 3-D descriptor on the external side, equal chunks at a pitch on the buffer side.
///
///     external:  for plane in 0..<planes { for row in 0..<rows { rowBytes contiguous bytes
///                    at externalAddress + plane planePitchBytes + row rowPitchBytes } }
///     buffer:    the same stream of bytes, cut into chunks of chunkBytes;
///                chunk i starts at bufferAddress + i chunkPitchBytes
///
/// A chunk is what shares a pixel (or a weight tap) and is padded on chip to whole words of C0 bytes, so that every MAC
/// step reads aligned words. The gaps keep whatever was there. A load may lay its rows as `TransferWindows` instead.
public struct Transfer: Hashable, Sendable {
    public var externalAddress: Int
    public var planes: Int
    public var planePitchBytes: Int
    public var rows: Int
    public var rowPitchBytes: Int
    public var rowBytes: Int
    public var buffer: BufferName
    public var bufferAddress: Int
    /// Divides `bytes`, unless the chunks are windows.
    public var chunkBytes: Int
    public var chunkPitchBytes: Int
    /// Of loads of one plane into the activation buffer; otherwise nil.
    public var windows: TransferWindows?

    public init(
        externalAddress: Int, planes: Int = 1, planePitchBytes: Int = 0, rows: Int, rowPitchBytes: Int, rowBytes: Int,
        buffer: BufferName, bufferAddress: Int,
        chunkBytes: Int, chunkPitchBytes: Int, windows: TransferWindows? = nil
    ) {
        self.externalAddress = externalAddress
        self.planes = planes
        self.planePitchBytes = planePitchBytes
        self.rows = rows
        self.rowPitchBytes = rowPitchBytes
        self.rowBytes = rowBytes
        self.buffer = buffer
        self.bufferAddress = bufferAddress
        self.chunkBytes = chunkBytes
        self.chunkPitchBytes = chunkPitchBytes
        self.windows = windows
    }

    /// Bytes moved.
    public var bytes: Int { planes * rows * rowBytes }
    /// The buffer bytes from the lowest chunk to the end of the highest; chunks may lie in descending order.
    public var bufferRange: Range<Int> {
        guard bytes > 0 else { return 0..<0 }
        let chunks = windows.map { $0.count * rows } ?? bytes / chunkBytes
        let last = bufferAddress + (chunks - 1) * chunkPitchBytes
        return min(bufferAddress, last)..<max(bufferAddress, last) + chunkBytes
    }
}

/// The on-chip memories that the DMA reaches.
public enum BufferName: String, CaseIterable, Hashable, Sendable {
    case weightBuffer, activationBuffer, parameterMemory
}

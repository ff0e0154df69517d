/// Where the result of one output lane goes, of a pass whose lanes are phases and channels of a transposed convolution.
///
/// 8 bytes of the channel block: u32 offset, u8 phase row, u8 phase column, u16 channel.
public struct ResultPlacement: Hashable, Sendable {
    /// Bytes from the first pixel of the lane's block.
    public var offset: Int
    /// Row and column of the lane's phase in the block.
    public var phaseRow: Int
    public var phaseColumn: Int
    /// Whose result it is, of the whole tensor: saturated results are counted by it. The RTL does not read it.
    public var channel: Int

    public init(offset: Int, phaseRow: Int, phaseColumn: Int, channel: Int) {
        self.offset = offset
        self.phaseRow = phaseRow
        self.phaseColumn = phaseColumn
        self.channel = channel
    }

    init(_ reader: inout ByteReader) {
        offset = Int(reader.next() as UInt32)
        phaseRow = Int(reader.next() as UInt8)
        phaseColumn = Int(reader.next() as UInt8)
        channel = Int(reader.next() as UInt16)
    }

    func append(to writer: inout ByteWriter) {
        writer.append(UInt32(offset))
        writer.append(UInt8(phaseRow))
        writer.append(UInt8(phaseColumn))
        writer.append(UInt16(channel))
    }

    /// Of a lane that the block does not hold.
    static let neutral = ResultPlacement(offset: 0, phaseRow: 0, phaseColumn: 0, channel: 0)
}

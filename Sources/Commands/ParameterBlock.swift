import FixedPoint

/// One block of a parameter image: its kind and its bytes. All numbers are little endian, and every record has a fixed
/// size, so that a unit finds what it needs by one multiplication and one addition.
///
///     decodeTable   J codebooks of 256 x i16: entry of code i at 512 j + 2 i;
///                   codes beyond a short codebook repeat its last entry
///     encodeTable   J codebooks of 1,032 bytes: u32 n - 1, i32 lowest entry, i32 highest entry,
///                   then 255 x i32 thresholds 1...255 (unused ones: the largest i32)
///     weightTable   256 x i16
///     channelBlock  see ChannelBlock
public struct ParameterBlock: Hashable, Sendable {
    public enum Kind: String, CaseIterable, Hashable, Sendable {
        case decodeTable, secondDecodeTable, weightTable, encodeTable, channelBlock
    }

    public var kind: Kind
    public var bytes: [UInt8]

    public init(kind: Kind, bytes: [UInt8]) {
        self.kind = kind
        self.bytes = bytes
    }
}

extension LayerConfiguration {
    /// The blocks to load before the layer, in the order of `ParameterBlock.Kind`. Tables that several layers share
    /// have equal bytes.
    public var blocks: [ParameterBlock] { blocks(of: nil) }

    /// The same with the records of some channels alone, to load before the commands that take those channels.
    public func blocks(of slice: ChannelSlice?) -> [ParameterBlock] {
        var blocks: [ParameterBlock] = []
        if !input.isInteger16 { blocks.append(ParameterBlock(kind: .decodeTable, bytes: input.tableBytes)) }
        if let second, !second.isInteger16 {
            blocks.append(ParameterBlock(kind: .secondDecodeTable, bytes: second.tableBytes))
        }
        if let weightEntries {
            var writer = ByteWriter()
            weightEntries.forEach { writer.append($0) }
            blocks.append(ParameterBlock(kind: .weightTable, bytes: writer.bytes))
        }
        if !output.isInteger16 { blocks.append(ParameterBlock(kind: .encodeTable, bytes: output.tableBytes)) }
        blocks.append(ParameterBlock(kind: .channelBlock, bytes: channelBlockBytes(slice)))
        return blocks
    }

    /// Reads the blocks back from parameter memory.
    public init(parameterMemory: UnsafeRawBufferPointer, at addresses: ParameterAddresses) {
        self = LayerConfiguration(channelBlock: parameterMemory, at: addresses.channelBlock)
        let codebooks = CodebookCounts(parameterMemory, at: addresses.channelBlock)
        if addresses.decodeTable >= 0 {
            input.readTable(parameterMemory, at: addresses.decodeTable, codebooks: codebooks.first)
        }
        if addresses.secondDecodeTable >= 0 {
            second?.readTable(parameterMemory, at: addresses.secondDecodeTable, codebooks: codebooks.second)
        }
        if addresses.weightTable >= 0 {
            var table = ByteReader(parameterMemory, at: addresses.weightTable)
            weightEntries = (0..<256).map { _ in table.next() }
        }
        if addresses.encodeTable >= 0 {
            output.readTable(parameterMemory, at: addresses.encodeTable, codebooks: codebooks.result)
        }
    }
}

extension OperandConfiguration {
    /// Entries of a codebook in the table.
    private static let tableEntries = 256

    var tableBytes: [UInt8] {
        var writer = ByteWriter()
        for codebook in entries {
            for code in 0..<OperandConfiguration.tableEntries { writer.append(codebook[min(code, codebook.count - 1)]) }
        }
        return writer.bytes
    }

    mutating func readTable(_ memory: UnsafeRawBufferPointer, at address: Int, codebooks: Int) {
        var reader = ByteReader(memory, at: address)
        entries = (0..<codebooks).map { _ in (0..<OperandConfiguration.tableEntries).map { _ in reader.next() } }
    }
}

extension ResultConfiguration {
    /// Thresholds of a codebook in the table: 1...255.
    private static let tableThresholds = 255

    var tableBytes: [UInt8] {
        var writer = ByteWriter()
        for (limit, codebook) in zip(limits, thresholds) {
            writer.append(UInt32(codebook.count))
            writer.append(limit.lowest)
            writer.append(limit.highest)
            codebook.forEach { writer.append($0) }
            for _ in codebook.count..<ResultConfiguration.tableThresholds { writer.append(Int32.max) }
        }
        return writer.bytes
    }

    mutating func readTable(_ memory: UnsafeRawBufferPointer, at address: Int, codebooks: Int) {
        var reader = ByteReader(memory, at: address)
        (limits, thresholds) = ([], [])
        for _ in 0..<codebooks {
            let count: UInt32 = reader.next()
            limits.append(CodebookLimits(lowest: reader.next(), highest: reader.next()))
            let codebook: [Int32] = (0..<ResultConfiguration.tableThresholds).map { _ in reader.next() }
            thresholds.append(Array(codebook.prefix(Int(count))))
        }
    }
}

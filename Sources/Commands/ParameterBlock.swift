import FixedPoint

/// One block of a parameter image: its kind and its bytes. All numbers are little endian.
///
///     decodeTable   u16 J, then for each codebook: u16 n, n x i16 entries
///     encodeTable   u16 J, then for each codebook: u16 n, i32 lowest entry, i32 highest entry, (n - 1) x i32 thresholds
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
    /// The blocks to load before the layer, in the order of `ParameterBlock.Kind`. Tables that several layers share have equal bytes.
    public var blocks: [ParameterBlock] {
        var blocks: [ParameterBlock] = []
        if !input.isInteger16 { blocks.append(ParameterBlock(kind: .decodeTable, bytes: input.tableBytes)) }
        if let second, !second.isInteger16 { blocks.append(ParameterBlock(kind: .secondDecodeTable, bytes: second.tableBytes)) }
        if let weightEntries {
            var writer = ByteWriter()
            weightEntries.forEach { writer.append($0) }
            blocks.append(ParameterBlock(kind: .weightTable, bytes: writer.bytes))
        }
        if !output.isInteger16 { blocks.append(ParameterBlock(kind: .encodeTable, bytes: output.tableBytes)) }
        blocks.append(ParameterBlock(kind: .channelBlock, bytes: channelBlockBytes))
        return blocks
    }

    /// Reads the blocks back from parameter memory.
    public init(parameterMemory: UnsafeRawBufferPointer, at addresses: ParameterAddresses) {
        var reader = ByteReader(parameterMemory, at: addresses.channelBlock)
        self = LayerConfiguration(channelBlock: &reader)
        if addresses.decodeTable >= 0 { input.readTable(parameterMemory, at: addresses.decodeTable) }
        if addresses.secondDecodeTable >= 0 { second?.readTable(parameterMemory, at: addresses.secondDecodeTable) }
        if addresses.weightTable >= 0 {
            var table = ByteReader(parameterMemory, at: addresses.weightTable)
            weightEntries = (0..<256).map { _ in table.next() }
        }
        if addresses.encodeTable >= 0 { output.readTable(parameterMemory, at: addresses.encodeTable) }
    }
}

extension OperandConfiguration {
    var tableBytes: [UInt8] {
        var writer = ByteWriter()
        writer.append(UInt16(entries.count))
        for codebook in entries {
            writer.append(UInt16(codebook.count))
            codebook.forEach { writer.append($0) }
        }
        return writer.bytes
    }

    mutating func readTable(_ memory: UnsafeRawBufferPointer, at address: Int) {
        var reader = ByteReader(memory, at: address)
        let codebooks: UInt16 = reader.next()
        entries = (0..<codebooks).map { _ in
            let count: UInt16 = reader.next()
            return (0..<count).map { _ in reader.next() }
        }
    }
}

extension ResultConfiguration {
    var tableBytes: [UInt8] {
        var writer = ByteWriter()
        writer.append(UInt16(limits.count))
        for (limit, codebook) in zip(limits, thresholds) {
            writer.append(UInt16(codebook.count + 1))
            writer.append(limit.lowest)
            writer.append(limit.highest)
            codebook.forEach { writer.append($0) }
        }
        return writer.bytes
    }

    mutating func readTable(_ memory: UnsafeRawBufferPointer, at address: Int) {
        var reader = ByteReader(memory, at: address)
        let codebooks: UInt16 = reader.next()
        (limits, thresholds) = ([], [])
        for _ in 0..<codebooks {
            let count: UInt16 = reader.next()
            limits.append(CodebookLimits(lowest: reader.next(), highest: reader.next()))
            thresholds.append((1..<max(count, 1)).map { _ in reader.next() })
        }
    }
}

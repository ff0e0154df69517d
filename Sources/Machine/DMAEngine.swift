internal import CDatapathKernels
internal import Commands

/// Moves the bytes of a `Transfer` between external memory and a buffer, in either direction.
enum DMAEngine {
    static func load(_ transfer: Transfer, from memory: ExternalMemory, to buffer: inout OnChipBuffer) -> UnitActivity {
        var activity = UnitActivity()
        guard transfer.bytes > 0 else { return activity }
        let base = buffer.pointer(writing: transfer.bufferRange)
        copy(transfer, memory: memory, buffer: base, isLoad: true)
        activity.externalReadBytes = transfer.bytes
        activity.bufferWriteBytes = transfer.bytes
        return activity
    }

    static func store(_ transfer: Transfer, from buffer: borrowing OnChipBuffer, to memory: ExternalMemory) -> UnitActivity {
        var activity = UnitActivity()
        guard transfer.bytes > 0 else { return activity }
        let base = UnsafeMutablePointer(mutating: buffer.pointer(reading: transfer.bufferRange))
        copy(transfer, memory: memory, buffer: base, isLoad: false)
        activity.externalWriteBytes = transfer.bytes
        activity.bufferReadBytes = transfer.bytes
        return activity
    }

    /// Walks both address patterns: `position` bytes of the stream are done.
    private static func copy(_ transfer: Transfer, memory: ExternalMemory, buffer: UnsafeMutablePointer<UInt8>, isLoad: Bool) {
        precondition(transfer.chunkBytes > 0 && transfer.bytes % transfer.chunkBytes == 0, "chunks of \(transfer.chunkBytes) bytes divide \(transfer.bytes)")
        let low = min(0, (transfer.bytes / transfer.chunkBytes - 1) * transfer.chunkPitchBytes)
        var position = 0
        for plane in 0..<transfer.planes {
            for row in 0..<transfer.rows {
                let address = transfer.externalAddress + plane * transfer.planePitchBytes + row * transfer.rowPitchBytes
                let external = memory.pointer(address, count: transfer.rowBytes)
                var done = 0
                while done < transfer.rowBytes {
                    let inChunk = position % transfer.chunkBytes
                    let onChip = buffer - low + position / transfer.chunkBytes * transfer.chunkPitchBytes + inChunk
                    let whole = inChunk == 0 ? (transfer.rowBytes - done) / transfer.chunkBytes : 0
                    let bytes = whole > 0 ? transfer.chunkBytes : min(transfer.chunkBytes - inChunk, transfer.rowBytes - done)
                    let chunks = max(whole, 1)
                    if isLoad {
                        intaglio_copy_chunks(onChip, Int64(transfer.chunkPitchBytes), external + done, Int64(bytes), Int64(bytes), Int64(chunks))
                    } else {
                        intaglio_copy_chunks(external + done, Int64(bytes), onChip, Int64(transfer.chunkPitchBytes), Int64(bytes), Int64(chunks))
                    }
                    done += bytes * chunks
                    position += bytes * chunks
                }
            }
        }
    }
}

extension Transfer {
    /// The buffer bytes between the first and the last chunk.
    var bufferRange: Range<Int> {
        let last = bufferAddress + (bytes / chunkBytes - 1) * chunkPitchBytes
        return min(bufferAddress, last)..<max(bufferAddress, last) + chunkBytes
    }
}

internal import CDatapathKernels
internal import Commands

/// One DMA command, ready to run on any thread: moves the bytes of a `Transfer` between external memory and a buffer,
/// in either direction.
struct DMAEngine {
    private let transfer: Transfer
    private let memory: ExternalMemory.View
    /// The lowest byte of the buffer that the transfer touches.
    private let buffer: UnsafeMutablePointer<UInt8>
    private let isLoad: Bool

    /// Nil where there is nothing to move.
    init?(loading transfer: Transfer, from memory: ExternalMemory, to buffer: inout OnChipBuffer) {
        guard transfer.bytes > 0 else { return nil }
        self.init(transfer, memory, buffer.pointer(writing: transfer.bufferRange), isLoad: true)
    }

    init?(storing transfer: Transfer, from buffer: borrowing OnChipBuffer, to memory: ExternalMemory) {
        guard transfer.bytes > 0 else { return nil }
        self.init(
            transfer, memory, UnsafeMutablePointer(mutating: buffer.pointer(reading: transfer.bufferRange)),
            isLoad: false)
    }

    private init(_ transfer: Transfer, _ memory: ExternalMemory, _ buffer: UnsafeMutablePointer<UInt8>, isLoad: Bool) {
        (self.transfer, self.memory, self.buffer, self.isLoad) = (transfer, memory.view, buffer, isLoad)
    }

    func run() -> UnitActivity {
        var activity = UnitActivity()
        if let windows = transfer.windows {
            activity.externalReadBytes = transfer.bytes
            activity.bufferWriteBytes = copy(windows)
            return activity
        }
        copy()
        if isLoad {
            activity.externalReadBytes = transfer.bytes
            switch transfer.buffer {
            case .weightBuffer: activity.externalWeightBytes = transfer.bytes
            case .parameterMemory: activity.externalParameterBytes = transfer.bytes
            case .activationBuffer: break
            }
            activity.bufferWriteBytes = transfer.bytes
        } else {
            activity.externalWriteBytes = transfer.bytes
            activity.bufferReadBytes = transfer.bytes
        }
        return activity
    }

    private func copy() {
        precondition(
            transfer.chunkBytes > 0 && transfer.bytes % transfer.chunkBytes == 0,
            "chunks of \(transfer.chunkBytes) bytes divide \(transfer.bytes)")
        let low = min(0, (transfer.bytes / transfer.chunkBytes - 1) * transfer.chunkPitchBytes)
        let chunksOfRow = transfer.rowBytes / transfer.chunkBytes
        for plane in 0..<transfer.planes {
            let address = transfer.externalAddress + plane * transfer.planePitchBytes
            let start = buffer - low + plane * transfer.rows * chunksOfRow * transfer.chunkPitchBytes
            if transfer.rowBytes == transfer.chunkBytes {
                copy(address, pitch: transfer.rowPitchBytes, to: start, chunks: transfer.rows)
            } else if transfer.rowBytes % transfer.chunkBytes == 0 {
                for row in 0..<transfer.rows {
                    copy(
                        address + row * transfer.rowPitchBytes, pitch: transfer.chunkBytes,
                        to: start + row * chunksOfRow * transfer.chunkPitchBytes,
                        chunks: chunksOfRow)
                }
            } else {
                copyAcrossChunks(plane: plane, buffer - low)
            }
        }
    }

    /// Each row as windows; the bytes that are written.
    private func copy(_ windows: TransferWindows) -> Int {
        precondition(
            isLoad && transfer.planes == 1 && windows.stepBytes > 0 && transfer.buffer == .activationBuffer,
            "a load of one plane lays windows")
        var written = 0
        for row in 0..<transfer.rows {
            let external = memory.pointer(
                transfer.externalAddress + row * transfer.rowPitchBytes, count: transfer.rowBytes)
            for window in 0..<windows.count {
                // Place of the window's first byte in the row.
                let place = window * windows.stepBytes - windows.leadBytes
                let (first, end) = (max(place, 0), min(place + transfer.chunkBytes, transfer.rowBytes))
                guard first < end else { continue }
                let chunk = buffer + (row * windows.count + window) * transfer.chunkPitchBytes
                (chunk + (first - place)).update(from: external + first, count: end - first)
                written += end - first
            }
        }
        return written
    }

    /// Whole chunks, `pitch` bytes apart in external memory.
    private func copy(_ address: Int, pitch: Int, to onChip: UnsafeMutablePointer<UInt8>, chunks: Int) {
        let (bytes, last) = (transfer.chunkBytes, (chunks - 1) * pitch)
        let external = memory.pointer(address + min(last, 0), count: abs(last) + bytes) - min(last, 0)
        let (externalPitch, onChipPitch) = (Int64(pitch), Int64(transfer.chunkPitchBytes))
        var arguments = intaglio_copy_arguments(
            destination: isLoad ? onChip : external, destinationPitch: isLoad ? onChipPitch : externalPitch,
            source: isLoad ? external : onChip, sourcePitch: isLoad ? externalPitch : onChipPitch,
            bytes: Int64(bytes), chunks: Int64(chunks))
        intaglio_copy_chunks(&arguments)
    }

    /// Rows that end inside a chunk: walks both address patterns; `position` bytes of the stream are done.
    private func copyAcrossChunks(plane: Int, _ first: UnsafeMutablePointer<UInt8>) {
        var position = plane * transfer.rows * transfer.rowBytes
        for row in 0..<transfer.rows {
            let external = memory.pointer(
                transfer.externalAddress + plane * transfer.planePitchBytes + row * transfer.rowPitchBytes,
                count: transfer.rowBytes)
            var done = 0
            while done < transfer.rowBytes {
                let inChunk = position % transfer.chunkBytes
                let onChip = first + position / transfer.chunkBytes * transfer.chunkPitchBytes + inChunk
                let bytes = min(transfer.chunkBytes - inChunk, transfer.rowBytes - done)
                if isLoad {
                    onChip.update(from: external + done, count: bytes)
                } else {
                    (external + done).update(from: onChip, count: bytes)
                }
                done += bytes
                position += bytes
            }
        }
    }
}

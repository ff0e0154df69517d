internal import CDatapathKernels
internal import Commands

/// The drain of blocks of phases.
extension AccumulationRows {
    /// Sums of a strip of blocks to elements in the activation buffer, but for those that lie outside the output tile.
    func drainBlocks(
        row i: Int, _ columns: Range<Int>, _ placed: Unmanaged<PlacedLanes>, _ scratch: RowScratch.View,
        _ tally: inout Tally
    ) {
        placed._withUnsafeGuaranteedRef { placed in
            placed.forEachPart(row: i, columns, of: pass) { part, runs in
                let first = (part.lowerBound - columns.lowerBound) * sumPitch
                for run in runs {
                    let offset = first + run.first
                    let sums = DrainedSums(
                        values: isWide ? .wide(scratch.wideSums + offset) : .narrow(scratch.sums + offset),
                        pitch: sumPitch, pixels: part.count, elements: scratch.elements,
                        bytesPerElement: pass.outputBytesPerElement, laneCounts: scratch.laneCounts + run.first)
                    tally.saturatedOutputs += PostProcessorKernel(level: level).drain(sums, by: run.drain)
                    write(row: i, part, run, scratch)
                    tally.activity.bufferWriteBytes += part.count * run.drain.count * pass.outputBytesPerElement
                }
            }
        }
    }

    /// The elements of a run of lanes of some blocks to their places.
    private func write(row i: Int, _ columns: Range<Int>, _ run: PlacedLanes.Run, _ scratch: RowScratch.View) {
        let range = pass.outputByteRange
        let pitch = pass.outputStrideX * pass.outputPixelPitchBytes
        for chunk in run.chunks {
            let bytes = chunk.count * pass.outputBytesPerElement
            let first = pass.outputAddress(i, columns.lowerBound) + chunk.offset
            precondition(
                first >= range.lowerBound && first + (columns.count - 1) * pitch + bytes <= range.upperBound,
                "a result at byte \(first) of an output tile at \(range)")
            var chunks = intaglio_copy_arguments(
                destination: output! + (first - range.lowerBound), destinationPitch: Int64(pitch),
                source: scratch.elements + chunk.lane * pass.outputBytesPerElement,
                sourcePitch: Int64(run.drain.count * pass.outputBytesPerElement), bytes: Int64(bytes),
                chunks: Int64(columns.count))
            intaglio_copy_chunks(&chunks)
        }
    }
}

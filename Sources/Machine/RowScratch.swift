/// What one thread needs to compute rows: sums of a strip of columns, results on their way out, operands of the
/// normalization unit, counts of saturated results.
struct RowScratch {
    private(set) var sums = AlignedMemory<Int32>(count: 0)
    private(set) var wideSums = AlignedMemory<Int64>(count: 0)
    private(set) var values = AlignedMemory<Int16>(count: 0)
    private(set) var elements = AlignedMemory<UInt8>(count: 0)
    private(set) var laneCounts = AlignedMemory<Int64>(count: 0)
    private(set) var channelCounts = AlignedMemory<Int64>(count: 0)

    /// Makes room for `count` lanes of each (more is kept), and for counts of `drainLanes` lanes; whether anything
    /// moved.
    mutating func reserve(_ count: Int, drainLanes: Int, isWide: Bool, hasValues: Bool) -> Bool {
        let padded = count + 64
        let isEnough =
            sums.count >= padded && elements.count >= 2 * padded && laneCounts.count >= drainLanes
            && (!isWide || wideSums.count >= padded)
            && (!hasValues || values.count >= padded)
        guard !isEnough else { return false }
        if sums.count < padded { sums = AlignedMemory(repeating: 0, count: padded) }
        if isWide, wideSums.count < padded { wideSums = AlignedMemory(repeating: 0, count: padded) }
        if hasValues, values.count < padded { values = AlignedMemory(repeating: 0, count: padded) }
        if elements.count < 2 * padded { elements = AlignedMemory(repeating: 0, count: 2 * padded) }
        if laneCounts.count < drainLanes { laneCounts = AlignedMemory(repeating: 0, count: drainLanes) }
        return true
    }

    /// Counts the channels of a run from 0.
    mutating func beginCounts(channels: Int) { channelCounts = AlignedMemory(repeating: 0, count: channels) }

    var view: View {
        View(
            sums: sums.base, wideSums: wideSums.base, values: values.base, elements: elements.base,
            laneCounts: laneCounts.base, channelCounts: channelCounts.base)
    }

    struct View: BitwiseCopyable {
        let sums: UnsafeMutablePointer<Int32>
        let wideSums: UnsafeMutablePointer<Int64>
        let values: UnsafeMutablePointer<Int16>
        let elements: UnsafeMutablePointer<UInt8>
        /// Saturated results of the unit of work in progress by lane of its drains; 0 in between.
        let laneCounts: UnsafeMutablePointer<Int64>
        /// The thread's saturated results by channel, of all layers of the run.
        let channelCounts: UnsafeMutablePointer<Int64>

        /// Moves the counts of lanes, copies of `channels` side by side, to their channels; the layer's own begin at
        /// `first`.
        func collectCounts(lanes: Int, of channels: LayerContext.Channels, at first: Int) {
            collectCounts(lanes: lanes, at: first) { channels.index($0 % channels.count) }
        }

        /// The same of lanes with these channels.
        func collectCounts(lanes: Int, at first: Int, channel: (Int) -> Int) {
            for lane in 0..<lanes where laneCounts[lane] != 0 {
                channelCounts[first + channel(lane)] += laneCounts[lane]
                laneCounts[lane] = 0
            }
        }
    }
}

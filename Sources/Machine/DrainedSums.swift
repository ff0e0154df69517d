internal import CDatapathKernels

/// Sums of a row's positions on their way through a drain, and where what becomes of them goes. The memory is the
/// caller's, who proves its ranges.
struct DrainedSums {
    enum Values {
        case narrow(UnsafePointer<Int32>)
        case wide(UnsafePointer<Int64>)
    }

    /// Position p from element p x `pitch` on, as many as the drain has lanes.
    var values: Values
    var pitch: Int
    var pixels: Int
    /// Element pitch: the drain's `count`.
    var elements: UnsafeMutablePointer<UInt8>
    var bytesPerElement: Int
    /// How many outputs saturated is added to it, lane by lane.
    var laneCounts: UnsafeMutablePointer<Int64>

    /// The kernels' form.
    func arguments(by drain: DrainLanes.View) -> intaglio_drain_arguments {
        var arguments = intaglio_drain_arguments()
        arguments.drain = drain.kernel
        switch values {
        case .narrow(let sums): arguments.sums = sums
        case .wide(let sums): arguments.wideSums = sums
        }
        arguments.sumPitch = Int64(pitch)
        arguments.pixels = Int64(pixels)
        arguments.output = elements
        arguments.outputPitch = Int64(drain.count * bytesPerElement)
        arguments.stored = Int64(drain.count)
        arguments.laneCounts = laneCounts
        return arguments
    }

    /// Widened.
    subscript(pixel: Int, lane: Int) -> Int64 {
        switch values {
        case .narrow(let sums): Int64(sums[pixel * pitch + lane])
        case .wide(let sums): sums[pixel * pitch + lane]
        }
    }
}

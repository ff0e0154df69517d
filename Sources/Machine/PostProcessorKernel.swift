internal import CDatapathKernels
internal import Commands
internal import FixedPoint
internal import Kernels

/// Bias, multiplier, rounding, saturation, clip and encoder: sums of positions become stored elements.
struct PostProcessorKernel {
    let level: KernelLevel

    /// Drains all positions; returns how many outputs saturated.
    func drain(_ sums: DrainedSums, by drain: DrainLanes.View) -> Int {
        guard drain.kernel.pointee.rounding == PostProcessorKernel.float32 else {
            var arguments = sums.arguments(by: drain)
            return Int(intaglio_post_process(level.rawValue, &arguments))
        }
        return drain.withLanes { drainRounded(sums, by: $0) }
    }

    /// The kernels' number of the rule that they do not have.
    private static let float32 = Int32(RoundingRule.allCases.firstIndex(of: .onnxFloat32)!)

    /// The general path: each product rounded by `requantize`, then encoded by a kernel that multiplies by one.
    private func drainRounded(_ sums: DrainedSums, by drain: DrainLanes) -> Int {
        let rounded = AlignedMemory<Int64>(repeating: 0, count: drain.lanes * sums.pixels)
        for pixel in 0..<sums.pixels {
            for lane in 0..<drain.count {
                let sum = sums[pixel, lane] + drain.view.bias[lane]
                let multiplier = sum < 0 ? drain.multipliersNegative[lane] : drain.multipliers[lane]
                rounded.base[pixel * drain.lanes + lane] = requantize(sum, by: multiplier, rounding: drain.rounding)
            }
        }
        let zeros = AlignedMemory<Int64>(repeating: 0, count: drain.lanes)
        let ones = AlignedMemory<Int64>(repeating: 1 << 30, count: drain.lanes)
        let shifts = AlignedMemory<Int64>(repeating: 30, count: drain.lanes)
        var kernel = drain.view.kernel.pointee
        kernel.rounding = Int32(INTAGLIO_FLOOR)
        kernel.bias = UnsafePointer(zeros.base)
        kernel.multiplier = UnsafePointer(ones.base)
        kernel.multiplierNegative = UnsafePointer(ones.base)
        kernel.shift = UnsafePointer(shifts.base)
        kernel.shiftNegative = UnsafePointer(shifts.base)
        var roundedSums = sums
        roundedSums.values = .wide(rounded.base)
        roundedSums.pitch = drain.lanes
        var arguments = roundedSums.arguments(by: drain.view)
        return withExtendedLifetime((zeros, ones, shifts, rounded)) {
            withUnsafePointer(to: kernel) {
                arguments.drain = $0
                return Int(intaglio_post_process(level.rawValue, &arguments))
            }
        }
    }
}

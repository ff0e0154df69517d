internal import CDatapathKernels
internal import Commands
internal import FixedPoint
internal import Kernels

/// Bias, multiplier, rounding, saturation, clip and encoder: sums of positions become stored elements.
struct PostProcessorKernel {
    let level: KernelLevel

    /// Drains `pixels` positions into `elements` (element pitch `drain.count`); returns how many saturated, which
    /// `laneCounts` gets lane by lane.
    func drain(
        _ sums: UnsafePointer<Int32>, pitch: Int, pixels: Int, by drain: DrainLanes.View,
        to elements: UnsafeMutablePointer<UInt8>, bytesPerElement: Int,
        laneCounts: UnsafeMutablePointer<Int64>
    ) -> Int {
        if drain.kernel.pointee.rounding == PostProcessorKernel.float32 {
            let wide = AlignedMemory<Int64>(count: pixels * pitch + 16)
            for index in 0..<pixels * pitch { wide.base[index] = Int64(sums[index]) }
            return self.drain(
                wide.base, pitch: pitch, pixels: pixels, by: drain, to: elements, bytesPerElement: bytesPerElement,
                laneCounts: laneCounts)
        }
        return Int(
            intaglio_post_process(
                level.rawValue, drain.kernel, sums, Int64(pitch), Int64(pixels), elements,
                Int64(drain.count * bytesPerElement), Int64(drain.count), laneCounts))
    }

    /// The kernels' number of the rule that they do not have.
    private static let float32 = Int32(RoundingRule.allCases.firstIndex(of: .onnxFloat32)!)

    /// The same for 64-bit sums.
    func drain(
        _ sums: UnsafePointer<Int64>, pitch: Int, pixels: Int, by drain: DrainLanes.View,
        to elements: UnsafeMutablePointer<UInt8>, bytesPerElement: Int,
        laneCounts: UnsafeMutablePointer<Int64>
    ) -> Int {
        let elementPitch = Int64(drain.count * bytesPerElement)
        guard drain.kernel.pointee.rounding == PostProcessorKernel.float32 else {
            return Int(
                intaglio_post_process_wide(
                    level.rawValue, drain.kernel, sums, Int64(pitch), Int64(pixels), elements, elementPitch,
                    Int64(drain.count), laneCounts))
        }
        return drain.withLanes {
            drainRounded(
                sums, pitch: pitch, pixels: pixels, by: $0, to: elements, elementPitch: elementPitch,
                laneCounts: laneCounts)
        }
    }

    /// The general path: each product rounded by `requantize`, then encoded by a kernel that multiplies by one.
    private func drainRounded(
        _ sums: UnsafePointer<Int64>, pitch: Int, pixels: Int, by drain: DrainLanes,
        to elements: UnsafeMutablePointer<UInt8>, elementPitch: Int64,
        laneCounts: UnsafeMutablePointer<Int64>
    ) -> Int {
        let rounded = AlignedMemory<Int64>(repeating: 0, count: drain.lanes * pixels)
        for pixel in 0..<pixels {
            for lane in 0..<drain.count {
                let sum = sums[pixel * pitch + lane] + drain.view.bias[lane]
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
        return withExtendedLifetime((zeros, ones, shifts, rounded)) {
            Int(
                intaglio_post_process_wide(
                    level.rawValue, &kernel, rounded.base, Int64(drain.lanes), Int64(pixels), elements, elementPitch,
                    Int64(drain.count), laneCounts))
        }
    }
}

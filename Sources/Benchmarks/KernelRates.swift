import CDatapathKernels
import Kernels

/// MAC kernels against the multipliers' own limit: the same multiply-adds from registers alone.
struct KernelRates {
    /// Useful multiply-accumulates a CPU second, as a ratio to the register probe of the same level.
    static func report(_ level: KernelLevel) {
        var sink: [Int32] = [1, 2]
        var macs: Int64 = 0
        let probe = cpuSeconds { macs = intaglio_register_probe(level.rawValue, 20_000_000, &sink) }
        let peak = Double(macs) / probe
        print("\(level): register probe \(billions(peak)) GMAC/s")
        for (name, channels, taps, stride) in [
            ("1x1, 128 channels", 128, 1, 1), ("5x5 stride 2, 128 channels", 128, 25, 2),
            ("9x9 stride 4, 3 channels", 3, 81, 4),
        ] {
            let rate = channelKernel(level, channels: channels, taps: taps, stride: stride)
            print("  \(name): \(billions(rate)) GMAC/s, \(percent(rate / peak)) of the probe")
        }
    }

    /// 96 pixels, 128 output channels, kernel rows as runs.
    private static func channelKernel(_ level: KernelLevel, channels: Int, taps: Int, stride: Int) -> Double {
        let side = taps == 81 ? 9 : taps == 25 ? 5 : 1
        let rowPitch = (96 * stride + side) * channels
        let operands = [Int16](repeating: 3, count: rowPitch * side + 64)
        let pairs = (side * channels + 1) / 2
        let weights = [Int16](repeating: -5, count: 8 * side * pairs * 32)
        let runs = (0..<side).map { intaglio_run(offset: Int64($0 * rowPitch), pairs: Int64(pairs)) }
        var sums = [Int32](repeating: 0, count: 96 * 128)
        let useful = 96 * 128 * channels * taps
        let repetitions = max(1, (level >= .avx2 ? 1_000_000_000 : 100_000_000) / useful)
        let seconds = operands.withUnsafeBufferPointer { operands in
            runs.withUnsafeBufferPointer { runs in
                weights.withUnsafeBufferPointer { weights in
                    sums.withUnsafeMutableBufferPointer { sums in
                        var row = intaglio_mac_arguments(
                            operands: operands.baseAddress, pixelStride: Int64(stride * channels), pixels: 96,
                            runs: runs.baseAddress, runCount: Int64(side), weights: weights.baseAddress,
                            blockPitch: Int64(side * pairs * 32), blocks: 8, sums: sums.baseAddress, sumPitch: 128)
                        return cpuSeconds { for _ in 0..<repetitions { intaglio_mac_row(level.rawValue, &row) } }
                    }
                }
            }
        }
        return Double(useful * repetitions) / seconds
    }
}

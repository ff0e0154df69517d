internal import CDatapathKernels
internal import Commands
internal import FixedPoint
internal import Kernels
package import Quantization

/// The units' functions one at a time, without commands and buffers. Ranges are the caller's to check.
package enum Datapath {
    /// The codebook-mux: `entries[code] + offset`; codes beyond the last entry give the last.
    package static func decode(_ codes: UnsafeBufferPointer<UInt8>, entries: [Int16], offset: Int32) -> [Int16] {
        let operand = OperandConfiguration(entries: [entries], selects: [0], offsets: [offset])
        let configuration = LayerConfiguration(input: operand, output: .integers16, drain: .none)
        let key = LayerContext.DecoderKey(channels: .one, operand: .value, isSecond: false)
        let decoder = OperandDecoder(configuration, key, activationBits: 16, level: .best)
        let values = AlignedMemory<Int16>(count: codes.count)
        return withExtendedLifetime((decoder, values)) {
            decoder.view.decode(codes.baseAddress!, pitch: 1, pixels: codes.count, count: 1, to: values.base)
            return (0..<codes.count).map { values.base[$0] }
        }
    }

    /// The encoder: how many thresholds `result - offset` reaches.
    package static func encode(_ results: UnsafeBufferPointer<Int32>, thresholds: [Int32], offset: Int32) -> [UInt8] {
        let output = ResultConfiguration(
            thresholds: [thresholds], limits: [CodebookLimits(lowest: .min, highest: .max)], selects: [0],
            offsets: [offset])
        let configuration = LayerConfiguration(
            input: OperandConfiguration(entries: [], selects: [], offsets: []), output: output, drain: .none)
        let drain = DrainLanes(
            configuration, LayerContext.DrainKey(channels: .one, addsBias: false, copies: 1), encoder: Encoder(output))
        // Every lane of the kernel reads a sum; only the first is stored.
        let sums = AlignedMemory<Int64>(repeating: 0, count: results.count + drain.lanes)
        for (index, result) in results.enumerated() { sums.base[index] = Int64(result) }
        let codes = AlignedMemory<UInt8>(count: results.count + drain.lanes)
        let laneCounts = AlignedMemory<Int64>(repeating: 0, count: drain.lanes)
        return withExtendedLifetime((drain, sums, codes, laneCounts)) {
            _ = PostProcessorKernel(level: .best).drain(
                DrainedSums(
                    values: .wide(sums.base), pitch: 1, pixels: results.count, elements: codes.base,
                    bytesPerElement: 1, laneCounts: laneCounts.base),
                by: drain.view)
            return (0..<results.count).map { codes.base[$0] }
        }
    }

    /// The MAC array and the accumulator buffer: `accumulators[p][k] += sum over d of operands[p][d] weights[k][d]`,
    /// the low `bits` bits, sign extended.
    ///
    /// Weights lie above -2^15.
    package static func accumulate(
        operands: UnsafePointer<Int16>, weights: UnsafePointer<Int16>, pixels: Int, channels: Int, depth: Int,
        bits: Int, into accumulators: UnsafeMutablePointer<Int64>
    ) {
        let (pairs, blocks) = (ceilDivide(depth, by: 2), ceilDivide(channels, by: 16))
        // An odd end meets a zero weight.
        let values = AlignedMemory<Int16>(repeating: 0, count: pixels * pairs * 2)
        for p in 0..<pixels { (values.base + p * pairs * 2).update(from: operands + p * depth, count: depth) }
        let packed = AlignedMemory<Int16>(repeating: 0, count: blocks * pairs * 32)
        for k in 0..<channels {
            for d in 0..<depth {
                packed.base[(k / 16 * pairs + d / 2) * 32 + k % 16 * 2 + d % 2] = weights[k * depth + d]
            }
        }
        let largest = (0..<pairs).map { pair in
            largestProduct(pair, values, pixels: pixels, packed, blocks: blocks, pairs: pairs)
        }
        let level = KernelLevel.chosen
        let sums = AlignedMemory<Int32>(count: pixels * blocks * 16)
        withExtendedLifetime((values, packed, sums)) {
            var first = 0
            while first < pairs {
                // As many pairs as provably fit a 32-bit sum.
                var (end, bound) = (first, Int64(0))
                while end < pairs, end == first || bound + largest[end] <= Int64(Int32.max) {
                    bound += largest[end]
                    end += 1
                }
                var run = intaglio_run(offset: Int64(first * 2), pairs: Int64(end - first))
                withUnsafePointer(to: &run) {
                    var row = intaglio_mac_arguments(
                        operands: values.base, pixelStride: Int64(pairs * 2), pixels: Int64(pixels), runs: $0,
                        runCount: 1, weights: packed.base + first * 32, blockPitch: Int64(pairs * 32),
                        blocks: Int64(blocks), sums: sums.base, sumPitch: Int64(blocks * 16))
                    intaglio_mac_row(level.rawValue, &row)
                }
                var addition = intaglio_add_arguments(
                    sums: sums.base, sumPitch: Int64(blocks * 16), base: accumulators, basePitch: Int64(channels),
                    shift: Int64(64 - bits), pixels: Int64(pixels), count: Int64(channels), result: accumulators,
                    resultPitch: Int64(channels))
                intaglio_add_sums(level.rawValue, &addition)
                first = end
            }
        }
    }

    /// A bound of one pair's two products over all pixels and channels.
    private static func largestProduct(
        _ pair: Int, _ values: AlignedMemory<Int16>, pixels: Int, _ packed: AlignedMemory<Int16>, blocks: Int,
        pairs: Int
    ) -> Int64 {
        (0..<2).reduce(0) { sum, side in
            let operand = (0..<pixels).reduce(0) {
                max($0, Int64(values.base[($1 * pairs + pair) * 2 + side].magnitude))
            }
            let weight = (0..<blocks * 16).reduce(0) {
                max($0, Int64(packed.base[($1 / 16 * pairs + pair) * 32 + $1 % 16 * 2 + side].magnitude))
            }
            return sum + operand * weight
        }
    }

    /// The normalization unit before its saturation to 32 bits: what is larger comes back as some number that does not
    /// fit them.
    package static func normalize(_ form: UInt8, value: Int16, norm: Int64, scale: UInt32, shift: UInt8) -> Int64 {
        let magnitude = Int64(value.magnitude)
        let scaled = Double(sign: .plus, exponent: -Int(shift), significand: Double(magnitude * Int64(scale)))
        let estimate =
            switch NormalizationConfiguration.Form(rawValue: form)! {
            case .gdn: scaled / Double(norm).squareRoot()
            case .igdn: scaled * Double(norm).squareRoot()
            case .gdn1: scaled / Double(norm)
            case .igdn1: scaled * Double(norm)
            }
        // Far beyond 32 bits nothing is left to decide, and the inequality's sides would not fit 128 bits.
        let largest = Double(Int64(1) << 33)
        let result =
            estimate >= largest
            ? Int64(largest)
            : intaglio_normalized_magnitude(Int32(form), magnitude * Int64(scale), norm, Int64(shift), Int64(estimate))
        return value < 0 ? -result : result
    }

    /// The same by a table.
    package static func normalize(
        _ form: UInt8, value: Int16, norm: Int64, scale: UInt32, shift: UInt8, table: NormalizationTable
    ) -> Int64 {
        let segments = DrainLanes.segments(table)
        return withExtendedLifetime(segments) {
            var kernel = DrainLanes.kernel(table, segments)
            let magnitude = intaglio_table_magnitude(
                &kernel, Int32(form), Int64(value.magnitude) * Int64(scale), norm, Int64(shift))
            return value < 0 ? -magnitude : magnitude
        }
    }
}

extension LayerContext.Channels {
    fileprivate static let one = LayerContext.Channels(first: 0, channels: 1, groups: 1, groupPitch: 0)
}

extension ResultConfiguration {
    fileprivate static let integers16 = ResultConfiguration(thresholds: [], limits: [], selects: [], offsets: [])
}

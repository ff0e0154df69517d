internal import CDatapathKernels
internal import Commands
internal import FixedPoint
internal import Quantization

/// The parameters of a command's output channels, laid out lane by lane for the drain kernels.
///
///     lane = copy * channels + flat channel;  lanes are rounded up to 8 and the rest hold neutral values
final class DrainLanes {
    static let vectorLanes = 8

    /// Real lanes: channels x copies.
    let count: Int
    let lanes: Int
    private(set) var rounding = RoundingRule.single
    private(set) var multipliers: [QuantizedMultiplier] = []
    private(set) var multipliersNegative: [QuantizedMultiplier] = []
    private let encoder: Encoder
    private let kernelMemory = AlignedMemory<intaglio_drain>(repeating: intaglio_drain(), count: 1)
    private let words: AlignedMemory<Int64>
    private let factors: AlignedMemory<Double>
    private let segments: AlignedMemory<Int64>?

    var view: View { View(kernel: kernelMemory.base, count: count, lanes: Unmanaged.passUnretained(self)) }

    /// The lanes as units pass them around while they work: valid as long as the lanes live. Threads would wait for
    /// each other to count references.
    struct View {
        let kernel: UnsafePointer<intaglio_drain>
        let count: Int
        private let lanes: Unmanaged<DrainLanes>

        fileprivate init(kernel: UnsafePointer<intaglio_drain>, count: Int, lanes: Unmanaged<DrainLanes>) {
            (self.kernel, self.count, self.lanes) = (kernel, count, lanes)
        }

        var bias: UnsafePointer<Int64> { kernel.pointee.bias }

        /// All of it, where a kernel's parameters do not do.
        func withLanes<Result>(_ body: (DrainLanes) -> Result) -> Result { lanes._withUnsafeGuaranteedRef(body) }
    }

    /// Rows of `words`.
    private enum Row: Int, CaseIterable {
        case bias, multiplier, multiplierNegative, shift, shiftNegative, offset, limitLow, limitHigh, tableLow,
            tableHigh, tableBase, scale, scaleShift
        case thresholdStart, thresholdCount
    }

    init(_ configuration: LayerConfiguration, _ key: LayerContext.DrainKey, encoder: Encoder) {
        let channels = key.channels.count
        count = channels * key.copies
        lanes = roundUp(count, to: DrainLanes.vectorLanes)
        self.encoder = encoder
        words = AlignedMemory(repeating: 0, count: lanes * Row.allCases.count)
        factors = AlignedMemory(repeating: 0, count: lanes)
        segments =
            if case .normalization(let normalization) = configuration.drain {
                normalization.table.flatMap(DrainLanes.segments)
            } else { nil }
        var positive = Array(repeating: QuantizedMultiplier.zero, count: count)
        var negative = positive
        var rule = RoundingRule.single
        func set(_ row: Row, _ lane: Int, _ value: Int64) { words.base[row.rawValue * lanes + lane] = value }
        for lane in 0..<lanes {
            let channel = lane < count ? key.channels.index(lane % channels) : -1
            DrainLanes.setEncoder(configuration.output, encoder, channel: channel) { set($0, lane, $1) }
            set(.bias, lane, 1)
            set(.shift, lane, 31)
            set(.shiftNegative, lane, 31)
            guard lane < count else { continue }
            switch configuration.drain {
            case .postProcessing(let post):
                rule = post.rounding
                positive[lane] = post.multipliers[channel]
                negative[lane] = post.multipliersNegative[channel]
                set(.bias, lane, key.addsBias && !post.bias.isEmpty ? post.bias[channel] : 0)
                set(.multiplier, lane, Int64(positive[lane].mantissa))
                set(.multiplierNegative, lane, Int64(negative[lane].mantissa))
                set(.shift, lane, Int64(31 - positive[lane].exponent))
                set(.shiftNegative, lane, Int64(31 - negative[lane].exponent))
            case .normalization(let normalization):
                precondition(normalization.beta[channel] >= 1, "beta is at least 1")
                precondition(
                    normalization.scaleMantissas[channel] < 1 << 24 && normalization.scaleShifts[channel] <= 62,
                    "M below 2^24, S at most 62")
                set(.bias, lane, key.addsBias ? normalization.beta[channel] : 0)
                set(.scale, lane, Int64(normalization.scaleMantissas[channel]))
                set(.scaleShift, lane, Int64(normalization.scaleShifts[channel]))
                factors.base[lane] = Double(
                    sign: .plus, exponent: -Int(normalization.scaleShifts[channel]),
                    significand: Double(normalization.scaleMantissas[channel]))
            case .addition(let addition):
                rule = addition.rounding
                set(.bias, lane, 0)
                set(.multiplier, lane, 1)
                set(.multiplierNegative, lane, 1)
                set(.shift, lane, Int64(31 - addition.exponent))
                set(.shiftNegative, lane, Int64(31 - addition.exponent))
            case .none:
                // The value itself: times 2^30, over 2^30.
                rule = .floor
                set(.bias, lane, 0)
                set(.multiplier, lane, 1 << 30)
                set(.multiplierNegative, lane, 1 << 30)
                set(.shift, lane, 30)
                set(.shiftNegative, lane, 30)
            }
        }
        rounding = rule
        multipliers = positive
        multipliersNegative = negative
        setKernel(configuration)
    }

    /// Channel -1: a lane that never saturates and encodes to anything.
    private static func setEncoder(
        _ output: ResultConfiguration, _ encoder: Encoder, channel: Int, _ set: (Row, Int64) -> Void
    ) {
        let codebook = channel >= 0 && !output.isInteger16 ? Int(output.selects[channel]) : 0
        let span = encoder.spans[codebook]
        set(.tableLow, span.low)
        set(.tableHigh, span.high)
        set(.tableBase, span.base)
        set(.limitLow, .min)
        set(.limitHigh, .max)
        guard channel >= 0 else { return }
        if output.isInteger16 {
            set(.limitLow, -32768)
            set(.limitHigh, 32767)
        } else {
            set(.offset, Int64(output.offsets[channel]))
            set(.limitLow, Int64(output.limits[codebook].lowest))
            set(.limitHigh, Int64(output.limits[codebook].highest))
            set(.thresholdStart, encoder.thresholdStarts[codebook])
            set(.thresholdCount, encoder.thresholdCounts[codebook])
        }
    }

    private func setKernel(_ configuration: LayerConfiguration) {
        var kernel = intaglio_drain()
        defer { kernelMemory.base.pointee = kernel }
        func row(_ row: Row) -> UnsafePointer<Int64> { UnsafePointer(words.base + row.rawValue * lanes) }
        kernel.lanes = Int64(lanes)
        kernel.bias = row(.bias)
        kernel.multiplier = row(.multiplier)
        kernel.multiplierNegative = row(.multiplierNegative)
        kernel.shift = row(.shift)
        kernel.shiftNegative = row(.shiftNegative)
        kernel.rounding = Int32(RoundingRule.allCases.firstIndex(of: rounding)!)
        let limits = configuration.drain.limits ?? (bits: 32, clipLow: .min, clipHigh: .max)
        kernel.resultLow = -(1 << (limits.bits - 1))
        kernel.resultHigh = 1 << (limits.bits - 1) - 1
        kernel.clipLow = Int64(limits.clipLow)
        kernel.clipHigh = Int64(limits.clipHigh)
        kernel.offset = row(.offset)
        kernel.limitLow = row(.limitLow)
        kernel.limitHigh = row(.limitHigh)
        kernel.tableLow = row(.tableLow)
        kernel.tableHigh = row(.tableHigh)
        kernel.tableBase = row(.tableBase)
        kernel.table = encoder.table.map { UnsafePointer($0.base) }
        kernel.thresholds = encoder.thresholds.map { UnsafePointer($0.base) }
        kernel.thresholdStart = row(.thresholdStart)
        kernel.thresholdCount = row(.thresholdCount)
        kernel.codeMap = UnsafePointer(encoder.codeMap.base)
        kernel.scale = row(.scale)
        kernel.scaleShift = row(.scaleShift)
        kernel.scaleFactor = UnsafePointer(factors.base)
        if case .normalization(let normalization) = configuration.drain {
            kernel.form = normalization.form.kernel
            if let table = normalization.table { kernel.normalizationTable = DrainLanes.kernel(table, segments) }
        }
    }

    /// Base and slope of each segment; nil where there are none.
    static func segments(_ table: NormalizationTable) -> AlignedMemory<Int64>? {
        guard !table.bases.isEmpty else { return nil }
        let memory = AlignedMemory<Int64>(count: 2 * table.bases.count)
        for (index, (base, slope)) in zip(table.bases, table.slopes).enumerated() {
            memory.base[2 * index] = Int64(base)
            memory.base[2 * index + 1] = Int64(slope)
        }
        return memory
    }

    /// Widths beyond these would make the kernel read behind the segments or past 64 bits.
    static func kernel(_ table: NormalizationTable, _ segments: AlignedMemory<Int64>?) -> intaglio_normalization_table {
        precondition(
            (9...18).contains(table.baseBits) && (0...16).contains(table.offsetBits)
                && (0...31).contains(table.slopeShift), "widths of \(table)")
        precondition(
            segments == nil || table.bases.count == 1 << table.indexBits,
            "\(table.bases.count) segments of \(table.indexBits) index bits")
        return intaglio_normalization_table(
            segments: segments.map { UnsafePointer($0.base) }, indexBits: Int32(table.indexBits),
            offsetBits: Int32(table.offsetBits),
            baseBits: Int32(table.baseBits), slopeShift: Int32(table.slopeShift))
    }
}

extension NormalizationConfiguration.Form {
    /// The kernels' number.
    fileprivate var kernel: Int32 { Int32([Self.gdn, .igdn, .gdn1, .igdn1].firstIndex(of: self)!) }
}

extension DrainConfiguration {
    /// R and the clip.
    var limits: (bits: Int, clipLow: Int32, clipHigh: Int32)? {
        switch self {
        case .postProcessing(let post): (post.resultBits, post.clipLow, post.clipHigh)
        case .normalization(let normalization):
            (normalization.resultBits, normalization.clipLow, normalization.clipHigh)
        case .addition(let addition): (addition.resultBits, addition.clipLow, addition.clipHigh)
        case .none: nil
        }
    }
}

import Diagnostics
import Quantization

/// Chooses the codebooks of a tensor: the grid's step, J codebooks with halving ranges, and a select for each channel by measured squared error.
struct ActivationQuantizer {
    let law: Law
    let codebooks: Int
    let codebooksPerOctave: Int
    /// V.
    let bits: Int
    let rangeSelection: RangeSelection

    /// - Parameters:
    ///   - isUnsigned: whether codes of negative values can be spared; by the samples where nothing is said.
    ///   - importance: weighs each channel's error when the tensor's range is searched.
    func codebookSet(for samples: ChannelSamples, isUnsigned: Bool? = nil, importance: [Double]?, at place: String) throws(Diagnostic) -> CodebookSet {
        if law == .table { return try TableQuantizer(codebooks: codebooks, bits: bits).codebookSet(for: samples) }
        let books = try books(isUnsigned: isUnsigned ?? samples.isUnsigned, at: place)
        let tables = books.map { CodebookTable($0) }
        // A tensor that is 0 on every picture has no range: any does.
        let largest = samples.largestMagnitude > 0 ? max(samples.largestMagnitude, 1e-30) : 1
        let candidates: [Float] =
            switch rangeSelection {
            case .maximum: [largest]
            case .percentile: [max(samples.percentile(0.9999), largest * 1e-3)]
            case .searched: [1, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4].map { $0 * largest }
            }
        var best: (error: Double, step: Double, selects: [UInt8])?
        for candidate in candidates {
            let step = Double(candidate) / Double(largestRange)
            let choice = selects(for: samples, step: step, tables: tables, importance: importance)
            if best.map({ choice.error < $0.error }) ?? true { best = (choice.error, step, choice.selects) }
        }
        return try CodebookSet(
            codebooks: books, selects: best!.selects, offsets: Array(repeating: 0, count: samples.channels), step: best!.step)
    }

    /// The set whose channels have these learned ranges: the largest decides the step, each channel selects the codebook whose largest entry is nearest to its own.
    func codebookSet(learned ranges: [Float], isUnsigned: Bool, at place: String) throws(Diagnostic) -> CodebookSet {
        let books = try books(isUnsigned: isUnsigned, at: place)
        let ends = books.map { Double($0.entries.last!) }
        let step = Double(ranges.max()!) / ends[0]
        let selects = ranges.map { range in UInt8(ends.indices.min { abs(ends[$0] * step - Double(range)) < abs(ends[$1] * step - Double(range)) }!) }
        return try CodebookSet(codebooks: books, selects: selects, offsets: Array(repeating: 0, count: ranges.count), step: step)
    }

    /// The first entry lies one below the mirror of the last, and |v| must fit V bits too.
    private var largestRange: Int { 1 << (bits - 1) - 2 }

    private func books(isUnsigned: Bool, at place: String) throws(Diagnostic) -> [Codebook] {
        var books: [Codebook] = []
        for index in 0..<codebooks {
            let range = range(of: index, largest: largestRange)
            guard range >= (isUnsigned ? 255 : 127) || index == 0 else { break }
            books.append(try isUnsigned ? Codebook.unsigned(law, range: range, bits: bits, at: place) : Codebook.signed(law, range: range, bits: bits, at: place))
        }
        return books
    }

    /// `largest / 2^(index / codebooksPerOctave)`, by basic operations only.
    private func range(of index: Int, largest: Int) -> Int {
        let whole = Double(largest >> (index / codebooksPerOctave))
        let part = Double(index % codebooksPerOctave) / Double(codebooksPerOctave)
        return Int((whole / Self.powerOfTwo(part)).rounded())
    }

    /// 2^part for 0 <= part < 1, bit by bit of the exponent.
    private static func powerOfTwo(_ part: Double) -> Double {
        var (rest, root, result) = (part, 2.0, 1.0)
        for _ in 0..<40 {
            rest *= 2
            root = root.squareRoot()
            if rest >= 1 {
                result *= root
                rest -= 1
            }
        }
        return result
    }

    private func selects(
        for samples: ChannelSamples, step: Double, tables: [CodebookTable], importance: [Double]?
    ) -> (error: Double, selects: [UInt8]) {
        var total = 0.0
        var selects: [UInt8] = []
        let scale = Float(1 / step)
        for channel in 0..<samples.channels {
            let scaled = samples.samples[channel].map { (value: $0.value * scale, count: $0.count) }
            var best = (error: Double.infinity, select: 0)
            for (index, table) in tables.enumerated() {
                let error = Self.squaredError(scaled, table)
                if error < best.error { best = (error, index) }
            }
            total += best.error * step * step * (importance?[channel] ?? 1)
            selects.append(UInt8(best.select))
        }
        return (total, selects)
    }

    private static func squaredError(_ samples: [ChannelSamples.Sample], _ table: CodebookTable) -> Double {
        var sum = 0.0
        for (value, count) in samples {
            let rounded = Int(min(max(-1e9, value), 1e9).rounded())
            let difference = Double(value) - Double(table[rounded])
            sum += difference * difference * Double(count)
        }
        return sum
    }
}

extension CodebookSet {
    /// Linear 8 bits with the latent's own step of 1, centred on the calibrated mean or middle of each channel.
    ///
    /// - Throws: `networkValueOutOfRange` where a channel's latents lie beyond 16 bits.
    static func latents(_ samples: ChannelSamples, removal: MeanRemoval, at place: String) throws(Diagnostic) -> CodebookSet {
        var offsets: [Int32] = []
        for channel in 0..<samples.channels {
            let centre =
                switch removal {
                case .none: 0.0
                case .mean: samples.mean[channel]
                case .midRange: (Double(samples.minimum[channel]) + Double(samples.maximum[channel])) / 2
                }
            guard let offset = Int16(rounding: centre) else {
                throw Diagnostic(
                    .networkValueOutOfRange, at: "\(place), channel \(channel)", found: "latents about \(centre)", expected: "latents within 16 bits",
                    remedy: "scale the layer that makes the latents down")
            }
            offsets.append(Int32(offset))
        }
        return try CodebookSet(codebooks: [.linearSigned], selects: Array(repeating: 0, count: samples.channels), offsets: offsets, step: 1)
    }
}

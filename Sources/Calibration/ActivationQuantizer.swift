package import Diagnostics
package import Quantization

/// Chooses the codebooks of a tensor: the grid's step, J codebooks with halving ranges, and a select for each channel
/// by measured squared error.
package struct ActivationQuantizer {
    let law: Law
    let codebooks: Int
    let codebooksPerOctave: Int
    /// V.
    let bits: Int
    let rangeSelection: RangeSelection
    /// Whether a channel's codebook may lie about the channel's median, which then becomes its offset.
    var removesMeans = false

    package init(
        law: Law, codebooks: Int, codebooksPerOctave: Int, bits: Int, rangeSelection: RangeSelection,
        removesMeans: Bool = false
    ) {
        self.law = law
        self.codebooks = codebooks
        self.codebooksPerOctave = codebooksPerOctave
        self.bits = bits
        self.rangeSelection = rangeSelection
        self.removesMeans = removesMeans
    }

    /// - Parameter isUnsigned: whether codes of negative values can be spared.
    package func codebookSet(
        for samples: TensorSamples, isUnsigned: Bool, at place: String
    ) throws(Diagnostic) -> CodebookSet {
        if law == .table { return try fittedTables(samples, at: place) }
        let books = try books(isUnsigned: isUnsigned, at: place)
        let pooled = samples.pooled
        // A tensor that is 0 on every picture has no range: any does.
        let largest = pooled.largestMagnitude > 0 ? max(pooled.largestMagnitude, 1e-30) : 1
        let candidates: [Float] =
            switch rangeSelection {
            case .maximum: [largest]
            case .percentile: [max(pooled.percentile(0.9999), largest * 1e-3)]
            case .searched: ((samples.kinds.count > 1 ? Self.widerRanges : []) + Self.ranges).map { $0 * largest }
            }
        let steps = candidates.map { Double($0) / Double(largestRange) }
        // Codes 0...255 have no negative side.
        let centres = removesMeans && !isUnsigned ? (0..<samples.channels).map { pooled.median($0) } : []
        let choice = RangeErrors(
            samples, steps: steps, tables: books.map { CodebookTable($0) }, centres: centres,
            largestValue: largestRange + 1
        ).best().choice
        let step = steps[choice.step]
        let offsets = choice.selects.enumerated().map {
            $1 < books.count ? 0 : Int32((Double(centres[$0]) / step).rounded())
        }
        return try CodebookSet(
            codebooks: books, selects: choice.selects.map { UInt8($0 % books.count) }, offsets: offsets, step: step)
    }

    /// Where there are several kinds of pictures, what they count and how far tables reach is found with codebooks of a
    /// closed form.
    private func fittedTables(_ samples: TensorSamples, at place: String) throws(Diagnostic) -> CodebookSet {
        var quantizer = TableQuantizer(codebooks: codebooks, bits: bits)
        if samples.kinds.count > 1 {
            let model = ActivationQuantizer(
                law: .power(numerator: 2, denominator: 1), codebooks: codebooks, codebooksPerOctave: 1, bits: bits,
                rangeSelection: .searched)
            let books = try model.books(isUnsigned: false, at: place)
            let largest = Double(max(samples.pooled.largestMagnitude, 1e-30)) / Double(model.largestRange)
            let errors = RangeErrors(
                samples, steps: (Self.widerRanges + Self.ranges).map { Double($0) * largest },
                tables: books.map { CodebookTable($0) })
            quantizer.kindFactors = errors.kindFactors
            quantizer.marginShare = errors.best().marginShare
        }
        return try quantizer.codebookSet(for: samples)
    }

    /// Where the largest entry may lie, as parts of the largest magnitude that was seen.
    private static let ranges: [Float] = [1, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4]
    /// And where kinds of pictures that were not seen are thought of.
    private static let widerRanges: [Float] = [2, 1.6, 1.25]

    /// The set whose channels have these learned ranges: the largest decides the step, each channel selects the
    /// codebook whose largest entry is nearest to its own.
    func codebookSet(learned ranges: [Float], isUnsigned: Bool, at place: String) throws(Diagnostic) -> CodebookSet {
        let books = try books(isUnsigned: isUnsigned, at: place)
        let ends = books.map { Double($0.entries.last!) }
        let step = Double(ranges.max()!) / ends[0]
        let selects = ranges.map { range in
            UInt8(ends.indices.min { abs(ends[$0] * step - Double(range)) < abs(ends[$1] * step - Double(range)) }!)
        }
        return try CodebookSet(
            codebooks: books, selects: selects, offsets: Array(repeating: 0, count: ranges.count), step: step)
    }

    /// The first entry lies one below the mirror of the last, and |v| must fit V bits too.
    private var largestRange: Int { 1 << (bits - 1) - 2 }

    private func books(isUnsigned: Bool, at place: String) throws(Diagnostic) -> [Codebook] {
        var books: [Codebook] = []
        for index in 0..<codebooks {
            let range = range(of: index, largest: largestRange)
            guard range >= (isUnsigned ? 255 : 127) || index == 0 else { break }
            books.append(
                try isUnsigned
                    ? Codebook.unsigned(law, range: range, bits: bits, at: place)
                    : Codebook.signed(law, range: range, bits: bits, at: place))
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
}

extension CodebookSet {
    /// Linear 8 bits with the latent's own step of 1, centred on the calibrated mean or middle of each channel.
    ///
    /// - Throws: `networkValueOutOfRange` where a channel's latents lie beyond 16 bits.
    package static func latents(
        _ samples: ChannelSamples, removal: MeanRemoval, at place: String
    ) throws(Diagnostic) -> CodebookSet {
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
                    .networkValueOutOfRange, at: "\(place), channel \(channel)", found: "latents about \(centre)",
                    expected: "latents within 16 bits",
                    remedy: "scale the layer that makes the latents down")
            }
            offsets.append(Int32(offset))
        }
        return try CodebookSet(
            codebooks: [.linearSigned], selects: Array(repeating: 0, count: samples.channels), offsets: offsets, step: 1
        )
    }
}

import Diagnostics
import FixedPoint
import Graph
import Quantization

extension ActivationOptions {
    /// The codebooks of a tensor whose format is free: by its learned ranges where there are any, else searched on its
    /// samples.
    ///
    /// - Parameters:
    ///   - sharedBy: so many consecutive channels have one select and one offset.
    ///   - mirrorsNegativeSums: negative values are coded first and mirrored then: codes must be signed even though no
    ///     sample is negative.
    /// - Throws: `networkValueOutOfRange` for learned ranges with tables, and what the laws throw.
    func codebookSet(
        for samples: TensorSamples, sharedBy count: Int = 1, learned: [Float]?, mirrorsNegativeSums: Bool,
        at place: String
    ) throws(Diagnostic) -> CodebookSet {
        guard count == 1 else {
            let shared = try codebookSet(
                for: samples.joiningEvery(count),
                learned: learned.map { ranges in
                    stride(from: 0, to: ranges.count, by: count).map { ranges[$0..<$0 + count].max()! }
                },
                mirrorsNegativeSums: mirrorsNegativeSums, at: place)
            func repeated<Element>(_ elements: [Element]) -> [Element] {
                elements.flatMap { Array(repeating: $0, count: count) }
            }
            return try CodebookSet(
                codebooks: shared.codebooks, selects: repeated(shared.selects), offsets: repeated(shared.offsets),
                step: shared.step)
        }
        // Codes 0...255 have values of 9 bits at least.
        let isUnsigned = samples.pooled.isUnsigned && !mirrorsNegativeSums && bits > 8
        let isClassic = law == .linear && codebooks == 1
        let quantizer = ActivationQuantizer(
            law: law, codebooks: codebooks, codebooksPerOctave: codebooksPerOctave,
            bits: isClassic ? (isUnsigned ? 9 : 8) : bits,
            rangeSelection: rangeSelection, removesMeans: meanRemoval != .none && !isClassic && !mirrorsNegativeSums)
        guard let learned else { return try quantizer.codebookSet(for: samples, isUnsigned: isUnsigned, at: place) }
        guard law != .table else {
            throw Diagnostic(
                .networkValueOutOfRange, at: place, found: "learned activation ranges and the law table",
                expected: "a law with a closed form: a range says nothing of a table",
                remedy:
                    "fine-tune with --fixed-activations, choose another law, or quantize with --ignore-learned-ranges")
        }
        return try quantizer.codebookSet(learned: learned, isUnsigned: isUnsigned, at: place)
    }
}

extension Graph {
    /// How many consecutive channels of a tensor end in one channel, by the pixel shuffles that read it: these have one
    /// codebook.
    func channelsOfOneCodebook(_ name: String) -> Int {
        layers.filter { $0.inputs.contains(name) }.reduce(1) { count, reader in
            let area: Int
            switch reader.operator {
            case .pixelShuffle(let factor): area = factor * factor
            case .maxPooling, .pad, .nearestResize: area = 1
            default: return count
            }
            let shuffled = area * channelsOfOneCodebook(reader.name)
            return count / greatestCommonDivisor(count, shuffled) * shuffled
        }
    }
}

extension Layer {
    /// Whether negative sums give positive results: multipliers have no sign, so their codes are negative first, and a
    /// code map mirrors them.
    var mirrorsNegativeSums: Bool {
        if case .leakyRelu(let slope) = activation { slope < 0 } else { false }
    }
}

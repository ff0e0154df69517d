import Diagnostics
import Graph
import Quantization

extension ActivationOptions {
    /// The codebooks of tensors whose format is free, one tensor after the other: by their learned ranges where there
    /// are any, else searched on their samples.
    ///
    /// - Parameters:
    ///   - copied: which of their channels have one select and one offset, and whether one code must be 0 in all: then
    ///     no codebook lies about anything else, and a law of closed form takes the place of tables.
    ///   - mirrorsNegativeSums: negative values are coded first and mirrored then: codes must be signed even though no
    ///     sample is negative.
    /// - Throws: `networkValueOutOfRange` for learned ranges with tables, and what the laws throw.
    func codebookSet(
        for samples: TensorSamples, copied: CopiedTensors, of names: [String], learned: [Float]?,
        mirrorsNegativeSums: Bool, at place: String
    ) throws(Diagnostic) -> CodebookSet {
        var options = self
        if copied.isPadded(names[0]) {
            options.meanRemoval = .none
            if law == .table, learned == nil { options.law = ActivationOptions().law }
        }
        guard let shared = copied.sharedChannels(of: names) else {
            return try options.codebookSet(
                for: samples, learned: learned, mirrorsNegativeSums: mirrorsNegativeSums, at: place)
        }
        var ranges = learned.map { _ in Array(repeating: Float(0), count: shared.max()! + 1) }
        for (channel, range) in (learned ?? []).enumerated() {
            ranges![shared[channel]] = max(ranges![shared[channel]], range)
        }
        let set = try options.codebookSet(
            for: samples.joining(shared), learned: ranges, mirrorsNegativeSums: mirrorsNegativeSums, at: place)
        return try CodebookSet(
            codebooks: set.codebooks, selects: shared.map { set.selects[$0] }, offsets: shared.map { set.offsets[$0] },
            step: set.step)
    }

    private func codebookSet(
        for samples: TensorSamples, learned: [Float]?, mirrorsNegativeSums: Bool, at place: String
    ) throws(Diagnostic) -> CodebookSet {
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

extension Layer {
    /// Whether negative sums give positive results: multipliers have no sign, so their codes are negative first, and a
    /// code map mirrors them.
    var mirrorsNegativeSums: Bool {
        if case .leakyRelu(let slope) = activation { slope < 0 } else { false }
    }
}

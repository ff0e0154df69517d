import Diagnostics
import Graph
import Quantization

extension QuantizationOptions {
    /// The codebooks of a tensor whose format is free: by its learned ranges where there are any, else searched on its samples.
    ///
    /// - Parameter mirrorsNegativeSums: negative values are coded first and mirrored then: codes must be signed even though no sample is negative.
    /// - Throws: `networkValueOutOfRange` for learned ranges with tables, and what the laws throw.
    func codebookSet(for samples: ChannelSamples, learned: [Float]?, mirrorsNegativeSums: Bool, at place: String) throws(Diagnostic) -> CodebookSet {
        // Codes 0...255 have values of 9 bits at least.
        let isUnsigned = samples.isUnsigned && !mirrorsNegativeSums && activationBits > 8
        let isClassic = activationLaw == .linear && codebooks == 1
        let quantizer = ActivationQuantizer(
            law: activationLaw, codebooks: codebooks, codebooksPerOctave: codebooksPerOctave, bits: isClassic ? (isUnsigned ? 9 : 8) : activationBits,
            rangeSelection: rangeSelection)
        guard let learned else { return try quantizer.codebookSet(for: samples, isUnsigned: isUnsigned, importance: nil, at: place) }
        guard activationLaw != .table else {
            throw Diagnostic(
                .networkValueOutOfRange, at: place, found: "learned activation ranges and the law table", expected: "a law with a closed form: a range says nothing of a table",
                remedy: "fine-tune with --fixed-activations, choose another law, or quantize with --ignore-learned-ranges")
        }
        return try quantizer.codebookSet(learned: learned, isUnsigned: isUnsigned, at: place)
    }
}

extension Layer {
    /// Whether negative sums give positive results: multipliers have no sign, so their codes are negative first, and a code map mirrors them.
    var mirrorsNegativeSums: Bool {
        if case .leakyRelu(let slope) = activation { slope < 0 } else { false }
    }
}

import Diagnostics
import FloatModel
import Graph
import Kernels
import Networks
import Quantization
import Tensors

/// Formats of the tensors that concatenations join: codes are copied, so all operands need one step and one list of
/// codebooks.
///
///     a ─┐
///     b ─┴─ joined ─┐       a, b and c: one grid, searched on the samples of all their channels;
///     c ────────────┴─ all  selects and offsets are those of their own
struct JointFormats {
    /// Which tensors these are.
    let copied: CopiedTensors
    /// Formats that are not chosen.
    let given: GivenFormats
    /// By the layers that make the operands; none for graphs without concatenations.
    private(set) var formats: [String: TensorFormat] = [:]

    /// - Throws: `networkValueOutOfRange` where only some operands of a concatenation bring learned ranges, and what
    ///   the float run and the search of codebooks throw.
    init(
        _ network: FloatNetwork, options: QuantizationOptions, pictures: CalibrationPictures, kernels: KernelLevel
    ) throws(Diagnostic) {
        copied = try CopiedTensors(network.graph)
        given = try GivenFormats(network.graph, ofPictures: pictures.arePictures)
        let givenFormats = given.formats
        let groups = copied.groups.filter { group in group.count > 1 && group.allSatisfy { givenFormats[$0] == nil } }
        guard !groups.isEmpty else { return }
        let mirrored = Set(network.graph.layers.filter(\.mirrorsNegativeSums).map(\.name))
        let samples = try CalibrationFlow.samples(of: Set(groups.joined()), network, pictures, kernels: kernels)
        for group in groups {
            let set = try options.activations.codebookSet(
                for: TensorSamples(joining: group.map { samples[$0]! }), copied: copied, of: group,
                learned: try Self.learned(group, network, options),
                mirrorsNegativeSums: !mirrored.isDisjoint(with: group), at: "layer \(group[0])")
            var first = 0
            for name in group {
                let channels = first..<first + samples[name]!.channels
                formats[name] = .codes(
                    try CodebookSet(
                        codebooks: set.codebooks, selects: Array(set.selects[channels]),
                        offsets: Array(set.offsets[channels]), step: set.step))
                first = channels.upperBound
            }
        }
    }

    private static func learned(
        _ group: [String], _ network: FloatNetwork, _ options: QuantizationOptions
    ) throws(Diagnostic) -> [Float]? {
        guard options.takesLearnedRanges else { return nil }
        let ranges = group.compactMap { network.ranges.activations[$0] }
        if ranges.isEmpty { return nil }
        guard ranges.count == group.count else {
            throw Diagnostic(
                .networkValueOutOfRange, at: "layer \(group[0])",
                found: "learned activation ranges of some operands of a concatenation",
                expected: "of all of \(group.joined(separator: ", ")), or of none: they share one format",
                remedy: "learn them for all, or quantize with --ignore-learned-ranges")
        }
        return ranges.flatMap { $0 }
    }
}

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
    /// By the layers that make the operands; none for graphs without concatenations.
    private(set) var formats: [String: TensorFormat] = [:]

    /// - Throws: `networkValueOutOfRange` where only some operands of a concatenation bring learned ranges, and what
    ///   the float run and the search of codebooks throw.
    init(
        _ network: FloatNetwork, options: QuantizationOptions, pictures: CalibrationPictures, kernels: KernelLevel
    ) throws(Diagnostic) {
        let groups = network.graph.joinedTensors.filter { group in
            group.count > 1 && !group.contains { network.graph.hasGivenFormat($0) }
        }
        guard !groups.isEmpty else { return }
        let samples = try CalibrationFlow.samples(of: Set(groups.joined()), network, pictures, kernels: kernels)
        for group in groups {
            let place = "layer \(group[0])"
            let mirrors = group.contains { network.graph[layer: $0]?.mirrorsNegativeSums ?? false }
            let shared = group.map(network.graph.channelsOfOneCodebook).max()!
            let set = try options.activations.codebookSet(
                for: TensorSamples(joining: group.map { samples[$0]! }),
                sharedBy: group.allSatisfy { samples[$0]!.channels % shared == 0 } ? shared : 1,
                learned: try Self.learned(group, network, options), mirrorsNegativeSums: mirrors, at: place)
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

extension Graph {
    /// The tensors whose codes concatenations bring together, directly or through pixel shuffles and other
    /// concatenations, group by group in the graph's order.
    fileprivate var joinedTensors: [[String]] {
        var parents: [String: String] = [:]
        func root(_ name: String) -> String {
            var name = name
            while let parent = parents[name] { name = parent }
            return name
        }
        func unite(_ name: String, _ operands: [String]) {
            for operand in operands where root(operand) != root(name) { parents[root(operand)] = root(name) }
        }
        var concatenations: [String] = []
        var copies: Set<String> = []
        for layer in layers {
            switch layer.operator {
            case .concatenation: concatenations.append(layer.name)
            case .pixelShuffle, .maxPooling, .pad, .nearestResize: break
            default: continue
            }
            copies.insert(layer.name)
            unite(layer.name, layer.inputs)
        }
        let roots = Set(concatenations.map(root))
        let names = (inputs.map(\.name) + layers.map(\.name)).filter {
            !copies.contains($0) && roots.contains(root($0))
        }
        return roots.sorted().map { group in names.filter { root($0) == group } }
    }
}

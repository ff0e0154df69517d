import Diagnostics
import Graph

/// Tensors that copies bring together, and channels of them that end in one: what must have one step and one list of
/// codebooks, and what one select and offset.
///
///     a ── shuffle ──┐            a and b: one step and list of codebooks;
///     b ─────────────┴─ joined    every r^2 channels of a: one select and offset
struct CopiedTensors {
    /// Names of tensors that no copy makes, group by group; alone where no concatenation joins them.
    private(set) var groups: [[String]] = []
    /// Of tensors that copies read or write: numbers of the channels that their channels come from.
    private var channelNumbers: [String: [Int]] = [:]
    private var tensors = DisjointSets<String>()
    private var channels = DisjointSets<Int>()
    private var padded: Set<String> = []

    /// - Throws: what `Graph.channels()` throws.
    init(_ graph: Graph) throws(Diagnostic) {
        let counts = try graph.channels()
        var next = 0
        for layer in graph.layers where layer.operator.movesElements {
            var numbers: [Int] = []
            for name in layer.inputs {
                if channelNumbers[name] == nil {
                    channelNumbers[name] = Array(next..<next + counts[name]!)
                    next += counts[name]!
                }
                numbers += channelNumbers[name]!
                tensors.unite(name, layer.name)
            }
            if case .pixelShuffle(let factor) = layer.operator {
                let sources = stride(from: 0, to: numbers.count, by: factor * factor)
                for first in sources {
                    for number in numbers[first..<first + factor * factor] { channels.unite(numbers[first], number) }
                }
                numbers = sources.map { numbers[$0] }
            }
            channelNumbers[layer.name] = numbers
        }
        for layer in graph.layers {
            if case .pad(let pad) = layer.operator, pad.padding.addsElements {
                padded.insert(tensors.root(of: layer.name))
            }
        }
        let copies = Set(graph.layers.filter(\.operator.movesElements).map(\.name))
        var indices: [String: Int] = [:]
        for name in graph.inputs.map(\.name) + graph.layers.map(\.name) where !copies.contains(name) {
            let root = tensors.root(of: name)
            if let index = indices[root] {
                groups[index].append(name)
            } else {
                indices[root] = groups.count
                groups.append([name])
            }
        }
    }

    /// Whether 0 is put beside the tensor's elements, so that one code must be 0 in all of its channels.
    func isPadded(_ name: String) -> Bool { padded.contains(tensors.root(of: name)) }

    /// For each channel of these tensors, one after the other, the number from 0 of the channels that it shares select
    /// and offset with; nil where each has its own.
    func sharedChannels(of names: [String]) -> [Int]? {
        var numbers: [Int] = []
        for name in names {
            guard let own = channelNumbers[name] else { return nil }
            numbers += own.map(channels.root)
        }
        var indices: [Int: Int] = [:]
        let shared = numbers.map { number in
            let index = indices[number] ?? indices.count
            indices[number] = index
            return index
        }
        return indices.count == numbers.count ? nil : shared
    }
}

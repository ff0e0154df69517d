public import Diagnostics
import Graph
public import Images
public import Networks
public import Tensors
import Text

/// What a network runs on: a picture, or tensors from files. A file may stand for any tensor: then only the layers
/// behind it run.
public struct RunInputs: Sendable {
    /// The part of the network that runs.
    public let network: ProvenNetwork
    /// Layers of the whole network that do not run.
    private let idle: Set<String>
    /// Stored elements of its graph inputs, by name.
    public let tensors: [String: Tensor<Int32>]
    /// Of the first input, and of all that have no extent of their own in the network.
    public let height: Int
    public let width: Int

    /// - Throws: `networkHasNoPicture`, `pictureSampleHasNoCode`.
    public init(_ picture: RGBImage, of network: ProvenNetwork) throws(Diagnostic) {
        let stored = try PictureTensor.stored(picture, for: network.network)
        self.network = network
        idle = []
        tensors = [network.network.graph.inputs[0].name: stored.widened]
        (height, width) = (picture.height, picture.width)
    }

    /// - Parameter files: by the tensor's name: graph inputs, layers whose results they replace, or real numbers that
    ///   the host makes a graph input of.
    /// - Throws: `inputUnknown` for a name that is no tensor, `inputMissing` where the layers behind the files need
    ///   another graph input, `tensorFileUnfit`, `tensorElementUnfit`.
    public init(_ files: [(name: String, dump: TensorDump)], of network: ProvenNetwork) throws(Diagnostic) {
        let graph = network.network.graph
        let channels = try graph.channels()
        var tensors: [String: Tensor<Int32>] = [:]
        var names: [String] = []
        for (given, dump) in files {
            let fronts = network.network.host.filter { one in
                one.input == given && graph.inputs.contains { $0.name == one.name }
            }
            for host in fronts {
                guard tensors.updateValue(try dump.codes(by: host), forKey: host.name) == nil else {
                    throw Self.twice(host)
                }
                names.append(host.name)
            }
            guard fronts.isEmpty else { continue }
            let name = given
            guard let count = channels[name], let format = network.network.formats[name] else {
                throw Self.unknown(name, in: network.network)
            }
            try dump.requireChannels(count, of: name)
            let shape = dump.shape(channels: count)
            let own = graph.inputs.first { $0.name == name }?.extent
            let expected = TensorShape(
                height: own?.height ?? shape.height, width: own?.width ?? shape.width, channels: count)
            let input = try dump.input(as: format, shape: expected, of: name)
            if tensors.updateValue(input, forKey: name) != nil,
                let host = network.network.host.first(where: { $0.name == name })
            {
                throw Self.twice(host)
            }
            names.append(name)
        }
        self.tensors = tensors
        let first = tensors[names[0]]!.shape
        (height, width) = (first.height, first.width)
        // What is held to an extent stays so: a plan of the network is one of what runs.
        let held = Set(graph.inputs.filter { $0.extent != nil }.map(\.name))
        let others = tensors.mapValues(\.shape).filter {
            $0.value.height != first.height || $0.value.width != first.width || held.contains($0.key)
        }
        self.network = try Self.part(of: network, behind: names).withInputExtents(
            others.mapValues { GraphInput.Extent(height: $0.height, width: $0.width) })
        let run = self.network.network.graph
        idle = Set(graph.layers.map(\.name)).subtracting(run.layers.map(\.name))
        guard run.padded(height) == height, run.padded(width) == width else {
            throw Diagnostic(
                .tensorFileUnfit, at: "--input \(names.joined(separator: ", "))", found: "\(height)x\(width) positions",
                expected: "rows and columns that are multiples of \(run.sizeMultiple)",
                remedy: "pad the tensor")
        }
    }

    /// - Parameter layer: that somebody asks for.
    /// - Throws: `inputMissing` for a layer of the network that does not run behind the files.
    public func requireRuns(_ layer: String) throws(Diagnostic) {
        guard idle.contains(layer) else { return }
        let names = network.network.graph.layers.map(\.name)
        throw Diagnostic(
            .inputMissing, at: "--layer \(layer)", found: "a layer that does not run behind --input",
            expected: "a layer that does: \(names.joined(separator: ", "))",
            remedy: "leave --input out, or give it a tensor before this layer")
    }

    private static func part(of network: ProvenNetwork, behind names: [String]) throws(Diagnostic) -> ProvenNetwork {
        let graph = network.network.graph
        guard Set(graph.inputs.map(\.name)) != Set(names) else { return network }
        let outputs = try ends(behind: names, in: graph)
        let part = network.cut(from: names, to: outputs, name: graph.name)
        let used = Set(part.network.graph.layers.flatMap(\.inputs))
        if let idle = names.first(where: { !used.contains($0) }) {
            throw Diagnostic(
                .inputMissing, at: "--input \(idle)", found: "no layer behind it that the outputs need",
                expected:
                    "a tensor that \(outputs.joined(separator: ", ")) \(outputs.count == 1 ? "comes" : "come") from",
                remedy: "leave it out, or name a tensor before it")
        }
        return part
    }

    /// What is run for: the graph's outputs that need nothing but the given tensors; where there is none, the last
    /// layers that do.
    private static func ends(behind names: [String], in graph: Graph) throws(Diagnostic) -> [String] {
        var known = Set(names)
        var (computed, missing): ([Layer], Set<String>) = ([], [])
        for layer in graph.layers where !names.contains(layer.name) {
            let needed = layer.inputs.filter { !known.contains($0) }
            if needed.isEmpty {
                known.insert(layer.name)
                computed.append(layer)
            } else if needed.count < Set(layer.inputs).count {
                missing.formUnion(needed)
            }
        }
        guard !computed.isEmpty else {
            let place = "--input \(names.joined(separator: ", "))"
            let others = missing.sorted()
            throw others.isEmpty
                ? Diagnostic(
                    .inputMissing, at: place, found: "no layer behind it",
                    expected: "a tensor that a layer reads", remedy: "name a tensor before it")
                : Diagnostic(
                    .inputMissing, at: place, found: "layers that also need \(others.joined(separator: ", "))",
                    expected: "every tensor that the layers behind them need",
                    remedy: "give \(others.map { "--input \($0)=FILE.npy" }.joined(separator: " ")), too")
        }
        let outputs = graph.outputs.filter { name in computed.contains { $0.name == name } }
        if !outputs.isEmpty { return outputs }
        let read = Set(computed.flatMap(\.inputs))
        return computed.map(\.name).filter { !read.contains($0) }
    }

    private static func twice(_ host: HostOperator) -> Diagnostic {
        Diagnostic(
            .inputUnknown, at: "--input \(host.input)", found: "\(host.name) too, which is made of it",
            expected: "one of the two", remedy: "leave one out")
    }

    private static func unknown(_ name: String, in network: QuantizedNetwork) -> Diagnostic {
        let graph = network.graph
        let fronts = network.host.filter { one in graph.inputs.contains { $0.name == one.name } }.map(\.input)
        var seen: Set<String> = []
        let names = (fronts + graph.inputs.map(\.name) + graph.layers.map(\.name)).filter { seen.insert($0).inserted }
        return Diagnostic(
            .inputUnknown, at: "--input \(name)", found: "no tensor '\(name)' in \(graph.name)",
            expected: "an input or a layer: \(names.joined(separator: ", "))",
            remedy: closestName(to: name, among: names).map { "did you mean '\($0)'?" } ?? "name a tensor")
    }
}

import Diagnostics
import FixedPoint
import Graph
import NetworkFiles
import Networks
import ONNX
import Quantization
import TFLiteImport
import Tensors
import Text

extension GraphBuilder {
    /// Takes an input of the file.
    ///
    /// - Parameter shapes: what symbolic dimensions are, by their names, and extents by the names of inputs.
    /// - Throws: `onnxDimensionUnknown`, `onnxTensorUnsupported`, `onnxShapeUnfit`.
    mutating func addInput(_ input: ONNXTensorType, shapes: [String: [Int]]) throws(Diagnostic) {
        let place = "\(file), input \(input.name)"
        let extents = try extents(of: input, shapes: shapes, at: place)
        let isVector = extents.count == 2 && extents[0] == 1 && (1...GraphLimits.extent).contains(extents[1])
        let vector = isVector ? TensorShape(height: 1, width: 1, channels: extents[1]) : nil
        let layout =
            layout(of: input.name, extents) ?? vector.map { InputLayout(stored: $0, isChannelsLast: false) }
        guard let layout else {
            throw Diagnostic(
                .onnxShapeUnfit, at: place, found: "extents \(extents)\(Self.fault(in: extents))",
                expected: "a batch of 1, channels, and rows and columns or none, each from 1 to \(GraphLimits.extent)",
                remedy: Self.advice(extents, of: input))
        }
        let isFloat = input.elementType == .float32
        let isOfShape = forShapes && !isQuantized && input.elementType != nil
        guard isFloat || isOfShape || isQuantized && [.int8, .uint8].contains(input.elementType) else {
            throw Diagnostic(
                .onnxTensorUnsupported, at: place,
                found: input.elementType.map { "elements of type \($0)" } ?? "no tensor, or a type that is not read",
                expected: "float32, or int8 or uint8 in a graph of 8-bit operators",
                remedy: "export the model with float32 inputs")
        }
        if isOfShape, !isFloat { remarks.append("input \(input.name): elements of type \(input.elementType!)") }
        var value = ImportedValue(
            stored: layout.stored, extents: extents, isChannelsLast: layout.isChannelsLast)
        value.name = names.name(of: input.name)
        if isQuantized, isFloat {
            hostInputs[input.name] = value
            return
        }
        value.isReal = isFloat || isOfShape
        addInput(value.name!, layout.stored)
        values[input.name] = value
    }

    private func extents(
        of input: ONNXTensorType, shapes: [String: [Int]], at place: String
    ) throws(Diagnostic) -> [Int] {
        if let given = shapes[input.name] {
            let known = input.extents ?? []
            let fits = known.isEmpty || known.count == given.count
            let agrees = zip(known, given).allSatisfy { extent, number in
                if case .known(let fixed) = extent { fixed == number } else { true }
            }
            guard fits, agrees else {
                throw Diagnostic(
                    .onnxShapeUnfit, at: "--shape \(input.name)", found: "\(given)",
                    expected: "extents that fit those of the file, \(Self.text(known))",
                    remedy: "give only those that are names")
            }
            return given
        }
        var extents: [Int] = []
        for (axis, extent) in (input.extents ?? []).enumerated() {
            switch extent {
            case .known(let number): extents.append(number)
            case .named(let name):
                if let given = shapes[name], given.count == 1, !name.isEmpty {
                    extents.append(given[0])
                } else if axis == 0 {
                    // A batch that is not fixed is 1.
                    extents.append(1)
                } else {
                    throw Diagnostic(
                        .onnxDimensionUnknown, at: place, found: "extents \(Self.text(input.extents ?? []))",
                        expected: "numbers",
                        remedy: ![2, 4].contains(input.extents!.count)
                            ? Self.unsupportedRank
                            : name.isEmpty
                                ? "give them all: \(Self.example(input))"
                                : "give them: --shape \(name)=224, or all: \(Self.example(input))")
                }
            }
        }
        guard !extents.isEmpty else {
            throw Diagnostic(
                .onnxDimensionUnknown, at: place, found: "no extents", expected: "some",
                remedy: "give them: \(Self.example(input))")
        }
        return extents
    }

    /// What can be done about extents that no network has: --shape only where the file leaves some open.
    private static func advice(_ extents: [Int], of input: ONNXTensorType) -> String {
        let known = input.extents ?? []
        func isOpen(_ axis: Int) -> Bool {
            guard known.indices.contains(axis), case .known = known[axis] else { return true }
            return false
        }
        guard [2, 4].contains(extents.count) else {
            return known.isEmpty ? "give four extents, \(example(input)), or two" : unsupportedRank
        }
        if extents[0] != 1 {
            return isOpen(0)
                ? "give a batch of 1 with --shape, or none"
                : "export the model for a batch of 1: others are not supported"
        }
        return extents.indices.dropFirst().contains(where: isOpen)
            ? "give others with \(example(input))" : "export the model for other extents"
    }

    /// What of extents no input has: the first of them that is too large, or all together.
    private static func fault(in extents: [Int]) -> String {
        guard [2, 4].contains(extents.count), extents[0] == 1 else { return "" }
        if let axis = extents.firstIndex(where: { !(1...GraphLimits.extent).contains($0) }) {
            return ": \(extents[axis]) at axis \(axis)"
        }
        return ": more than 2^40 elements"
    }

    private static let unsupportedRank =
        "export the model with pictures of four extents or vectors of two: others are not supported"

    /// `--shape image=1x3x224x224`: the extents that the file fixes, and others that fit.
    private static func example(_ input: ONNXTensorType) -> String {
        let known = input.extents ?? []
        let extents = [1, 3, 224, 224].prefix(known.isEmpty ? 4 : known.count).enumerated().map { axis, number in
            if known.indices.contains(axis), case .known(let fixed) = known[axis] { fixed } else { number }
        }
        return "--shape \(input.name)=\(extents.map(String.init).joined(separator: "x"))"
    }

    private static func text(_ extents: [ONNXTensorType.Extent]) -> String {
        extents.map { extent in
            switch extent {
            case .known(let number): String(number)
            case .named(let name): name.isEmpty ? "?" : name
            }
        }.joined(separator: "x")
            + (extents.contains(.named("")) ? ", ? for one that the file leaves open, or has as 0 or less" : "")
    }

    /// The graph that makes the outputs of the cut, whose layers are made.
    ///
    /// - Throws: `onnxOperatorUnsupported` where an output is an input.
    mutating func graph(named name: String, _ cut: ONNXCut) throws(Diagnostic) -> Graph {
        var outputs: [String] = []
        for tensor in cut.outputs {
            guard values[tensor] != nil, let made = try force(tensor).name, layerNames.contains(made) else {
                throw Diagnostic(
                    .onnxOperatorUnsupported, at: "\(file), output \(tensor)",
                    found: values[tensor] == nil
                        ? "an output that no operator makes of an input" : "an input as an output",
                    expected: "the result of a layer", remedy: "name other tensors with --outputs")
            }
            if !outputs.contains(made) { outputs.append(made) }
            let value = values[tensor]!
            if isQuantized, !hostTensors.contains(tensor), value.isReal || value.isOutOfOrder {
                try dequantizeOutput(tensor)
            }
        }
        let used = Set(layers.flatMap(\.inputs))
        let unused = Set(inputs.map(\.name)).subtracting(used)
        inputs.removeAll { unused.contains($0.name) }
        host.removeAll { unused.contains($0.name) }
        let shapes = inputs.compactMap { inputShapes[$0.name] }
        guard let first = shapes.first else {
            throw Diagnostic(
                .onnxShapeUnfit, at: file, found: "a graph without inputs", expected: "one at least",
                remedy: "name other tensors with --outputs")
        }
        keepExtents(named: name, outputs)
        return Graph(name: name, inputs: inputs, layers: layers, outputs: outputs).keepingExtent(
            height: first.height, width: first.width, always: hasTwoReadings(inputs[0]))
    }

    /// Whether a file of the input's extents fits the network in both orders, as rows of one picture and as those of
    /// another: only the model's own extent tells them apart.
    private func hasTwoReadings(_ input: GraphInput) -> Bool {
        guard let extents = values[names.foreignName(of: input.name)]?.extents, extents.count == 4 else { return false }
        return extents[1] == extents[3] && extents[2] != extents[1]
    }

    /// Of several inputs: vectors beside a picture keep their one pixel where the graph takes a picture of any size,
    /// the one that is planned without `--size` among them; otherwise all keep the extents of the model.
    private mutating func keepExtents(named name: String, _ outputs: [String]) {
        guard inputs.count > 1, let first = inputShapes[inputs[0].name] else { return }
        func extent(_ input: GraphInput) -> GraphInput.Extent {
            let shape = inputShapes[input.name]!
            return GraphInput.Extent(height: shape.height, width: shape.width)
        }
        let (own, pixel) = (extent(inputs[0]), GraphInput.Extent(height: 1, width: 1))
        if own != pixel, inputs.allSatisfy({ [own, pixel].contains(extent($0)) }) {
            var open = inputs
            for index in open.indices where extent(open[index]) != own { open[index].extent = pixel }
            let graph = Graph(name: name, inputs: open, layers: layers, outputs: outputs)
            if (try? graph.shapes(height: max(512, first.height), width: max(768, first.width))) != nil {
                inputs = open
                return
            }
        }
        for index in inputs.indices { inputs[index].extent = extent(inputs[index]) }
    }

    /// - Throws: what validation throws.
    mutating func floatNetwork(_ graph: Graph) throws(Diagnostic) -> FloatNetwork {
        if graph.inputs.count > 1 {
            remarks.append("\(graph.inputs.count.counted("input")): a network in real numbers that is planned only")
        }
        let network = FloatNetwork(graph: graph, parameters: floatParameters)
        try network.validate()
        return network
    }

    /// Proved to fit the narrowest widths that suffice.
    ///
    /// - Throws: what validation throws.
    func quantizedNetwork(_ graph: Graph) throws(Diagnostic) -> QuantizedNetwork {
        let kept = Set(graph.inputs.map(\.name) + graph.layers.map(\.name))
        var network = QuantizedNetwork(
            graph: graph, formats: formats.filter { kept.contains($0.key) }, parameters: parameters,
            widths: DatapathWidths(activationBits: 16, weightBits: 16, accumulatorBits: 32), host: host)
        network.widths = network.narrowestWidths
        try network.validate()
        return network
    }

    func report(of graph: Graph, _ cut: ONNXCut, _ nodes: [ONNXNode]) -> ImportReport {
        var rows: [ImportReport.Operator] = []
        for node in nodes {
            let layers = layersOfNodes[node.index] ?? []
            let isOfHost =
                node.outputs.contains(where: hostTensors.contains)
                || node.operatorType == "DequantizeLinear" && node.outputs.contains(where: cut.outputs.contains)
                || node.operatorType == "QuantizeLinear" && node.inputs.contains(where: { hostInputs[$0] != nil })
            let destination: ImportReport.Destination =
                !cut.nodes.contains(node.index)
                ? .cut
                : isOfHost ? .host : computing.contains(node.index) && !layers.isEmpty ? .datapath : .folded
            rows.append(
                ImportReport.Operator(
                    index: node.index, name: node.operatorType, destination: destination, layers: layers,
                    rounding: roundings[node.index]))
        }
        let tensors = values.filter { $0.value.name != nil }.sorted { $0.key < $1.key }
        func described(_ name: String) -> ImportReport.Tensor? {
            let all = tensors.filter { $0.value.name == name }
            let own = names.foreignName(of: name)
            guard let value = (all.first { $0.key == own } ?? all.first)?.value else { return nil }
            return ImportReport.Tensor(
                name: name, fileNames: ([own] + all.map(\.key).filter { $0 != own && !$0.contains("\u{1}") }),
                shape: value.extents,
                elementType: value.quantization.map { $0.isSigned ? "int8" : "uint8" } ?? "float32",
                scale: value.quantization?.scale, zeroPoint: value.quantization?.zeroPoint)
        }
        var foreign: [String: String] = [:]
        for name in graph.inputs.map(\.name) + graph.layers.map(\.name) where names.foreignName(of: name) != name {
            foreign[name] = names.foreignName(of: name)
        }
        let shape = inputShapes[graph.inputs[0].name]!
        return ImportReport(
            format: "onnx", runtime: isQuantized ? "onnxruntime" : nil, width: shape.width, height: shape.height,
            inputs: graph.inputs.compactMap { described($0.name) }, outputs: graph.outputs.compactMap(described),
            operators: rows, host: host.map(HostWork.init), names: foreign, parameters: parameterCount,
            usefulMACs: usefulMACs, remarks: remarks)
    }
}

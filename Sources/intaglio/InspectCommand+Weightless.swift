import Architectures
import Geometry
import Graph
import NetworkFiles
import Networks
import Reports
import Tensors
import Text

extension InspectCommand {
    /// Shapes and counts of a network that has nothing else.
    func inspect(_ weightless: WeightlessSource) throws {
        let network = try weightless.network()
        let graph = network.graph
        let (formats, assumed) = try network.formats()
        let size = weightless.size(givenSize, of: graph)
        let shapes = try graph.shapes(height: graph.padded(size.height), width: graph.padded(size.width))
        let assumptions = network.assumptions(assumed)
        let parameters = try network.parameterCount()
        func macs(_ layer: Layer) -> Int {
            layer.usefulMACs(input: shapes[layer.inputs[0]]!, output: shapes[layer.name]!)
        }
        let codebooks = Dictionary(uniqueKeysWithValues: formats.tensors.map { ($0.name, $0.codebooks) })
        if json {
            let layers = zip(graph.layers, formats.layers).map { layer, storage in
                ResultRecord([
                    ("name", .text(layer.name)), ("operator", .text(layer.operator.name)),
                    ("inputs", .text(layer.inputs.joined(separator: " "))),
                    ("outputShape", .text(shapes[layer.name]!.description)), ("usefulMACs", .integer(macs(layer))),
                    ("weights", storage.weights > 0 ? .integer(storage.weights) : .none),
                    ("zeroWeightsPercent", .none), ("entropyBitsPerWeight", .none), ("codedBitsPerWeight", .none),
                    ("law", .none), ("rounding", .none), ("codebooks", .integer(codebooks[layer.name]!)),
                    ("step", .none),
                ])
            }
            let inspected = InspectedNetwork(
                hasIntegers: false, hasFloatWeights: false, activationBits: assumed.widths.activationBits,
                weightBits: assumed.widths.weightBits, accumulatorBits: assumed.widths.accumulatorBits,
                assumptions: assumptions, parameters: parameters, layers: layers)
            return try Console.document(inspected, DocumentHeader(network: NetworkIdentity(withoutWeights: graph)))
        }
        var table = FittedTable([
            .init("layer", isLeft: true, shortest: 12), .init("operator", isLeft: true, shortest: 12),
            .init("inputs", isLeft: true, expendability: 8), .init("output"), .init("MACs"), .init("weights"),
            .init("codebooks", expendability: 3),
        ])
        for (layer, storage) in zip(graph.layers, formats.layers) {
            table.append([
                layer.name, layer.operator.name, layer.inputs.joined(separator: " "), shapes[layer.name]!.description,
                macs(layer).grouped, storage.weights > 0 ? storage.weights.grouped : "",
                codebooks[layer.name] == 0 ? "16-bit" : "\(codebooks[layer.name]!)",
            ])
        }
        let style = TextStyle(of: 1)
        let lines = ["\(graph.name): \(parameters.grouped) parameters"] + assumptions.map { "assumed: \($0)" }
        try Console.result(lines.map { style.wrapped($0, indent: 9) }.joined(separator: "\n") + "\n")
        try Console.result(table.text(width: all ? nil : style.width))
    }
}

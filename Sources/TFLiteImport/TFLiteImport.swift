public import Diagnostics
import FixedPoint
public import Networks
public import TFLite

/// A TensorFlow Lite model as a quantized network that gives its runtime's codes, and the report of it.
public struct TFLiteImport: Sendable {
    public let network: QuantizedNetwork
    public let report: ImportReport

    /// - Parameters:
    ///   - name: of the network.
    ///   - outputs: tensors to cut the graph at, by the names of the file or of the network; none for its outputs.
    ///   - runtime: whose kernels the network equals.
    ///   - place: the file, in diagnostics.
    ///   - memory: asked for what the network takes.
    /// - Throws: `tfliteOperatorUnsupported`, `tfliteTensorUnsupported`, `tfliteOutputUnknown`,
    ///   `tfliteRequantizationUnproven`, `tfliteShapeUnfit`, `tfliteConstantUnfit`, `memoryBudgetExceeded`, and what
    ///   graphs and networks have against it.
    public init(
        _ model: TFLiteModel, name: String, outputs: [String] = [], runtime: TFLiteRuntime = .litert,
        at place: String, memory: MemoryBudget = .standard
    ) throws(Diagnostic) {
        var builder = NetworkBuilder(model, runtime: runtime, at: place, memory: memory)
        let cut = try GraphCut(builder.subgraph, to: outputs, names: builder.names, at: place)
        var rows: [ImportReport.Operator] = []
        var floatInputs: Set<Int> = []
        for input in cut.inputs {
            // A float input that is quantized first stays with the host.
            if builder.isQuantizedByHost(input, cut) { floatInputs.insert(input) } else { try builder.addInput(input) }
        }
        for (index, operation) in builder.subgraph.operators.enumerated() {
            let place = OperatorPlace(index: index, operation: operation, file: place)
            builder.outcome = OperatorOutcome()
            var destination = ImportReport.Destination.cut
            if cut.operators.contains(index) {
                if let first = operation.input(0), floatInputs.contains(first) {
                    try builder.quantizeInput(at: place)
                    destination = .host
                } else if try builder.fold(place) {
                    destination = .folded
                } else {
                    let count = builder.host.count
                    try builder.import(place)
                    destination =
                        !builder.outcome.layers.isEmpty ? .datapath : builder.host.count > count ? .host : .folded
                }
            }
            rows.append(
                ImportReport.Operator(
                    index: index, name: place.name, destination: destination, layers: builder.outcome.layers,
                    rounding: builder.outcome.rounding?.rawValue, remark: builder.outcome.remark))
        }
        network = try builder.network(named: name, cut, at: place)
        report = try builder.report(of: network, cut, rows)
    }
}

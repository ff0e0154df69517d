import Graph
import Networks
import Tensors

/// How many bytes of activations must exist at once in external memory, when each tensor is kept from the layer that
/// writes it to the last that reads it.
struct ActivationLiveness {
    /// Stored as the network stores them.
    let peakBytes: Int
    /// The same tensors at four bytes an element.
    let peakBytesFloat32: Int

    init(graph: Graph, shapes: [String: TensorShape], formats: [String: TensorFormat]) {
        var lastReader: [String: Int] = [:]
        for (index, layer) in graph.layers.enumerated() {
            for input in layer.inputs { lastReader[input] = index }
        }
        for output in graph.outputs { lastReader[output] = graph.layers.count }
        var alive = graph.inputs.map(\.name)
        var (peak, peakFloat32) = (0, 0)
        for (index, layer) in graph.layers.enumerated() {
            alive.append(layer.name)
            peak = max(peak, alive.reduce(0) { $0 + shapes[$1]!.count * formats[$1]!.bytesPerElement })
            peakFloat32 = max(peakFloat32, alive.reduce(0) { $0 + shapes[$1]!.count * 4 })
            alive.removeAll { lastReader[$0, default: -1] <= index }
        }
        self.peakBytes = peak
        self.peakBytesFloat32 = peakFloat32
    }
}

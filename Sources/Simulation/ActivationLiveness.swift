import Geometry
import Tensors

/// How many bytes of activations must exist at once in external memory, when each tensor is kept from the layer that
/// writes it to the last that reads it.
struct ActivationLiveness {
    /// Stored as the network stores them.
    let peakBytes: Int
    /// The same tensors at four bytes an element.
    let peakBytesFloat32: Int

    init(_ geometry: NetworkGeometry) {
        var lastReader = Array(repeating: -1, count: geometry.tensors.count)
        for (index, layer) in geometry.layers.enumerated() {
            for operand in layer.operands { lastReader[operand.tensor] = index }
        }
        for layer in geometry.outputLayers { lastReader[geometry.layers[layer].outputTensor] = geometry.layers.count }
        var alive = Array(0..<geometry.tensors.count - geometry.layers.count)
        var (peak, peakFloat32) = (0, 0)
        for (index, layer) in geometry.layers.enumerated() {
            alive.append(layer.outputTensor)
            let tensors = alive.map { geometry.tensors[$0] }
            peak = max(peak, tensors.reduce(0) { $0 + $1.storedBytes })
            peakFloat32 = max(peakFloat32, tensors.reduce(0) { $0 + $1.shape.count * 4 })
            alive.removeAll { lastReader[$0] <= index }
        }
        peakBytes = peak
        peakBytesFloat32 = peakFloat32
    }
}

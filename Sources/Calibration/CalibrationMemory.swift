import Diagnostics
package import Graph
package import Tensors

/// What calibration pictures take on their way through a network.
package enum CalibrationMemory {
    /// A float (4 bytes) and an integer on its grid (8 bytes) for every element that is alive, and as much again for
    /// the layer that is being quantized: results before they are encoded, samples, errors.
    private static let bytesPerElement = 24

    /// Of all pictures at the layer where most is alive. Pictures whose extent the network refuses count nothing:
    /// whoever runs them says so.
    package static func byteCount(_ graph: Graph, _ pictures: [Tensor<UInt8>]) -> Int {
        var liveCounts: [TensorShape: Int] = [:]
        return pictures.reduce(0) { bytes, picture in
            let count = liveCounts[picture.shape] ?? liveCount(graph, picture.shape)
            liveCounts[picture.shape] = count
            return MemoryBudget.sum(bytes, MemoryBudget.product(bytesPerElement, count))
        }
    }

    private static func liveCount(_ graph: Graph, _ picture: TensorShape) -> Int {
        guard let shapes = try? graph.shapes(height: picture.height, width: picture.width) else { return 0 }
        let lastReaders = graph.lastReaderIndices
        var alive = graph.inputs.map(\.name)
        var peak = 0
        for (index, layer) in graph.layers.enumerated() {
            alive.append(layer.name)
            peak = max(peak, alive.reduce(0) { MemoryBudget.sum($0, shapes[$1]?.count ?? 0) })
            alive.removeAll { lastReaders[$0, default: -1] <= index }
        }
        return peak
    }
}

extension Graph {
    /// The index of the last layer that reads a tensor, by the tensor's name.
    fileprivate var lastReaderIndices: [String: Int] {
        var indices: [String: Int] = [:]
        for (index, layer) in layers.enumerated() {
            for input in layer.inputs { indices[input] = index }
        }
        return indices
    }
}

import Geometry
import Tensors

extension SimulationRun {
    /// Of every layer, in the graph's order.
    public var saturations: [TensorSaturation] {
        plan.geometry.layers.indices.map { index in
            let result = plan.geometry.result(of: index)
            return TensorSaturation(
                tensor: result.name, elements: result.shape.count,
                saturatedOutputsByChannel: saturatedOutputsByChannel[index])
        }
    }
}

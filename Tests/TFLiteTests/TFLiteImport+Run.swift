import Graph
import Networks
import ReferenceModel
import TFLiteImport
import Tensors

extension TFLiteImport {
    /// The elements of the first output, as the reference model has them, for int8 elements of the only input.
    func run(_ elements: [Int]) throws -> [Int] {
        let graph = network.graph
        let shape = TensorShape(height: report.height, width: report.width, channels: graph.inputs[0].channels)
        let stored = Tensor<Int32>(shape: shape, elements: elements.map { Int32($0 + 128) })
        let model = try ReferenceModel(ProvenNetwork(network).network)
        let result = try model.run(inputs: [graph.inputs[0].name: stored])
        return result.tensors[graph.outputs[0]]!.elements.map { Int($0) - 128 }
    }
}

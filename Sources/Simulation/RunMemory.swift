import Diagnostics
import Geometry
import Graph
import MachineDescription
import Tensors

/// How many bytes executors need for a network at one extent, from its shapes alone: what budgets are asked for before
/// anything is planned.
enum RunMemory {
    /// The machine: every tensor in external memory, parameters there and on their way, buffers on chip (an accumulator
    /// is a machine word here), and the largest output or latent once more as 32-bit elements for whoever looks at it.
    static func machineBytes(
        _ formats: NetworkFormats, _ geometry: NetworkGeometry, machine: MachineDescription
    ) -> Int {
        let onChip =
            machine.weightBuffer.bytes + machine.activationBuffer.bytes + machine.parameterMemory.bytes + 4
            * machine.accumulatorBuffer.bytes
        let looked = (geometry.outputLayers + geometry.latentLayers).map { geometry.result(of: $0).shape.count }
        return [
            storedBytes(geometry), MemoryBudget.product(3, weightBytes(formats, geometry, machine)), onChip,
            MemoryBudget.product(4, looked.max() ?? 0),
        ].reduce(0, MemoryBudget.sum)
    }

    /// The reference model: every tensor as 32-bit elements, and the largest layer's operands and results as values
    /// beside them.
    static func referenceBytes(_ geometry: NetworkGeometry) -> Int {
        let counts = geometry.tensors.map(\.shape.count)
        let stored = counts.reduce(0) { MemoryBudget.sum($0, MemoryBudget.product(4, $1)) }
        return MemoryBudget.sum(stored, MemoryBudget.product(24, counts.max() ?? 0))
    }

    /// The float model: what is alive at once, the layer's result twice while it is finished, gathered columns and
    /// products, the weights of a layer in another order.
    static func floatBytes(_ graph: Graph, shapes: [String: TensorShape], kept: [String]) -> Int {
        var blocks = 0
        for layer in graph.layers {
            guard let input = shapes[layer.inputs[0]], let output = shapes[layer.name] else { continue }
            let row =
                switch layer.operator {
                case .convolution(let convolution):
                    MemoryBudget.product(
                        output.width, convolution.kernelHeight * convolution.kernelWidth,
                        input.channels + output.channels)
                case .transposedConvolution(let transposed):
                    MemoryBudget.product(
                        input.width, transposed.kernelHeight * transposed.kernelWidth, transposed.outputChannels)
                default: 0
                }
            blocks = max(blocks, row)
        }
        let elements = [
            liveCount(graph, shapes: shapes, kept: kept), MemoryBudget.product(2, largestCount(shapes)),
            max(1 << 22, MemoryBudget.product(2, blocks)),
        ]
        return MemoryBudget.product(4, elements.reduce(0, MemoryBudget.sum))
    }

    /// As the tensors lie in external memory; rows are aligned.
    private static func storedBytes(_ geometry: NetworkGeometry) -> Int {
        geometry.tensors.reduce(0) { bytes, tensor in
            let row = MemoryBudget.product(tensor.shape.width, tensor.shape.channels, tensor.bytesPerElement)
            return MemoryBudget.sum(bytes, MemoryBudget.product(tensor.shape.height, MemoryBudget.sum(row, 64)))
        }
    }

    /// With the zeros of merged groups and joined phases where a schedule may have them.
    private static func weightBytes(
        _ formats: NetworkFormats, _ geometry: NetworkGeometry, _ machine: MachineDescription
    ) -> Int {
        zip(formats.layers, geometry.layers).reduce(0) { bytes, layer in
            let canMerge = machine.macArray.mergedGroups && layer.0.hasZeroWeight
            let merged = canMerge ? layer.1.mergeableGroups(on: machine.macArray) : 1
            let joined = machine.macArray.phases ? layer.1.joiningPhases() : nil
            let weights = max(MemoryBudget.product(layer.0.weights, merged), joined?.laidWeightBytes ?? 0)
            let records = MemoryBudget.product(64, layer.0.biases, joined?.lanesOfChannel ?? 1)
            return MemoryBudget.sum(bytes, MemoryBudget.sum(weights, records))
        }
    }

    private static func largestCount(_ shapes: [String: TensorShape]) -> Int { shapes.values.map(\.count).max() ?? 0 }

    /// Elements of the tensors that exist at once when each is kept until its last reader has run.
    private static func liveCount(_ graph: Graph, shapes: [String: TensorShape], kept: [String]) -> Int {
        var lastReader: [String: Int] = [:]
        for (index, layer) in graph.layers.enumerated() {
            for input in layer.inputs { lastReader[input] = index }
        }
        for name in kept { lastReader[name] = graph.layers.count }
        var alive = graph.inputs.map(\.name)
        var peak = 0
        for (index, layer) in graph.layers.enumerated() {
            alive.append(layer.name)
            peak = max(peak, alive.reduce(0) { MemoryBudget.sum($0, shapes[$1]?.count ?? 0) })
            alive.removeAll { lastReader[$0, default: -1] <= index }
        }
        return peak
    }
}

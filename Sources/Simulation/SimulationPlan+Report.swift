import Commands
import Geometry
import Graph
import Lowering
import MachineDescription
import Networks
import Tensors
import Timing
import WeightCoding

extension SimulationPlan {
    /// What the commands alone say: cycles, stalls, traffic, footprints.
    public func report() -> RunReport {
        let layers = network.graph.layers.indices.map(layerReport)
        return RunReport(
            network: network.graph.name, machine: machine.name, image: image, layers: layers,
            totals: totals(layers))
    }

    private func layerReport(_ index: Int) -> LayerReport {
        let layer = network.graph.layers[index]
        let (timing, placed) = (timeline.layers[index], layout.layers[index])
        let (input, output) = (shapes[layer.inputs[0]]!, shapes[layer.name]!)
        let useful = layer.usefulMACs(input: input, output: output)
        let bound = lowerBound(layer, weightBytes: placed.weightBytes)
        var report = LayerReport(
            name: layer.name, operator: layer.operator.name, outputShape: output.description, usefulMACs: useful,
            issuedMACs: timing.issuedMACs,
            simulatedCycles: timing.simulatedCycles, computeCycles: timing.computeCycles,
            stallCycles: timing.stallCycles.byName,
            utilization: utilization(useful, timing.simulatedCycles), weightBytes: placed.weightBytes,
            dramReadBytes: timing.activity.externalReadBytes,
            dramWriteBytes: timing.activity.externalWriteBytes, sramReadBytes: timing.activity.bufferReadBytes,
            sramWriteBytes: timing.activity.bufferWriteBytes, weightBufferPeakBytes: placed.weightBufferPeakBytes,
            activationBufferPeakBytes: placed.activationBufferPeakBytes, lowerBoundCycles: bound.cycles,
            lowerBoundBytes: bound.bytes,
            weightCoding: weightCoding.map { WeightCodingReport($0, layer: index, machine) })
        report.boundBy = report.bindingResource(on: machine)
        return report
    }

    private func utilization(_ usefulMACs: Int, _ cycles: Int) -> Double {
        cycles == 0 ? 0 : Double(usefulMACs) / (Double(machine.macArray.macs) * Double(cycles))
    }

    private func totals(_ layers: [LayerReport]) -> TotalsReport {
        func sum(_ field: (LayerReport) -> Int) -> Int { layers.reduce(0) { $0 + field($1) } }
        let cycles = sum(\.simulatedCycles)
        let seconds = Double(cycles) / (machine.clockMegahertz * 1e6)
        let liveness = ActivationLiveness(graph: network.graph, shapes: shapes, formats: network.formats)
        return TotalsReport(
            usefulMACs: sum(\.usefulMACs), issuedMACs: sum(\.issuedMACs), simulatedCycles: cycles,
            computeCycles: sum(\.computeCycles),
            stallCycles: layers.reduce(into: [:]) { $0.merge($1.stallCycles, uniquingKeysWith: +) },
            utilization: utilization(sum(\.usefulMACs), cycles),
            weightBytes: sum(\.weightBytes), dramReadBytes: sum(\.dramReadBytes), dramWriteBytes: sum(\.dramWriteBytes),
            dramBytes: sum(\.dramReadBytes) + sum(\.dramWriteBytes), sramReadBytes: sum(\.sramReadBytes),
            sramWriteBytes: sum(\.sramWriteBytes),
            weightBufferPeakBytes: layers.map(\.weightBufferPeakBytes).max() ?? 0,
            activationBufferPeakBytes: layers.map(\.activationBufferPeakBytes).max() ?? 0,
            lowerBoundCycles: sum(\.lowerBoundCycles),
            lowerBoundBytes: sum(\.lowerBoundBytes), milliseconds: seconds * 1000,
            framesPerSecond: seconds > 0 ? 1 / seconds : 0,
            parameterBytes: layout.parameterBytes, parameterBytesFloat32: NetworkInventory(network).float32Bytes,
            peakActivationBytes: liveness.peakBytes, peakActivationBytesFloat32: liveness.peakBytesFloat32,
            weightCoding: weightCoding.map { _ in
                layers.compactMap(\.weightCoding).reduce(WeightCodingReport(machine), +)
            }, binding: BindingReport(layers, on: machine))
    }

    private func lowerBound(_ layer: Layer, weightBytes: Int) -> LowerBound {
        func bytes(_ name: String) -> Int { shapes[name]!.count * network.formats[name]!.bytesPerElement }
        let (input, output) = (shapes[layer.inputs[0]]!, shapes[layer.name]!)
        var groups = 1
        var phases: [LowerBound.Phase] = []
        switch layer.operator {
        case .convolution(let convolution):
            groups = convolution.groups
            phases = [
                LowerBound.Phase(
                    positions: output.height * output.width, taps: convolution.kernelHeight * convolution.kernelWidth)
            ]
        case .transposedConvolution(let transposed):
            let (rows, columns) = transposed.axes(
                input: (input.height, input.width), output: (output.height, output.width))
            phases = rows.phases.flatMap { row in
                columns.phases.map { column in
                    LowerBound.Phase(
                        positions: rows.positions(of: row) * columns.positions(of: column),
                        taps: row.taps * column.taps)
                }
            }
        case .fullyConnected:
            phases = [LowerBound.Phase(positions: 1, taps: input.height * input.width)]
        case .normalization:
            phases = [LowerBound.Phase(positions: output.height * output.width, taps: 1)]
        default: break
        }
        return LowerBound(
            phases: phases, groups: groups, inputChannels: input.channels / groups,
            outputChannels: output.channels / groups,
            inputBytes: layer.inputs.reduce(0) { $0 + bytes($1) }, weightBytes: weightBytes,
            outputBytes: bytes(layer.name), on: machine)
    }
}

extension StallCycles {
    /// Only reasons that cost a cycle.
    fileprivate var byName: [String: Int] {
        var cycles: [String: Int] = [:]
        for reason in StallReason.allCases where self[reason] > 0 { cycles[reason.rawValue] = self[reason] }
        return cycles
    }
}

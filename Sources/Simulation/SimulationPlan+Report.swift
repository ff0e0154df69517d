import Commands
import FixedPoint
import Geometry
import Graph
import Lowering
import MachineDescription
import Networks
import Schedules
import Scheduling
import Tensors
import Timing
import WeightCoding

extension SimulationPlan {
    /// What the commands alone say: cycles, stalls, traffic, footprints.
    ///
    /// - Parameter framesPerSecond: pictures a second that are wanted, more than 0.
    public func report(framesPerSecond: Double? = nil) -> RunReport {
        let bounds = network.graph.layers.indices.map(lowerBound)
        let layers = network.graph.layers.indices.map { layerReport($0, bounds[$0]) }
        return RunReport(
            network: network.graph.name, machine: machine.name, image: image, layers: layers,
            totals: totals(layers, bounds, framesPerSecond), host: host.isEmpty ? nil : host.map(HostWork.init))
    }

    private func layerReport(_ index: Int, _ bound: LowerBound) -> LayerReport {
        let layer = network.graph.layers[index]
        let (timing, placed) = (timeline.layers[index], layout.layers[index])
        let output = geometry.result(of: index).shape
        let useful = layer.usefulMACs(input: geometry.operands(of: index)[0].shape, output: output)
        var report = LayerReport(
            name: layer.name, operator: layer.operator.name, outputShape: output.description, usefulMACs: useful,
            issuedMACs: timing.issuedMACs,
            simulatedCycles: timing.simulatedCycles, computeCycles: timing.computeCycles,
            stallCycles: timing.stallCycles.byName,
            utilization: utilization(useful, timing.simulatedCycles), weightBytes: placed.weightBytes,
            dramReadBytes: timing.activity.externalReadBytes,
            dramWriteBytes: timing.activity.externalWriteBytes,
            dramByCause: DRAMTraffic(timing.activity, inputBytes: placed.inputBytes),
            sramReadBytes: timing.activity.bufferReadBytes,
            sramWriteBytes: timing.activity.bufferWriteBytes, weightBufferPeakBytes: placed.weightBufferPeakBytes,
            activationBufferPeakBytes: placed.activationBufferPeakBytes,
            accumulatorBufferPeakBytes: ceilDivide(
                placed.accumulatorPeak * machine.macArray.accumulatorBits, by: 8),
            parameterMemoryPeakBytes: placed.parameterMemoryBytes,
            lowerBoundCycles: layout.isInGroup(index) ? bound.computeCycles : bound.cycles,
            lowerBoundBytes: bound.bytes,
            weightCoding: weightCoding.map { WeightCodingReport($0, layer: index, machine) })
        report.boundBy = report.bindingResource(on: machine)
        report.group = layout.groups.filter { $0.count > 1 }.firstIndex { $0.contains(index) }.map { $0 + 1 }
        return report
    }

    private func utilization(_ usefulMACs: Int, _ cycles: Int) -> Double {
        cycles == 0 ? 0 : Double(usefulMACs) / (Double(machine.macArray.macs) * Double(cycles))
    }

    private func totals(
        _ layers: [LayerReport], _ bounds: [LowerBound], _ framesPerSecond: Double?
    ) -> TotalsReport {
        func sum(_ field: (LayerReport) -> Int) -> Int { layers.reduce(0) { $0 + field($1) } }
        func largest(_ field: (LayerReport) -> Int) -> Int { layers.map(field).max() ?? 0 }
        let cycles = sum(\.simulatedCycles)
        let seconds = Double(cycles) / (machine.clockMegahertz * 1e6)
        let liveness = ActivationLiveness(geometry)
        let peakCycles = ceilDivide(sum(\.usefulMACs), by: machine.macArray.macs)
        let compulsoryBytes = geometry.compulsoryBytes
        func ratio(_ value: Int, _ least: Int) -> Double { least == 0 ? 0 : Double(value) / Double(least) }
        return TotalsReport(
            usefulMACs: sum(\.usefulMACs), issuedMACs: sum(\.issuedMACs), simulatedCycles: cycles,
            computeCycles: sum(\.computeCycles),
            stallCycles: layers.reduce(into: [:]) { $0.merge($1.stallCycles, uniquingKeysWith: +) },
            utilization: utilization(sum(\.usefulMACs), cycles),
            weightBytes: sum(\.weightBytes), dramReadBytes: sum(\.dramReadBytes), dramWriteBytes: sum(\.dramWriteBytes),
            dramBytes: sum(\.dramBytes), dramByCause: layers.reduce(.zero) { $0 + $1.dramByCause },
            sramReadBytes: sum(\.sramReadBytes),
            sramWriteBytes: sum(\.sramWriteBytes),
            weightBufferPeakBytes: largest(\.weightBufferPeakBytes),
            activationBufferPeakBytes: largest(\.activationBufferPeakBytes),
            accumulatorBufferPeakBytes: largest(\.accumulatorBufferPeakBytes),
            parameterMemoryPeakBytes: largest(\.parameterMemoryPeakBytes),
            sramPeakBytes: largest(\.sramPeakBytes), sramBytes: machine.sramBytes,
            lowerBoundCycles: max(
                layout.groups.reduce(0) { $0 + boundCycles(bounds[$1]) },
                machine.memory.leastCycles(
                    reading: bounds.reduce(0) { $0 + $1.readBytes }, writing: bounds.reduce(0) { $0 + $1.writeBytes })),
            lowerBoundBytes: sum(\.lowerBoundBytes), peakCycles: peakCycles,
            cyclesOverPeak: ratio(cycles, peakCycles), compulsoryBytes: compulsoryBytes,
            dramOverCompulsory: ratio(sum(\.dramBytes), compulsoryBytes), milliseconds: seconds * 1000,
            framesPerSecond: seconds > 0 ? 1 / seconds : 0,
            frameRate: framesPerSecond.map {
                FrameRateReport($0, cycles: cycles, dramBytes: sum(\.dramBytes), on: machine)
            },
            parameterBytes: layout.parameterBytes, parameterBytesFloat32: network.float32Bytes,
            peakActivationBytes: liveness.peakBytes, peakActivationBytesFloat32: liveness.peakBytesFloat32,
            weightCoding: weightCoding.map { _ in
                layers.compactMap(\.weightCoding).reduce(WeightCodingReport(machine), +)
            }, binding: BindingReport(layers, on: machine))
    }

    /// Of layers that run together: their transfers overlap with the work of all of them.
    private func boundCycles(_ bounds: ArraySlice<LowerBound>) -> Int {
        max(
            bounds.reduce(0) { $0 + $1.computeCycles },
            machine.memory.leastCycles(
                reading: bounds.reduce(0) { $0 + $1.inputBytes }, writing: bounds.reduce(0) { $0 + $1.writeBytes }))
    }

    /// The least over the layer's lane mappings; what stays in a ring need not move.
    private func lowerBound(_ index: Int) -> LowerBound {
        let plain = geometry.layers[index]
        let others = Lanes.allCases.filter { $0 != .channels }
            .compactMap { try? machine.geometry(of: plain, network.layers[index], lanes: $0) }
        return ([plain] + others).map { lowerBound($0, index) }.min { $0.computeCycles < $1.computeCycles }!
    }

    private func lowerBound(_ layer: LayerGeometry, _ index: Int) -> LowerBound {
        var phases: [LowerBound.Phase] = []
        let (rows, columns) = (layer.vertical, layer.horizontal)
        if layer.joinsPhases {
            let blocks = rows.mostBlocks(of: rows.output) * columns.mostBlocks(of: columns.output)
            phases = [LowerBound.Phase(positions: blocks, taps: layer.laidTaps)]
        } else if layer.kind == .transposedConvolution {
            phases = rows.phases.flatMap { row in
                columns.phases.map { column in
                    LowerBound.Phase(
                        positions: rows.positions(of: row) * columns.positions(of: column),
                        taps: row.taps * column.taps)
                }
            }
        } else if layer.usesArray {
            phases = [LowerBound.Phase(positions: rows.output * columns.output, taps: layer.taps)]
        }
        let isNormalization = if case .normalization = layer.kind { true } else { false }
        return LowerBound(
            phases: phases, groups: layer.arrayGroups, inputChannels: layer.groupInputChannels,
            outputChannels: layer.groupOutputChannels * layer.lanesOfChannel,
            lastOutputChannels: (layer.outputChannels - (layer.arrayGroups - 1) * layer.groupOutputChannels)
                * layer.lanesOfChannel, drain: isNormalization ? .normalization : .postProcessor,
            inputBytes: layer.leastInputBytes(onChip: layout.resultsOfGroup(of: index)),
            weightBytes: layer.weightBytes,
            outputBytes: layout.isInRing(index) ? 0 : geometry.result(of: index).storedBytes, on: machine)
    }
}

extension FrameRateReport {
    init(_ framesPerSecond: Double, cycles: Int, dramBytes: Int, on machine: MachineDescription) {
        self.framesPerSecond = framesPerSecond
        dramGigabytesPerSecond = Double(dramBytes) * framesPerSecond / 1e9
        dramGigabytesPerSecondPeak = Double(machine.memory.peakBytesPerCycle) * machine.clockMegahertz / 1e3
        neededClockMegahertz = Double(cycles) * framesPerSecond / 1e6
        isMet = neededClockMegahertz <= machine.clockMegahertz
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

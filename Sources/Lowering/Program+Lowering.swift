import Commands
public import Diagnostics
public import Geometry
import Graph
public import MachineDescription
import Networks
public import Schedules
import Scheduling
import Text
public import Timing

extension Program {
    /// The longest program: beyond, the list of commands alone would take gigabytes.
    static let mostCommands = 1 << 24

    /// Lowers a network to commands by a schedule, which is verified first.
    ///
    /// - Parameters:
    ///   - fault: an error put into the commands after the verification.
    ///   - memory: asked for the commands and their timing before they are made.
    /// - Throws: what `Schedule.verify` throws; `scheduleTooLong`; `faultUnknown` where the fault cannot be put in;
    ///   `memoryBudgetExceeded`.
    public init(
        network: NetworkFormats, schedule: Schedule, machine: MachineDescription, fault: Fault? = nil,
        memory: MemoryBudget = .standard
    ) throws(Diagnostic) {
        try self.init(
            network: network, NetworkGeometry(network, height: schedule.height, width: schedule.width),
            schedule: schedule, machine: machine, fault: fault, memory: memory)
    }

    /// The same where the geometry is known.
    package init(
        network: NetworkFormats, _ geometry: NetworkGeometry, schedule: Schedule, machine: MachineDescription,
        fault: Fault? = nil, memory: MemoryBudget = .standard
    ) throws(Diagnostic) {
        var commands: [Command] = []
        var probes: [Probe] = []
        layout = try ProgramLayout(
            network: network, geometry, schedule: schedule, machine: machine, fault: fault, memory: memory,
            areKept: true, into: &commands, probes: &probes)
        self.commands = commands
        self.probes = probes
    }

    /// What commands take with their timing; with the commands themselves where they are kept.
    package static func byteCount(commands: Int, areKept: Bool) -> Int {
        MemoryBudget.product(commands, TimedStream.bytesPerCommand + (areKept ? MemoryLayout<Command>.stride : 0))
    }
}

extension ProgramLayout {
    /// The layout of a program whose commands only leave their timing: what planning a large picture needs.
    ///
    /// - Throws: as `Program` does.
    public init(
        network: NetworkFormats, schedule: Schedule, timing stream: inout TimedStream, fault: Fault? = nil,
        memory: MemoryBudget = .standard
    ) throws(Diagnostic) {
        try self.init(
            network: network, NetworkGeometry(network, height: schedule.height, width: schedule.width),
            schedule: schedule, timing: &stream, fault: fault, memory: memory)
    }

    /// The same where the geometry is known.
    package init(
        network: NetworkFormats, _ geometry: NetworkGeometry, schedule: Schedule, timing stream: inout TimedStream,
        fault: Fault? = nil, memory: MemoryBudget = .standard
    ) throws(Diagnostic) {
        var probes: [Probe] = []
        try self.init(
            network: network, geometry, schedule: schedule, machine: stream.machine, fault: fault, memory: memory,
            areKept: false, into: &stream, probes: &probes)
        stream.groups = groups
    }

    fileprivate init(
        network: NetworkFormats, _ geometry: NetworkGeometry, schedule: Schedule, machine: MachineDescription,
        fault: Fault?, memory: MemoryBudget, areKept: Bool, into sink: inout some CommandSink, probes: inout [Probe]
    ) throws(Diagnostic) {
        let (verified, groups, resident) = try schedule.verified(network: network, geometry: geometry, machine: machine)
        let tilings = verified.map(\.tiling)
        let blocksOfPass = try ParameterPlan.requireFit(network, tilings: tilings, machine: machine)
        let commandEstimate = zip(tilings, blocksOfPass).reduce(0) {
            MemoryBudget.sum($0, $1.0.commandEstimate(blocksOfPass: $1.1))
        }
        let faulty = try fault.map { fault throws(Diagnostic) in
            try FaultPlace(fault, tilings: tilings, groups: groups, resident: resident)
        }
        guard commandEstimate <= Program.mostCommands else {
            throw Diagnostic(
                .scheduleTooLong, at: "schedule of \(schedule.network)",
                found: "about \(commandEstimate.grouped) commands for \(schedule.width)x\(schedule.height) pixels",
                expected: "at most \(Program.mostCommands.grouped)",
                remedy: "use larger tiles, a machine with larger buffers, or a smaller picture")
        }
        try memory.require(
            Program.byteCount(commands: commandEstimate, areKept: areKept),
            for: "\(commandEstimate.grouped) commands and their timing",
            at: "network \(network.graph.name) on \(schedule.width)x\(schedule.height)")
        let parameters = try ParameterPlan(network, tilings: tilings, machine: machine)
        // What lies in rings and is not stored.
        let onChip = groups.flatMap { group in
            let stored = resident[group.lowerBound]?.stored ?? []
            return group.dropLast().filter { !stored.contains($0 - group.lowerBound) }
        }
        let rings = onChip.map { geometry.layers[$0].outputTensor }
        let layout = ExternalLayout(
            geometry: geometry, tilings: tilings, parameters: parameters, rings: Set(rings), machine: machine)
        var builder = CommandBuilder(
            into: sink, machine: machine, tensors: layout.tensors, capacity: commandEstimate)
        var layers: [LayerProgram] = []
        for group in groups {
            var (members, weightTiles, sets): ([LayerLowering], Int, Int) = ([], 0, 0)
            for index in group {
                let (tiling, entry) = verified[index]
                var context = LayerLowering(
                    index: index, tiling: tiling, order: entry.order, buffers: entry.buffers, array: machine.macArray,
                    weightAddresses: layout.weightAddresses[index], parameters: parameters.layers[index],
                    blockAddresses: layout.blockAddresses[index],
                    missingRows: faulty?.layer == index ? faulty!.missingRows : 0)
                (context.firstWeightTile, context.firstParameterSet) = (weightTiles, sets)
                let results = group.map { geometry.layers[$0].outputTensor }
                let producers = tiling.layer.producers(among: results)
                for case (let operand, _?) in producers.enumerated() where operand < 2 {
                    context.isInRing[operand] = true
                }
                if index + 1 < group.upperBound {
                    context.ringPixelPitchBytes = tiling.layer.ringPixelPitchBytes(machine.macArray)
                }
                if let rows = resident[group.lowerBound], !rows.ringRows.isEmpty {
                    let member = index - group.lowerBound
                    context.isStoredFromRing = rows.stored.contains(member)
                    context.setRings(
                        faulty?.ringRows(of: group) ?? rows.ringRows, inputRows: rows.inputRows[member], producers,
                        group)
                }
                weightTiles += tiling.weightTiles
                sets += parameters.layers[index].sets.count
                members.append(context)
            }
            let first = builder.commands.count
            if let order = resident[group.lowerBound] {
                builder.lower(resident: members, steps: order.steps)
            } else if members.count == 1 {
                builder.lower(members[0])
            } else {
                builder.lower(group: members)
            }
            var programs = members.map {
                LayerProgram(
                    $0, onChip: Set(group.map { geometry.layers[$0].outputTensor }), machine: machine,
                    commands: first..<builder.commands.count,
                    parameterMemoryBytes: parameters.layers[$0.index].bytes)
            }
            if resident[group.lowerBound] != nil {
                programs.shareBuffers(streamed: members.map { $0.buffers.weights.count > 1 })
            }
            layers += programs
        }
        probes = builder.probes
        sink = builder.commands
        self.init(
            geometry: geometry, memoryMap: ExternalMemoryMap(tensors: layout.tensors, bytes: layout.bytes),
            parameterRegions: layout.parameterRegions, layers: layers, groups: groups,
            onChip: Set(onChip))
    }
}

extension LayerProgram {
    fileprivate init(
        _ layer: LayerLowering, onChip: Set<Int>, machine: MachineDescription, commands: Range<Int>,
        parameterMemoryBytes: Int
    ) {
        let (tiling, buffers) = (layer.tiling, layer.buffers)
        let footprint = TileFootprint(tiling, array: machine.macArray)
        // A ring counts with the layer that writes it.
        let tiles = min(tiling.inputTiles, buffers.input.count)
        let bytesOfOperands =
            layer.inputRingRows > 0
            ? [layer.inputRingRows * layer.inputRowBytes.input, layer.inputRingRows * layer.inputRowBytes.second]
            : [tiles * footprint.inputBytes, tiles * footprint.secondBytes]
        let inputs = zip(layer.isInRing, bytesOfOperands).reduce(0) { $0 + ($1.0 ? 0 : $1.1) }
        let outputs =
            layer.resultRingRows > 0
            ? layer.resultRingRows * tiling.ringRowBytes(machine.macArray)
            : layer.ringPixelPitchBytes != nil
                ? tiling.ringBytes(machine.macArray)
                : min(tiling.outputTiles, buffers.output.count) * footprint.outputBytes
        self.init(
            name: tiling.layer.name, commands: commands, weightBytes: tiling.layer.weightBytes,
            mergedGroups: tiling.layer.mergedGroups, inputBytes: tiling.inputBytes(onChip: onChip),
            weightBufferPeakBytes: min(tiling.weightTiles, buffers.weights.count) * footprint.weightBytes,
            activationBufferPeakBytes: inputs + outputs,
            accumulatorPeak: footprint.accumulators, parameterMemoryBytes: parameterMemoryBytes)
        phaseLanes = PhaseLanes(tiling, array: machine.macArray)
        kernelRowTaps = tiling.layer.kernelRowTaps
    }
}

extension [LayerProgram] {
    /// Layers whose weights stay lie on chip together: each has the high-water marks of all. Weights that are streamed
    /// share two places.
    fileprivate mutating func shareBuffers(streamed: [Bool]) {
        func sum(_ field: KeyPath<LayerProgram, Int>) -> Int { reduce(0) { $0 + $1[keyPath: field] } }
        let activations = sum(\.activationBufferPeakBytes)
        let weights = zip(self, streamed).reduce(into: (stay: 0, streamed: 0)) { bytes, layer in
            if layer.1 {
                bytes.streamed = Swift.max(bytes.streamed, layer.0.weightBufferPeakBytes)
            } else {
                bytes.stay += layer.0.weightBufferPeakBytes
            }
        }
        let parameters = sum(\.parameterMemoryBytes)
        for index in indices {
            self[index].weightBufferPeakBytes = weights.stay + weights.streamed
            self[index].activationBufferPeakBytes = activations
            self[index].parameterMemoryBytes = parameters
        }
    }
}

extension LayerTiling {
    /// At least as many commands as the layer becomes, parameters included.
    fileprivate func commandEstimate(blocksOfPass: Int) -> Int {
        // With merged groups a tile may have two accumulations.
        let phases =
            layer.kind == .transposedConvolution && !layer.joinsPhases
            ? layer.vertical.stride * layer.horizontal.stride : layer.mergedGroups > 1 ? 2 : 1
        let perTile = MemoryBudget.sum(MemoryBudget.product(counts.passes, phases + 3 + blocksOfPass), 1)
        return MemoryBudget.sum(MemoryBudget.product(counts.pixelTiles, channelTiles.count, perTile), 8)
    }
}

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
        layout = try ProgramLayout(
            network: network, geometry, schedule: schedule, machine: machine, fault: fault, memory: memory,
            areKept: true, into: &commands)
        self.commands = commands
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
        try self.init(
            network: network, geometry, schedule: schedule, machine: stream.machine, fault: fault, memory: memory,
            areKept: false,
            into: &stream)
    }

    fileprivate init(
        network: NetworkFormats, _ geometry: NetworkGeometry, schedule: Schedule, machine: MachineDescription,
        fault: Fault?, memory: MemoryBudget, areKept: Bool, into sink: inout some CommandSink
    ) throws(Diagnostic) {
        let verified = try schedule.verified(network: network, geometry: geometry, machine: machine)
        let tilings = verified.map(\.tiling)
        let blocksOfPass = try ParameterPlan.requireFit(network, tilings: tilings, machine: machine)
        let commandEstimate = zip(tilings, blocksOfPass).reduce(0) {
            MemoryBudget.sum($0, $1.0.commandEstimate(blocksOfPass: $1.1))
        }
        let faultyLayer = try fault.map { fault throws(Diagnostic) in try fault.place(in: tilings) }
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
        let layout = ExternalLayout(geometry: geometry, tilings: tilings, parameters: parameters, machine: machine)
        var builder = CommandBuilder(
            into: sink, machine: machine, tensors: layout.tensors, capacity: commandEstimate)
        var layers: [LayerProgram] = []
        for (index, (tiling, entry)) in verified.enumerated() {
            let blocks = parameters.layers[index]
            let context = LayerLowering(
                index: index, tiling: tiling, order: entry.order, buffers: entry.buffers, array: machine.macArray,
                weightAddresses: layout.weightAddresses[index], parameters: blocks,
                blockAddresses: layout.blockAddresses[index],
                missingRows: faultyLayer?.index == index ? faultyLayer!.missingRows : 0)
            let first = builder.commands.count
            builder.lower(context)
            layers.append(
                LayerProgram(
                    tiling, buffers: entry.buffers, machine: machine, commands: first..<builder.commands.count,
                    parameterMemoryBytes: blocks.bytes))
        }
        sink = builder.commands
        self.init(
            geometry: geometry, memoryMap: ExternalMemoryMap(tensors: layout.tensors, bytes: layout.bytes),
            parameterRegions: layout.parameterRegions, layers: layers)
    }
}

extension Fault {
    fileprivate func place(in tilings: [LayerTiling]) throws(Diagnostic) -> (index: Int, missingRows: Int) {
        switch self {
        case .halo(let name, let missingRows):
            let names = tilings.map(\.layer.name)
            guard let index = names.firstIndex(of: name) else {
                throw Diagnostic(
                    .faultUnknown, at: "fault halo:\(name):-\(missingRows)", found: "no layer '\(name)'",
                    expected: "one of \(names.joined(separator: ", "))",
                    remedy: closestName(to: name, among: names).map { "did you mean '\($0)'?" } ?? "name a layer")
            }
            guard tilings[index].rows.inputLargest > missingRows else {
                throw Diagnostic(
                    .faultUnknown, at: "fault halo:\(name):-\(missingRows)",
                    found: "input tiles of \(tilings[index].rows.inputLargest) rows",
                    expected: "more than \(missingRows)", remedy: "name a layer with larger tiles")
            }
            return (index, missingRows)
        }
    }
}

extension LayerProgram {
    fileprivate init(
        _ tiling: LayerTiling, buffers: BufferAllocation, machine: MachineDescription, commands: Range<Int>,
        parameterMemoryBytes: Int
    ) {
        let footprint = TileFootprint(tiling, array: machine.macArray)
        self.init(
            name: tiling.layer.name, commands: commands, weightBytes: tiling.layer.weightBytes,
            mergedGroups: tiling.layer.mergedGroups, inputBytes: tiling.inputBytes,
            weightBufferPeakBytes: min(tiling.weightTiles, buffers.weights.count) * footprint.weightBytes,
            activationBufferPeakBytes: min(tiling.inputTiles, buffers.input.count)
                * (footprint.inputBytes + footprint.secondBytes)
                + min(tiling.outputTiles, buffers.output.count) * footprint.outputBytes,
            accumulatorPeak: footprint.accumulators, parameterMemoryBytes: parameterMemoryBytes)
        phaseLanes = PhaseLanes(tiling, array: machine.macArray)
        kernelRowTaps = tiling.layer.kernelRowTaps
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

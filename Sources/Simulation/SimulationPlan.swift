import Commands
public import Diagnostics
public import Geometry
import Graph
package import Lowering
public import MachineDescription
public import Networks
public import Schedules
public import Scheduling
package import Timing
package import WeightCoding

/// A network, a machine, a picture's size and a schedule, lowered to commands and timed: what `plan` reports.
///
/// `NetworkFormats` suffice, without picture and weights. Where it is made for a quantized network it keeps that: the
/// coding of weights is estimated, and runs with the same network need no second look at its formats.
public struct SimulationPlan: Sendable {
    public let network: NetworkFormats
    public let machine: MachineDescription
    public let schedule: Schedule
    public let image: ImageReport
    package let layout: ProgramLayout
    /// What it was planned for, where weights were at hand.
    private var quantized: QuantizedNetwork?
    /// Where the commands are kept.
    private let commands: [Command]?
    private let probes: [Probe]
    package let timeline: Timeline
    /// Where the machine has a weight decoder or skips zeros: what that would change.
    package private(set) var weightCoding: WeightCodingEstimate?
    /// What is left of the budget beside the plan and, where it can be run, its run.
    public let memory: MemoryBudget

    /// - Parameters:
    ///   - width, height: of the picture; padded to a multiple of the network's stride.
    ///   - schedule: searched for when nil.
    ///   - lanes: of a schedule that is searched for, where layers can have them; nil for those that are quicker.
    ///   - fuse: whether a schedule that is searched for may let layers run together.
    ///   - keepsCommands: whether the plan can be run; without, it needs less memory and time.
    ///   - fault: put into the commands after the schedule is verified.
    ///   - memory: asked for the commands, and for a run's tensors where the plan can be run, before either is made.
    /// - Throws: `memoryBudgetExceeded`, `graphPictureUnfit`, and what the graph, the schedule verifier and the search
    ///   throw.
    public init(
        network: QuantizedNetwork, machine: MachineDescription, width: Int, height: Int, schedule: Schedule? = nil,
        lanes: Lanes? = nil, fuse: Fusion = .on, keepsCommands: Bool = true,
        fault: InjectedFault? = nil, memory: MemoryBudget = .standard
    ) throws(Diagnostic) {
        try self.init(
            formats: NetworkFormats(network), machine: machine, width: width, height: height, schedule: schedule,
            lanes: lanes, fuse: fuse, keepsCommands: keepsCommands, fault: fault, memory: memory)
        quantized = network
        guard machine.estimatesWeightCoding else { return }
        let program =
            if let commands {
                Program(commands: commands, layout: layout, probes: probes)
            } else {
                try Program(network: self.network, geometry, schedule: self.schedule, machine: machine)
            }
        weightCoding = try WeightCodingEstimate(program, network: network, machine: machine)
    }

    /// The same without weights; nothing is estimated of their coding.
    public init(
        formats network: NetworkFormats, machine: MachineDescription, width: Int, height: Int,
        schedule: Schedule? = nil, lanes: Lanes? = nil, fuse: Fusion = .on, keepsCommands: Bool = true,
        fault: InjectedFault? = nil, memory: MemoryBudget = .standard
    ) throws(Diagnostic) {
        let graph = network.graph
        let image = ImageReport(
            width: width, height: height, paddedWidth: graph.padded(width), paddedHeight: graph.padded(height))
        self.network = network
        self.machine = machine
        self.image = image
        try graph.requireOwnExtent(height: image.paddedHeight, width: image.paddedWidth)
        let geometry = try NetworkGeometry(network, height: image.paddedHeight, width: image.paddedWidth)
        let place = "network \(network.graph.name) on \(image.paddedWidth)x\(image.paddedHeight)"
        let runBytes = keepsCommands ? RunMemory.machineBytes(network, geometry, machine: machine) : 0
        try memory.require(runBytes, for: "external memory and buffers of a machine", at: place)
        if let schedule {
            guard schedule.width == image.paddedWidth, schedule.height == image.paddedHeight else {
                throw Diagnostic(
                    .scheduleSizeMismatch, at: "schedule of \(schedule.network)",
                    found: "a schedule for \(schedule.width)x\(schedule.height)",
                    expected: "one for \(image.paddedWidth)x\(image.paddedHeight)",
                    remedy:
                        """
                        write one for this size: intaglio schedule --size \(width)x\(height), with the --network and \
                        --machine of this run
                        """
                )
            }
            self.schedule = schedule
        } else {
            self.schedule = try Schedule(
                bestFor: network, geometry, on: machine, height: image.paddedHeight, width: image.paddedWidth,
                lanes: lanes, fuse: fuse)
        }
        var stream = TimedStream(on: machine)
        if keepsCommands {
            let program = try Program(
                network: network, geometry, schedule: self.schedule, machine: machine, fault: fault?.inCommands,
                memory: memory.beside(runBytes))
            stream.append(contentsOf: program.commands)
            stream.groups = program.groups
            (layout, commands, probes) = (program.layout, program.commands, program.probes)
        } else {
            (commands, probes) = (nil, [])
            layout = try ProgramLayout(
                network: network, geometry, schedule: self.schedule, timing: &stream, fault: fault?.inCommands,
                memory: memory)
        }
        self.memory = memory.beside(runBytes + Program.byteCount(commands: stream.count, areKept: keepsCommands))
        do {
            self.timeline = try Timeline(simulating: stream)
        } catch {
            preconditionFailure("lowered commands cannot be timed: \(error)")
        }
    }

    /// What the host computes beside what was planned; nothing where there were no weights.
    var host: [HostOperator] { quantized?.host ?? [] }

    /// Of tensors and layers, at the picture's padded size.
    package var geometry: NetworkGeometry { layout.geometry }

    /// Whether a network has the formats that were planned: at once for the very network that was.
    ///
    /// - Throws: what the network's formats throw.
    package func hasFormats(of network: QuantizedNetwork) throws(Diagnostic) -> Bool {
        if quantized == network { return true }
        return try NetworkFormats(network) == self.network
    }

    /// What a machine runs. Only of a plan that keeps its commands.
    package var program: Program {
        guard let commands else { preconditionFailure("a plan that runs keeps its commands") }
        return Program(commands: commands, layout: layout, probes: probes)
    }
}

extension SimulationPlan {
    /// What a run of a network needs, without its commands.
    ///
    /// - Parameters:
    ///   - height, width: of the graph's input, padded already.
    /// - Throws: what the network's formats and geometry throw.
    public static func runBytes(
        _ network: QuantizedNetwork, height: Int, width: Int, machine: MachineDescription
    ) throws(Diagnostic) -> Int {
        let formats = try NetworkFormats(network)
        return RunMemory.machineBytes(
            formats, try NetworkGeometry(formats, height: height, width: width), machine: machine)
    }

    /// Asks for what the reference model needs beside the machine's run.
    ///
    /// - Throws: `memoryBudgetExceeded`.
    package func requireReferenceMemory() throws(Diagnostic) {
        try memory.require(
            RunMemory.referenceBytes(geometry), for: "tensors of the reference model",
            at: "network \(network.graph.name) on \(image.paddedWidth)x\(image.paddedHeight)")
    }

    /// Asks for what a writer makes of the commands, some bytes for each.
    ///
    /// - Throws: `memoryBudgetExceeded`.
    package func requireMemory(bytesPerCommand factor: Int, for purpose: String) throws(Diagnostic) {
        try memory.require(
            MemoryBudget.product(factor, timeline.commands.count), for: purpose, at: "network \(network.graph.name)")
    }

    /// Asks for what a writer makes of external memory, some bytes for each of its bytes.
    ///
    /// - Throws: `memoryBudgetExceeded`.
    package func requireMemory(bytesPerExternalByte factor: Int, for purpose: String) throws(Diagnostic) {
        try memory.require(
            MemoryBudget.product(factor, layout.memoryMap.bytes), for: purpose, at: "network \(network.graph.name)")
    }
}

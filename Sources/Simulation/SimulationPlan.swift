public import Diagnostics
import Commands
public import Graph
public import MachineDescription
public import Networks
public import Schedules
package import Scheduling
package import Timing

/// A network, a machine, a picture's size and a schedule, lowered to commands and timed. Needs no picture: what `plan` reports.
public struct SimulationPlan: Sendable {
    public let network: QuantizedNetwork
    public let machine: MachineDescription
    public let schedule: Schedule
    public let image: ImageReport
    /// Of every tensor, by name.
    public let shapes: [String: FeatureShape]
    package let program: Program
    package let timeline: Timeline
    /// Where the machine has a weight decoder or skips zeros: what that would change.
    package let weightCoding: WeightCodingEstimate?

    /// - Parameters:
    ///   - width, height: of the picture; padded to a multiple of the network's stride.
    ///   - schedule: searched for when nil.
    ///   - keepsCommands: whether the plan can be run; without, it needs less memory and time.
    ///   - fault: put into the commands after the schedule is verified.
    /// - Throws: what the graph, the schedule verifier and the search throw.
    public init(
        network: QuantizedNetwork, machine: MachineDescription, width: Int, height: Int, schedule: Schedule? = nil, keepsCommands: Bool = true,
        fault: InjectedFault? = nil
    ) throws(Diagnostic) {
        let graph = network.graph
        let image = ImageReport(width: width, height: height, paddedWidth: graph.padded(width), paddedHeight: graph.padded(height))
        self.network = network
        self.machine = machine
        self.image = image
        self.shapes = try network.shapes(height: image.paddedHeight, width: image.paddedWidth)
        if let schedule {
            guard schedule.width == image.paddedWidth, schedule.height == image.paddedHeight else {
                throw Diagnostic(
                    .scheduleSizeMismatch, at: "schedule of \(schedule.network)", found: "a schedule for \(schedule.width)x\(schedule.height)",
                    expected: "one for \(image.paddedWidth)x\(image.paddedHeight)", remedy: "write one for this size: intaglio schedule --size \(width)x\(height)")
            }
            self.schedule = schedule
        } else {
            self.schedule = try Schedule(bestFor: network, on: machine, height: image.paddedHeight, width: image.paddedWidth)
        }
        var stream = TimedStream(on: machine)
        if keepsCommands {
            self.program = try Program(network: network, schedule: self.schedule, machine: machine, fault: fault?.inCommands)
            stream.append(contentsOf: program.commands)
        } else {
            self.program = try Program(network: network, schedule: self.schedule, timing: &stream, fault: fault?.inCommands)
        }
        do {
            self.timeline = try Timeline(simulating: stream)
        } catch {
            preconditionFailure("lowered commands cannot be timed: \(error)")
        }
        guard machine.estimatesWeightCoding else {
            weightCoding = nil
            return
        }
        let commands = keepsCommands ? program.commands : try Program(network: network, schedule: self.schedule, machine: machine).commands
        weightCoding = try WeightCodingEstimate(program, commands: commands, schedule: self.schedule, network: network, machine: machine)
    }
}

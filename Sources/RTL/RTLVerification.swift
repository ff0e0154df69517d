import Commands
public import Conformance
public import Diagnostics
public import Foundation
import Geometry
import Graph
import Lowering
import MachineDescription
public import Networks
public import Simulation
public import Tensors
import Timing

/// The modelled machine and its RTL on the same commands and bytes: every stored element, and the first and last cycle
/// of every command.
public struct RTLVerification: Encodable, Sendable {
    public let name: String
    public let elements: Int
    public let differingElements: Int
    public let commands: Int
    /// Commands whose first or last cycle is another than was predicted.
    public let differingCommands: Int
    public let simulatedCycles: Int
    public let rtlCycles: Int
    /// Wall time of either executor; that of the RTL includes reading and writing its files.
    public let modelSeconds: Double
    public let rtlSeconds: Double
    /// The first difference in a sentence, or nil.
    public let failure: String?

    /// - Parameters:
    ///   - plan: lowered and timed.
    ///   - network: the plan's.
    ///   - inputs: stored elements of the graph inputs.
    ///   - directory: for the files of the run.
    ///   - cycleLimit: when to give up; by default far beyond what is predicted.
    /// - Throws: what the run of either executor throws.
    public init(
        _ name: String, plan: SimulationPlan, of network: ProvenNetwork, inputs: [String: Tensor<Int32>],
        on build: MachineBuild, directory: URL,
        cycleLimit: Int? = nil, threads: Int = 1
    ) throws(Diagnostic) {
        try plan.requireMemory(bytesPerExternalByte: 16, for: "files of the RTL's memory")
        let clock = ContinuousClock()
        let modelStart = clock.now
        let run = try SimulationRun(plan, of: network, inputs: inputs, threads: threads)
        modelSeconds = (clock.now - modelStart).seconds
        let rtlStart = clock.now
        let timeline = plan.timeline
        let rtl = try RTLRun(
            plan.program.commands, memory: try SimulationRun.memoryBytes(plan, of: network, inputs: inputs),
            activationBits: plan.network.widths.activationBits,
            cycleLimit: cycleLimit ?? 2 * timeline.totalCycles + 10_000, on: build, directory: directory)
        rtlSeconds = (clock.now - rtlStart).seconds
        self.name = name
        commands = plan.program.commands.count
        simulatedCycles = timeline.totalCycles
        rtlCycles = rtl.totalCycles
        var failure: String?
        var (elements, differing) = (0, 0)
        for (index, layer) in plan.geometry.layers.enumerated() where !plan.layout.isInRing(index) {
            let expected = run.storedOutput(index)
            elements += expected.elements.count
            let found = rtl.tensor(plan.layout.memoryMap.tensors[layer.outputTensor])
            guard let difference = FirstDifference(expected: expected, found: found) else { continue }
            differing += difference.count
            failure =
                failure
                    ?? """
                    \(name): layer \(layer.name): \(difference.count) of \(expected.elements.count) elements differ, \
                    first at \(difference.coordinate): machine \(difference.expected), RTL \
                    \(difference.found)
                    """
        }
        let late = timeline.commands.indices.filter {
            (timeline.commands[$0].start, timeline.commands[$0].end) != rtl.commands[$0]
        }
        if let first = late.first {
            let (expected, found) = (timeline.commands[first], rtl.commands[first])
            let command = plan.program.commands[first]
            failure =
                failure
                    ?? """
                    \(name): \(late.count) of \(commands) commands at other cycles, first command \(first) \
                    (\(command.engine.rawValue), layer \(command.layer)): \
                    predicted \(expected.start)...\(expected.end), RTL \(found.start)...\(found.end)
                    """
        }
        let saturated = run.saturatedOutputs.reduce(0, +)
        if rtl.saturatedOutputs != saturated {
            failure =
                failure ?? "\(name): the machine counts \(saturated) saturated outputs, the RTL \(rtl.saturatedOutputs)"
        }
        self.elements = elements
        differingElements = differing
        differingCommands = late.count
        self.failure = failure
    }
}

extension Duration {
    fileprivate var seconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}

extension RTLRun {
    /// What stands for an element with unknown bits: no stored element has this value.
    private static let unknown = Int32.min

    /// A stored tensor: codes 0...255 or signed 16-bit values.
    func tensor(_ region: TensorRegion) -> Tensor<Int32> {
        let shape = TensorShape(height: region.height, width: region.width, channels: region.channels)
        var elements: [Int32] = []
        elements.reserveCapacity(shape.count)
        for y in 0..<region.height {
            let first = region.address + y * region.rowPitchBytes
            for index in 0..<region.width * region.channels {
                elements.append(
                    element(at: first + region.bytesPerElement * index, isCode: region.bytesPerElement == 1))
            }
        }
        return Tensor(shape: shape, elements: elements)
    }

    private func element(at address: Int, isCode: Bool) -> Int32 {
        guard let low = memory[address] else { return Self.unknown }
        if isCode { return Int32(low) }
        guard let high = memory[address + 1] else { return Self.unknown }
        return Int32(Int16(truncatingIfNeeded: Int(low) | Int(high) << 8))
    }
}

extension RTLVerification {
    /// A layer case on the build's machine.
    public init(
        _ layerCase: LayerCase, on build: MachineBuild, directory: URL, cycleLimit: Int? = nil, threads: Int = 1,
        memory: MemoryBudget = .standard
    ) throws(Diagnostic) {
        let network = try ProvenNetwork(layerCase.network)
        let plan = try SimulationPlan(layerCase, on: build.machine, memory: memory)
        try self.init(
            layerCase.name, plan: plan, of: network, inputs: layerCase.inputs, on: build, directory: directory,
            cycleLimit: cycleLimit, threads: threads)
    }
}

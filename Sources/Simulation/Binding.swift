import MachineDescription
import Text

/// The part of a machine that sets the time of a layer.
public enum BindingResource: String, Codable, CaseIterable, Sendable {
    /// Steps of the multipliers.
    case macArray
    /// External memory: its transfers, or the waits for them, take longer than all that the compute engine does.
    case dma
    /// Post-processor, encoder or normalization: results of a group leave later than the next group is summed.
    case resultLanes
    /// A step takes several cycles, because the weights of C0 x K0 lanes are read in several.
    case weightBuffer
    /// Likewise, because a bank is asked for several words.
    case activationBuffer
    /// Command decode, filling and emptying of the pipeline: tiles are too small.
    case pipeline
}

/// What binds a result, and what would help.
public struct BindingReport: Codable, Equatable, Sendable {
    /// The resource that sets the time of most cycles.
    public var resource: BindingResource
    /// Layers whose time it sets, and their simulated cycles.
    public var layers: Int
    public var cycles: Int
    public var sentence: String
}

extension LayerReport {
    /// Cycles that the compute engine worked or could not work for its own reasons.
    private var ownCycles: Int {
        computeCycles + ["bankConflict", "drain", "fill"].reduce(0) { $0 + stallCycles[$1, default: 0] }
    }

    /// Cycles that the layer's bytes take at the rate that the channel reaches.
    private func transferCycles(_ memory: MemoryDescription) -> Double {
        memory.reachedCycles(reading: dramReadBytes, writing: dramWriteBytes)
    }

    /// By the largest of its time on the compute engine, of its transfers and of the waits for them; on the compute
    /// engine by what costs at least a tenth of that time beside the steps.
    func bindingResource(on machine: MachineDescription) -> BindingResource {
        guard Double(ownCycles) >= transferCycles(machine.memory), 2 * ownCycles >= simulatedCycles else { return .dma }
        let feeds: BindingResource = machine.weightsPaceSteps ? .weightBuffer : .activationBuffer
        let others: [(resource: BindingResource, cycles: Int)] = [
            (feeds, stallCycles["bankConflict", default: 0]), (.resultLanes, stallCycles["drain", default: 0]),
            (.pipeline, stallCycles["fill", default: 0]),
        ]
        let largest = others.max { $0.cycles < $1.cycles }!
        return 10 * largest.cycles > ownCycles ? largest.resource : .macArray
    }
}

extension BindingReport {
    /// Of all layers; nil where there is none.
    init?(_ layers: [LayerReport], on machine: MachineDescription) {
        let cycles = layers.reduce(into: [:]) { $0[$1.boundBy, default: 0] += $1.simulatedCycles }
        guard let resource = BindingResource.allCases.max(by: { cycles[$0, default: -1] < cycles[$1, default: -1] }),
            let bound = cycles[resource]
        else { return nil }
        let ofResource = layers.filter { $0.boundBy == resource }
        let scope =
            "\(resource.phrase) \(bound.grouped) of \(layers.reduce(0) { $0 + $1.simulatedCycles }.grouped) cycles"
        self.init(
            resource: resource, layers: ofResource.count, cycles: bound,
            sentence: "\(scope): \(Self.help(resource, ofResource, machine))")
    }

    private static func help(
        _ resource: BindingResource, _ layers: [LayerReport], _ machine: MachineDescription
    ) -> String {
        switch resource {
        case .macArray: return multipliers(layers, machine)
        case .dma:
            let unfilled = MemoryAccess.allCases.compactMap { machine.memory.unfilledBus($0) }
            return unfilled.isEmpty ? bus(layers, machine) : unfilled.joined(separator: "; ")
        case .weightBuffer:
            return [machine.starvedWeights, machine.sharedBanks].compactMap(\.self).joined(separator: "; ")
        case .activationBuffer:
            return machine.sharedBanks.map { [$0, machine.starvedWeights].compactMap(\.self).joined(separator: "; ") }
                ?? "columns of a strided layer lie in the same banks; activationBuffer.deinterleave would spread them"
        case .resultLanes:
            return machine.pacedArray
                ?? "groups of these layers have fewer steps than their results take to leave; more lanes would help"
        case .pipeline: return "commands are short; larger tiles, or a larger picture, would help"
        }
    }

    /// How many multipliers work in the steps, and where most of the others are.
    private static func multipliers(_ layers: [LayerReport], _ machine: MachineDescription) -> String {
        let (useful, issued) = layers.reduce((0, 0)) { ($0.0 + $1.usefulMACs, $0.1 + $1.issuedMACs) }
        guard issued > 0, let idlest = layers.max(by: { $0.issuedMACs - $0.usefulMACs < $1.issuedMACs - $1.usefulMACs })
        else { return "no multiplication is needed" }
        let share = (Double(useful) / Double(issued) * 100).fixed(1)
        if 10 * useful >= 9 * issued {
            return
                """
                \(share) % of its \(machine.macArray.macs.grouped) multipliers work in every step; more of them would \
                help
                """
        }
        return
            """
            \(share) % of its \(machine.macArray.macs.grouped) multipliers work in a step; most idle ones are in \
            \(idlest.name), which uses \((Double(idlest.usefulMACs) / Double(idlest.issuedMACs) * 100).fixed(1)) %
            """
    }

    /// The bus can be full: shorter waits, a wider one, or fewer bytes.
    private static func bus(_ layers: [LayerReport], _ machine: MachineDescription) -> String {
        let (bytes, least) = layers.reduce((0, 0)) {
            ($0.0 + $1.dramReadBytes + $1.dramWriteBytes, $0.1 + $1.lowerBoundBytes)
        }
        let cycles = max(layers.reduce(0) { $0 + $1.simulatedCycles }, 1)
        let width = machine.memory.peakBytesPerCycle
        let moved = "DMA moves \((Double(bytes) / Double(cycles)).fixed(1)) of \(width) bytes per cycle"
        guard 2 * bytes >= cycles * width else {
            return
                """
                \(moved): most of the time it waits for the first bytes of short transfers, \
                \(machine.memory.read.latencyCycles) cycles each; a lower latency or larger tiles would help
                """
        }
        return 4 * bytes > 5 * least
            ? """
            \(moved), \(bytes.grouped) bytes where \(least.grouped) must move; larger buffers or a wider bus would help
            """
            : "\(moved); a wider bus would help"
    }
}

extension BindingResource {
    fileprivate var phrase: String {
        switch self {
        case .macArray: "the MAC array binds"
        case .dma: "external memory binds"
        case .resultLanes: "result lanes bind"
        case .weightBuffer: "the weight buffer binds"
        case .activationBuffer: "the activation buffer binds"
        case .pipeline: "filling and emptying the pipeline binds"
        }
    }
}

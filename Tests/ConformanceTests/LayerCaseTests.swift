import Conformance
import Diagnostics
import Graph
import MachineDescription
import Networks
import Schedules
import Scheduling
import Tensors
import Simulation
import Testing

/// Every operator, on reference model and machine, on every built-in machine: equality of every stored element and of the saturated counts.
@Suite struct LayerCaseTests {
    @Test("Seeded layer cases agree", arguments: MachineDescription.builtInNames)
    func seededCasesAgree(machineName: String) throws {
        let machine = try MachineDescription.load(machineName)
        for seed in 0..<600 as Range<UInt64> {
            let difference = try ConformanceRun.difference(seed: seed, machine: machine)
            #expect(difference == nil, "replay: intaglio verify --suite 1 --seed \(seed) --machine \(machineName)")
        }
    }

    @Test("The suite covers every operator with every rounding rule")
    func everyFamilyIsDrawn() {
        let names = (0..<150 as Range<UInt64>).map { LayerCaseGenerator().layerCase(seed: $0).name }
        for family in LayerCaseGenerator.Family.allCases {
            #expect(names.count { $0.hasPrefix(family.rawValue + " ") } == 10, "\(family.rawValue)")
        }
    }

    /// Bits may not depend on tiling: the same case under schedules with smaller tiles and either loop order.
    @Test("Results do not depend on the schedule", arguments: MachineDescription.builtInNames)
    func schedulesDoNotChangeBits(machineName: String) throws {
        let machine = try MachineDescription.load(machineName)
        let array = machine.macArray
        let generator = LayerCaseGenerator(
            limits: CaseLimits(activationBits: array.activationBits, weightBits: array.weightBits, accumulatorBits: array.accumulatorBits))
        var random = SplitMix64(seed: 77)
        var tried = 0
        for seed in 2000..<2300 as Range<UInt64> {
            let layerCase = generator.layerCase(seed: seed)
            let shape = layerCase.inputs.first!.value.shape
            let best = try Schedule(of: layerCase.network, on: machine, height: shape.height, width: shape.width)
            guard let other = best.withOtherTiles(for: layerCase.network, machine: machine, using: &random) else { continue }
            tried += 1
            let difference = try ConformanceRun.difference(layerCase, machine: machine, schedule: other)
            #expect(difference == nil, "seed \(seed) with the schedule\n\(other)")
        }
        #expect(tried > 150)
    }

    @Test("Threads do not change bits")
    func threadsDoNotChangeBits() throws {
        let machine = try MachineDescription.load("large")
        for seed in 5000..<5060 as Range<UInt64> {
            for threads in [2, 3] {
                #expect(try ConformanceRun.difference(seed: seed, machine: machine, threads: threads) == nil, "seed \(seed), \(threads) threads")
            }
        }
    }
}

extension Schedule {
    /// The schedule that the search finds.
    init(of network: QuantizedNetwork, on machine: MachineDescription, height: Int, width: Int) throws {
        self = try SimulationPlan(network: network, machine: machine, width: width, height: height).schedule
    }

    /// Smaller tiles at the same addresses and perhaps the other loop order; nil where the verifier refuses every draw.
    func withOtherTiles(for network: QuantizedNetwork, machine: MachineDescription, using random: inout SplitMix64) -> Schedule? {
        for _ in 0..<20 {
            var other = self
            let tile = layers[0].tile
            other.layers[0].tile = Tile(
                outputRows: Int.random(in: 1...tile.outputRows, using: &random), outputColumns: Int.random(in: 1...tile.outputColumns, using: &random),
                outputChannels: Int.random(in: 1...tile.outputChannels, using: &random), inputChannels: Int.random(in: 1...tile.inputChannels, using: &random))
            other.layers[0].order = LoopOrder.allCases.randomElement(using: &random)!
            if other != self, (try? other.verify(network: network, machine: machine)) != nil { return other }
        }
        return nil
    }
}

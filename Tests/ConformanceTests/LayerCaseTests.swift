import Conformance
import Diagnostics
import FixedPoint
import Geometry
import Graph
import MachineDescription
import Networks
import Random
import Schedules
import Scheduling
import Simulation
import Tensors
import Testing

/// Every operator, on reference model and machine, on every built-in machine: equality of every stored element and of
/// the saturated counts.
@Suite struct LayerCaseTests {
    @Test("Seeded layer cases agree", arguments: MachineDescription.builtInNames)
    func seededCasesAgree(machineName: String) throws {
        let machine = try MachineDescription.load(machineName)
        for seed in 0..<600 as Range<UInt64> {
            let difference = try ConformanceRun.difference(seed: seed, machine: machine)
            #expect(difference == nil, "replay: intaglio verify --suite 1 --seed \(seed) --machine \(machineName)")
        }
    }

    @Test("The suite covers every operator with every rounding rule, and every rule within the first 60 cases")
    func everyFamilyIsDrawn() {
        let cases = (0..<200 as Range<UInt64>).map { LayerCaseGenerator().layerCase(seed: $0) }
        for family in LayerCaseGenerator.Family.allCases {
            let names = cases.map(\.name).filter { $0.hasPrefix(family.rawValue + " ") }
            #expect(
                names.count == 10 && Set(names.map { $0.split(separator: " ")[1] }).count == 10, "\(family.rawValue)")
        }
        // Rules that a layer of these rounds by, not those in names alone.
        let rules = cases.prefix(60).compactMap { layerCase -> RoundingRule? in
            guard case .accumulation(let parameters)? = layerCase.network.parameters["layer"] else { return nil }
            return parameters.postProcessing.rounding
        }
        #expect(Set(rules) == Set(RoundingRule.allCases))
    }

    @Test(
        "Narrow machines, odd lanes, one half, few banks: cases are drawn within what a machine has, and agree",
        arguments: 0..<30 as Range<UInt64>)
    func randomMachines(_ seed: UInt64) throws {
        let machine = MachineDescription.random(seed: seed)
        // A file of this machine says the same.
        #expect(try MachineDescription(yaml: machine.yaml, path: "random") == machine)
        let generator = LayerCaseGenerator(limits: CaseLimits(machine))
        for caseSeed in 0..<60 as Range<UInt64> {
            let layerCase = generator.suiteCase(seed: caseSeed)
            let widths = layerCase.network.widths
            #expect(
                widths.activationBits <= machine.macArray.activationBits
                    && widths.weightBits <= machine.macArray.weightBits)
            #expect(widths.accumulatorBits <= machine.macArray.accumulatorBits)
            let difference = try ConformanceRun.difference(layerCase, machine: machine)
            #expect(
                difference == nil,
                """
                replay: intaglio machines --random \(seed) > m.yaml; intaglio verify --suite 1 --seed \(caseSeed) \
                --machine m.yaml
                """
            )
        }
    }

    @Test(
        "The drawn machines have every V, W and pixel lane count, 1 and 2 halves, both normalizations, both codebooks"
    )
    func machinesAreVaried() {
        let machines = (0..<30 as Range<UInt64>).map { MachineDescription.random(seed: $0) }
        #expect(Set(machines.map(\.macArray.activationBits)) == Set(8...16))
        #expect(Set(machines.map(\.macArray.weightBits)) == Set(8...12))
        #expect(Set(machines.map(\.macArray.pixelLanes)) == Set(1...5))
        for flags in [
            machines.map(\.weightBuffer.pingPong), machines.map(\.activationBuffer.pingPong),
            machines.map(\.activationBuffer.deinterleave), machines.map(\.codebookMux.programmable),
        ] {
            #expect(Set(flags).count == 2)
        }
        #expect(Set(machines.map(\.normalization.method)).count == 2)
        #expect(machines.contains { $0.macArray.accumulatorBits < 24 })
    }

    @Test("What a suite covered is counted from its commands")
    func coverage() throws {
        let machine = try MachineDescription.load("small")
        var coverage = SuiteCoverage()
        for seed in 0..<60 as Range<UInt64> {
            coverage.add(
                try ConformanceRun(
                    LayerCaseGenerator(limits: CaseLimits(machine)).layerCase(seed: seed), machine: machine))
        }
        let lines = coverage.text.split(separator: "\n")
        // Grouped convolutions are convolutions.
        #expect(lines[0] == "cases        60, \(LayerCaseGenerator.Family.allCases.count - 1) operators")
        #expect(lines[1] == "rounding     10 of 10 rules")
        // Three memories of 131,072 bytes; sums of 32 bits in 32,768 bytes.
        #expect(
            lines[5].contains("weightBuffer ") && lines[5].contains(" of 17, activationBuffer ")
                && lines[5].contains(" of 17, accumulatorBuffer "))
    }

    /// Bits may not depend on tiling: the same case under schedules with smaller tiles and either loop order.
    @Test("Results do not depend on the schedule", arguments: MachineDescription.builtInNames)
    func schedulesDoNotChangeBits(machineName: String) throws {
        let machine = try MachineDescription.load(machineName)
        let generator = LayerCaseGenerator(limits: CaseLimits(machine))
        var random = SeededGenerator(seed: 77)
        var tried = 0
        for seed in 2000..<2400 as Range<UInt64> {
            let layerCase = generator.layerCase(seed: seed)
            let shape = layerCase.shape
            let best = try Schedule(of: layerCase.network, on: machine, height: shape.height, width: shape.width)
            guard let other = best.withOtherTiles(for: layerCase.network, machine: machine, using: &random) else {
                continue
            }
            tried += 1
            let difference = try ConformanceRun.difference(layerCase, machine: machine, schedule: other)
            #expect(difference == nil, "seed \(seed) with the schedule\n\(other)")
        }
        #expect(tried > 150)
    }

    /// Every case of the two families whose groups can be merged, on both mappings of the lanes.
    @Test("Results do not depend on the lanes", arguments: MachineDescription.builtInNames)
    func lanesDoNotChangeBits(machineName: String) throws {
        let machine = try MachineDescription.load(machineName)
        let generator = LayerCaseGenerator(limits: CaseLimits(machine))
        var (merged, withPart) = (0, 0)
        for seed in 0..<60 as Range<UInt64> {
            for family in [LayerCaseGenerator.Family.depthwiseConvolution, .groupedConvolution] {
                let layerCase = generator.layerCase(seed: seed, family: family)
                let shape = layerCase.shape
                let formats = try NetworkFormats(layerCase.network)
                func schedule(_ lanes: Lanes) throws -> Schedule {
                    try Schedule(
                        bestFor: formats, on: machine, height: shape.height, width: shape.width, lanes: lanes)
                }
                let (plain, other) = (try schedule(.channels), try schedule(.mergedGroups))
                #expect(plain.layers[0].lanes == .channels)
                guard other.layers[0].lanes == .mergedGroups else { continue }
                merged += 1
                if shape.channels % other.layers[0].tile.inputChannels != 0 { withPart += 1 }
                for schedule in [plain, other] {
                    let difference = try ConformanceRun.difference(layerCase, machine: machine, schedule: schedule)
                    #expect(difference == nil, "\(family.rawValue), seed \(seed)\n\(schedule)")
                }
            }
        }
        #expect(merged > 40 && withPart > 10, "\(merged) cases, \(withPart) with a smaller last group")
    }

    /// Transposed convolutions with phases that share the output lanes: as the search lays them, and in smaller tiles.
    @Test("Results do not depend on joined phases", arguments: MachineDescription.builtInNames + ["random"])
    func phasesDoNotChangeBits(machineName: String) throws {
        var random = SeededGenerator(seed: 78)
        var (joined, tiled, split, ragged) = (0, 0, 0, 0)
        for seed in 0..<150 as Range<UInt64> {
            let machine =
                machineName == "random"
                ? MachineDescription.random(seed: seed) : try MachineDescription.load(machineName)
            let generator = LayerCaseGenerator(limits: CaseLimits(machine))
            let layerCase = generator.layerCase(seed: seed, family: .transposedConvolution)
            let shape = layerCase.shape
            let schedule = try Schedule(
                bestFor: NetworkFormats(layerCase.network), on: machine, height: shape.height, width: shape.width,
                lanes: .phases)
            guard schedule.layers[0].lanes == .phases else { continue }
            joined += 1
            let difference = try ConformanceRun.difference(layerCase, machine: machine, schedule: schedule)
            #expect(difference == nil, "\(layerCase.name)\n\(schedule)")
            guard let other = schedule.withOtherTiles(for: layerCase.network, machine: machine, using: &random),
                other.layers[0].lanes == .phases
            else { continue }
            tiled += 1
            let tile = other.layers[0].tile
            if tile.inputChannels < shape.channels { split += 1 }
            if tile.outputChannels < schedule.layers[0].tile.outputChannels { ragged += 1 }
            let found = try ConformanceRun.difference(layerCase, machine: machine, schedule: other)
            #expect(found == nil, "\(layerCase.name)\n\(other)")
        }
        #expect(
            joined > 100 && tiled > 40 && split > 25 && ragged > 25,
            "\(joined) joined, \(tiled) with other tiles, \(split) with split channels, \(ragged) of some outputs")
    }

    /// Rows laid as windows and rows as they are: the same elements, on built-in machines and on lanes of any number.
    @Test("Results do not depend on whether lanes run over kernel rows")
    func kernelRowsDoNotChangeBits() throws {
        let machines =
            try MachineDescription.builtInNames.map { try MachineDescription.load($0) }
            + (0..<12).map { MachineDescription.random(seed: $0) }
        for machine in machines {
            let generator = LayerCaseGenerator(limits: CaseLimits(machine))
            var joined = 0
            for seed in 0..<120 as Range<UInt64> {
                let layerCase = generator.windowCase(seed: seed)
                let shape = layerCase.shape
                let formats = try NetworkFormats(layerCase.network)
                for lanes in [Lanes.channels, .kernelRow] {
                    let schedule = try Schedule(
                        bestFor: formats, on: machine, height: shape.height, width: shape.width, lanes: lanes)
                    if schedule.layers[0].lanes == .kernelRow { joined += 1 }
                    let difference = try ConformanceRun.difference(layerCase, machine: machine, schedule: schedule)
                    #expect(difference == nil, "\(machine.name), seed \(seed)\n\(schedule)")
                }
            }
            #expect(joined > 60, "\(joined) cases of \(machine.name)")
        }
    }

    @Test("Threads do not change bits")
    func threadsDoNotChangeBits() throws {
        let machine = try MachineDescription.load("large")
        for seed in 5000..<5060 as Range<UInt64> {
            for threads in [2, 3] {
                #expect(
                    try ConformanceRun.difference(seed: seed, machine: machine, threads: threads) == nil,
                    "seed \(seed), \(threads) threads")
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
    func withOtherTiles(
        for network: QuantizedNetwork, machine: MachineDescription, using random: inout SeededGenerator
    ) -> Schedule? {
        for _ in 0..<20 {
            var other = self
            let tile = layers[0].tile
            other.layers[0].tile = Tile(
                outputRows: Int.random(in: 1...tile.outputRows, using: &random),
                outputColumns: Int.random(in: 1...tile.outputColumns, using: &random),
                outputChannels: Int.random(in: 1...tile.outputChannels, using: &random),
                inputChannels: Int.random(in: 1...tile.inputChannels, using: &random))
            other.layers[0].order = LoopOrder.allCases.randomElement(using: &random)!
            if other != self, (try? other.verify(network: NetworkFormats(network), machine: machine)) != nil {
                return other
            }
        }
        return nil
    }
}

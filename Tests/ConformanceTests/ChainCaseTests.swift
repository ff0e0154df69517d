import Conformance
import Diagnostics
import Geometry
import Graph
import MachineDescription
import Networks
import ReferenceModel
import Schedules
import Scheduling
import Simulation
import Tensors
import Testing

/// Chains of layers that may run together: every layer's elements and saturated counts, on reference and machine.
@Suite struct ChainCaseTests {
    private static func machine(_ seed: UInt64) throws -> MachineDescription {
        seed % 4 == 0 ? try MachineDescription.load(MachineDescription.builtInNames[0]) : .random(seed: seed)
    }

    private static func plainSchedule(
        _ layerCase: LayerCase, _ machine: MachineDescription
    ) throws -> Schedule {
        try Schedule(
            bestFor: NetworkFormats(layerCase.network), on: machine, height: layerCase.shape.height,
            width: layerCase.shape.width, fuse: .off)
    }

    @Test("Results do not depend on what runs together: nothing, what is searched, drawn groups of drawn rows")
    func groupsDoNotChangeBits() throws {
        var (searched, drawn) = (GroupReach(), GroupReach())
        for seed in 0..<200 as Range<UInt64> {
            let machine = try Self.machine(seed)
            let generator = LayerCaseGenerator(limits: CaseLimits(machine))
            let layerCase = generator.chainCase(seed: seed)
            let plain = try Self.plainSchedule(layerCase, machine)
            #expect(plain.groups.isEmpty)
            #expect(try ConformanceRun.difference(layerCase, machine: machine, schedule: plain) == nil)
            let best = try ConformanceRun(layerCase, machine: machine)
            #expect(best.difference == nil, "\(machine.name)\n\(best.plan.schedule)")
            searched.add(best.plan)
            let forced = try ConformanceRun(
                generator.chainCase(seed: seed, drawsGroups: true), machine: machine)
            #expect(forced.difference == nil, "\(machine.name)\n\(forced.plan.schedule)")
            drawn.add(forced.plan)
        }
        // A search takes few groups of such small chains.
        for seed in 200..<800 as Range<UInt64> {
            let machine = try Self.machine(seed)
            let best = try ConformanceRun(
                LayerCaseGenerator(limits: CaseLimits(machine)).chainCase(seed: seed), machine: machine)
            #expect(best.difference == nil, "\(machine.name)\n\(best.plan.schedule)")
            searched.add(best.plan)
        }
        print("searched \(searched)\ndrawn \(drawn)")
        #expect(searched.groups > 20)
        #expect(drawn.groups > 120 && drawn.long > 30 && drawn.wraps > 80, "\(drawn)")
        #expect(drawn.transposed > 20 && drawn.skips > 5 && drawn.pooling > 20 && drawn.normalizations > 20, "\(drawn)")
        #expect(drawn.kernelRows > 10 && drawn.phases > 5, "\(drawn)")
    }

    /// Where the verifier refuses one row less, it asks for the schedule's rows; where it does not, nothing changes. A
    /// ring of fewer rows than it needs gives other elements.
    @Test("A ring is as short as the verifier lets it be, and one row less gives other elements")
    func shortRings() throws {
        var (tight, spare, tightFaults, different) = (0, 0, 0, 0)
        for seed in 0..<300 as Range<UInt64> {
            let machine = try Self.machine(seed)
            let layerCase = LayerCaseGenerator(limits: CaseLimits(machine)).chainCase(seed: seed, drawsGroups: true)
            let plan = try SimulationPlan(layerCase, on: machine)
            let (formats, network) = (try NetworkFormats(layerCase.network), try ProvenNetwork(layerCase.network))
            let reference = try ReferenceModel(layerCase.network).run(inputs: layerCase.inputs)
            func isEqual(_ plan: SimulationPlan) throws -> Bool {
                let run = try SimulationRun(plan, of: network, inputs: layerCase.inputs)
                return layerCase.network.graph.layers.enumerated().allSatisfy { index, layer in
                    run.storedOutput(index) == reference.tensors[layer.name]!
                }
            }
            for (number, group) in plan.schedule.groups.enumerated() {
                for index in group.ringRows.indices where group.ringRows[index] > 1 {
                    var shorter = plan.schedule
                    shorter.groups[number].ringRows[index] -= 1
                    if let refusal = Self.refusal(shorter, formats, machine) {
                        #expect(refusal.code == .scheduleGroupRing && refusal.place == "layer \(group.layers[index])")
                        #expect(refusal.remedy == "write ringRows \(group.ringRows[index])")
                        tight += 1
                        // A store may come in time whatever the ring holds.
                        let isStored = layerCase.network.graph.outputs.contains(group.layers[index])
                        guard !isStored, let faulty = Self.plan(layerCase, plan, shortRingOf: group.layers[index])
                        else { continue }
                        tightFaults += 1
                        different += try isEqual(faulty) ? 0 : 1
                    } else {
                        spare += 1
                        #expect(try isEqual(SimulationPlan(layerCase, on: machine, schedule: shorter)))
                    }
                }
            }
        }
        print("\(tight) tight rings, \(spare) with room; \(different) of \(tightFaults) too short ones show")
        #expect(tight > 20 && spare > 30)
        // Clipping hides some.
        #expect(tightFaults > 20 && 2 * different > tightFaults, "\(different) of \(tightFaults)")
    }

    /// Its ring has one row less than it needs. Nil where a command needs all of the ring's rows.
    private static func plan(
        _ layerCase: LayerCase, _ plan: SimulationPlan, shortRingOf layer: String
    ) -> SimulationPlan? {
        try? SimulationPlan(
            network: layerCase.network, machine: plan.machine, width: layerCase.shape.width,
            height: layerCase.shape.height, schedule: plan.schedule, fault: InjectedFault("ring:\(layer):-1"))
    }

    private static func refusal(
        _ schedule: Schedule, _ formats: NetworkFormats, _ machine: MachineDescription
    ) -> Diagnostic? {
        do throws(Diagnostic) {
            try schedule.verify(network: formats, machine: machine)
            return nil
        } catch {
            return error
        }
    }

    @Test("Of every five cases of a suite one is a chain, every second draws its groups, and all operators are met")
    func suites() {
        let generator = LayerCaseGenerator()
        let cases = (0..<100 as Range<UInt64>).map { generator.suiteCase(seed: $0) }
        let chains = cases.filter { $0.name.hasPrefix("chain ") }
        #expect(chains.count == 20 && chains.count(where: \.drawsGroups) == 10)
        for (seed, layerCase) in cases.enumerated() {
            #expect(layerCase.seed == UInt64(seed) && layerCase.name.hasSuffix(" seed \(seed)"))
        }
        for family in LayerCaseGenerator.Family.allCases {
            #expect(cases.count { $0.name.hasPrefix(family.rawValue + " ") } == 4, "\(family.rawValue)")
        }
    }
}

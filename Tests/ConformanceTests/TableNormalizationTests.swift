import Conformance
import Explanations
import Graph
import MachineDescription
import Networks
import Quantization
import Random
import ReferenceModel
import Schedules
import Simulation
import Tensors
import Testing

/// Table normalization on reference model and machine, with derived tables and lines drawn one by one; `explain` is a
/// third derivation, on exact rationals.
@Suite struct TableNormalizationTests {
    private static let families: [LayerCaseGenerator.Family] = [.gdn, .igdn, .gdn1, .igdn1]

    /// A built-in machine with a table unit.
    private func machine(_ name: String) throws -> MachineDescription {
        var machine = try MachineDescription.load(name)
        machine.normalization.method = .table
        return machine
    }

    private func generator(_ machine: MachineDescription) -> LayerCaseGenerator {
        var limits = CaseLimits(machine)
        limits.hasTableNormalization = true
        return LayerCaseGenerator(limits: limits)
    }

    @Test("Seeded cases of the four forms agree", arguments: MachineDescription.builtInNames)
    func casesAgree(machineName: String) throws {
        let machine = try machine(machineName)
        let generator = generator(machine)
        for family in Self.families {
            for seed in 0..<100 as Range<UInt64> {
                let layerCase = generator.layerCase(seed: seed, family: family)
                #expect(try ConformanceRun.difference(layerCase, machine: machine) == nil, "\(layerCase.name)")
            }
        }
    }

    @Test("Results do not depend on tiles")
    func schedulesDoNotChangeBits() throws {
        let machine = try machine("small")
        let generator = generator(machine)
        var random = SeededGenerator(seed: 5)
        var tried = 0
        for seed in 200..<240 as Range<UInt64> {
            let layerCase = generator.layerCase(seed: seed, family: Self.families[Int(seed % 4)])
            let shape = layerCase.shape
            let best = try Schedule(of: layerCase.network, on: machine, height: shape.height, width: shape.width)
            guard let other = best.withOtherTiles(for: layerCase.network, machine: machine, using: &random) else {
                continue
            }
            tried += 1
            #expect(
                try ConformanceRun.difference(layerCase, machine: machine, schedule: other) == nil, "\(layerCase.name)")
        }
        #expect(tried > 20)
    }

    @Test("What `explain` derives is what the reference model stores", arguments: families)
    func explanations(family: LayerCaseGenerator.Family) throws {
        var random = SeededGenerator(seed: 9)
        var tables: Set<String> = []
        for seed in 300..<360 as Range<UInt64> {
            let layerCase = LayerCaseGenerator(limits: CaseLimits(hasTableNormalization: true)).layerCase(
                seed: seed, family: family)
            let layer = layerCase.network.graph.layers[0]
            guard case .normalization(let parameters)? = layerCase.network.parameters["layer"],
                case .normalization(let form) = layer.operator
            else { continue }
            let table = try #require(parameters.table)
            tables.insert(table == .derived(for: form) ? "standard" : "other")
            let input = layerCase.inputs["input"]!
            let stored = try ReferenceModel(layerCase.network).run(inputs: layerCase.inputs).tensors["layer"]!
            for _ in 0..<4 {
                let (y, x) = (
                    Int.random(in: 0..<input.shape.height, using: &random),
                    Int.random(in: 0..<input.shape.width, using: &random)
                )
                let c = Int.random(in: 0..<input.shape.channels, using: &random)
                let explanation = try Explanation(
                    layerCase.network, layer: layer, operands: [input], outputShape: input.shape,
                    at: Coordinate(y: y, x: x, c: c))
                #expect(
                    explanation.stored == Int(stored[y, x, c]),
                    """
                    \(layerCase.name), c \(c), y \(y), x \(x):\n\(explanation.lines.suffix(12).joined(separator: "\n"))
                    """
                )
                #expect(explanation.lines.contains { $0.hasPrefix("y = ") })
            }
        }
        #expect(tables == ["standard", "other"])
    }
}

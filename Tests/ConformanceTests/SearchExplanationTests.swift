import Conformance
import Geometry
import MachineDescription
import Networks
import Schedules
import Scheduling
import Tensors
import Testing

/// What a search says of itself, and that its way through layers and groups is the best of all ways.
@Suite struct SearchExplanationTests {
    private typealias Cost = (cycles: Int, bytes: Int)

    private static func setting(_ seed: UInt64) throws -> (LayerCase, MachineDescription, NetworkFormats) {
        let machine = seed % 4 == 0 ? try MachineDescription.load("small") : MachineDescription.random(seed: seed)
        let layerCase = LayerCaseGenerator(limits: CaseLimits(machine)).chainCase(seed: seed)
        return (layerCase, machine, try NetworkFormats(layerCase.network))
    }

    @Test("Of all ways through small chains the fewest cycles, and within 0.5 % of them the fewest bytes")
    func bestOfAllWays() throws {
        var (withGroups, choices) = (0, 0)
        for seed in 0..<200 as Range<UInt64> {
            let (layerCase, machine, formats) = try Self.setting(seed)
            let shape = layerCase.shape
            let found = try SearchExplanation(of: formats, on: machine, height: shape.height, width: shape.width)
            let ways = Self.ways(from: 0, found)
            let least = ways.map(\.cycles).min()!
            let within = ways.filter { $0.cycles <= least + least * 5 / 1000 }
            #expect(within.contains { $0 == (found.estimatedCycles, found.estimatedDRAMBytes) }, "seed \(seed)")
            #expect(found.estimatedDRAMBytes == within.map(\.bytes).min(), "seed \(seed)")
            withGroups += found.groups.contains(where: \.isTaken) ? 1 : 0
            choices += ways.count > 1 ? 1 : 0
        }
        #expect(withGroups > 10 && choices > withGroups, "\(withGroups), \(choices)")
    }

    /// Every layer by itself or in a group that begins with it.
    private static func ways(from index: Int, _ found: SearchExplanation) -> [Cost] {
        guard index < found.layers.count else { return [(0, 0)] }
        let best = found.layers[index].mappings[0]
        var ways = ways(from: index + 1, found).map {
            ($0.cycles + best.estimatedCycles, $0.bytes + best.estimatedDRAMBytes)
        }
        for group in found.groups where group.layers[0] == found.layers[index].name {
            ways += Self.ways(from: index + group.layers.count, found).map {
                ($0.cycles + group.estimatedCycles, $0.bytes + group.estimatedDRAMBytes)
            }
        }
        return ways
    }

    @Test("It names what the schedule has") func namesTheSchedule() throws {
        for seed in 0..<60 as Range<UInt64> {
            let (layerCase, machine, formats) = try Self.setting(seed)
            let shape = layerCase.shape
            let found = try SearchExplanation(of: formats, on: machine, height: shape.height, width: shape.width)
            let schedule = try Schedule(bestFor: formats, on: machine, height: shape.height, width: shape.width)
            #expect(found.groups.filter(\.isTaken).map(\.layers) == schedule.groups.map(\.layers))
            for layer in found.layers {
                let number = schedule.groups.firstIndex { $0.layers.contains(layer.name) }.map { $0 + 1 }
                #expect(layer.group == number)
                if number == nil { #expect(layer.mappings[0].lanes == schedule[layer: layer.name]!.lanes) }
            }
            let alone = found.layers.map { $0.mappings[0] }
            #expect(found.aloneCycles == alone.reduce(0) { $0 + $1.estimatedCycles })
            #expect(found.aloneDRAMBytes == alone.reduce(0) { $0 + $1.estimatedDRAMBytes })
            for group in found.groups {
                let members = found.layers.filter { group.layers.contains($0.name) }.map { $0.mappings[0] }
                #expect(group.aloneCycles == members.reduce(0) { $0 + $1.estimatedCycles })
                #expect(group.aloneDRAMBytes == members.reduce(0) { $0 + $1.estimatedDRAMBytes })
            }
            let off = try SearchExplanation(
                of: formats, on: machine, height: shape.height, width: shape.width, fuse: .off)
            #expect(off.groups.isEmpty && off.estimatedCycles == off.aloneCycles)
        }
    }
}

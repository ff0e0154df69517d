import Commands
import Geometry
import Graph
import Lowering
import MachineDescription
import Networks
import Random
import Schedules
import Scheduling
import Testing

@Suite struct LoweringTests {
    /// Every operator, random tiles and orders, every interleaving of the engines: bytes by definition, each written
    /// exactly once, semaphores balanced.
    @Test func randomLayersRunByDefinition() throws {
        for seed in 1...400 {
            var generator = SeededGenerator(seed: seed)
            let (graph, height, width, integers16) = RandomLayers.graph(&generator)
            let network = try TestNetworks.network(
                graph, height: height, width: width, integers16: integers16, seed: seed)
            let machine = TestMachines.tiny(pingPong: generator.integer(0...3) > 0)
            let schedule = try RandomLayers.schedule(
                network, height: height, width: width, machine: machine, &generator)
            let program = try Program(network: NetworkFormats(network), schedule: schedule, machine: machine)
            let run = try ToyRun(program, network: network, machine: machine, seed: seed)
            for interleaving in [
                .listed, .preferring([.load, .compute, .store]), .preferring([.store, .compute, .load]),
                .random(seed: seed),
            ] as [CommandInterpreter.Interleaving] {
                let troubles = run.troubles(interleaving)
                #expect(troubles.isEmpty, "seed \(seed), \(interleaving)\n\(graph.layers)\n\(schedule)")
                guard troubles.isEmpty else { return }
            }
        }
    }

    /// Three layers on a machine where every tile has a lower neighbour: one row less of the middle layer's tiles gives
    /// other bytes.
    @Test func aMissingHaloRowChangesBytes() throws {
        let graph = Graph(
            name: "halo", inputs: [GraphInput(name: "image", channels: 3)],
            layers: [
                Layer(name: "a", operator: TestNetworks.convolution(8, 3, 1), inputs: ["image"]),
                Layer(name: "b", operator: TestNetworks.convolution(8, 3, 1), inputs: ["a"]),
                Layer(name: "c", operator: TestNetworks.transposed(3, 5, 2), inputs: ["b"]),
            ], outputs: ["c"])
        let network = try TestNetworks.network(graph, height: 12, width: 10)
        let machine = TestMachines.tiny()
        var schedule = try Schedule(bestFor: NetworkFormats(network), on: machine, height: 12, width: 10)
        // Input tiles of at most 6 x 10 pixels of 8 bytes; output tiles of 4 x 20 of 8.
        for index in schedule.layers.indices {
            schedule.layers[index].tile.outputRows = 4
            schedule.layers[index].buffers.input = [0, 512]
            schedule.layers[index].buffers.output = [1024, 2048]
        }
        let sound = try ToyRun(
            Program(network: NetworkFormats(network), schedule: schedule, machine: machine), network: network,
            machine: machine, seed: 3
        )
        #expect(sound.troubles().isEmpty)
        for layer in ["a", "b", "c"] {
            let program = try Program(
                network: NetworkFormats(network), schedule: schedule, machine: machine, fault: Fault("halo:\(layer):-1")
            )
            let troubles = try ToyRun(program, network: network, machine: machine, seed: 3).troubles()
            #expect(troubles.contains { $0.hasPrefix("\(layer): element") }, "layer \(layer): \(troubles)")
            // Nothing but the loads' rows differs.
            #expect(program.commands.map(\.waits) == sound.program.commands.map(\.waits))
        }
    }

    @Test func weightsAndTablesAreCountedOnce() throws {
        let machine = TestMachines.mid
        let network = try TestNetworks.network(TestNetworks.bls2017, height: 64, width: 64, withWeights: false)
        let schedule = try Schedule(bestFor: NetworkFormats(network), on: machine, height: 64, width: 64)
        let program = try Program(network: NetworkFormats(network), schedule: schedule, machine: machine)
        // 9x9x3x128, 5x5x128x128 twice, and as many back; normalizations 128x128.
        let weights = 2 * (9 * 9 * 3 * 128 + 2 * 5 * 5 * 128 * 128 + 2 * 128 * 128)
        #expect(program.layers.reduce(0) { $0 + $1.weightBytes } == weights)
        // With weights, as the image needs them; they change neither program nor tables.
        let image = try ExternalImage(
            program.layout, network: TestNetworks.network(TestNetworks.bls2017, height: 64, width: 64)
        ).bytes
        var blockBytes = 0
        var blocks: Set<[UInt8]> = []
        for region in program.parameterRegions {
            guard case .block = region.content else { continue }
            let block = Array(image[region.address..<region.address + region.bytes])
            #expect(blocks.insert(block).inserted, "a block twice")
            blockBytes += block.count
        }
        #expect(program.parameterBytes == weights + blockBytes)
        // Every tensor has the same linear codebook: one decode table (256 x 2 bytes; the weight tables, linear too,
        // have 512 as well), one encode table (12 + 1,020).
        #expect(
            program.parameterRegions.count {
                if case .block(let kind, _, _) = $0.content { kind == .decodeTable } else { false }
            } == 1)
        #expect(blocks.filter { $0.count == 1032 }.count == 1)
    }

    @Test func regionsNeitherOverlapNorLeaveTheMemory() throws {
        let machine = TestMachines.small
        let network = try TestNetworks.network(
            TestNetworks.hyperprior64, height: 64, width: 128, integers16: TestNetworks.hyperprior64Integers,
            withWeights: false)
        let schedule = try Schedule(bestFor: NetworkFormats(network), on: machine, height: 64, width: 128)
        let program = try Program(network: NetworkFormats(network), schedule: schedule, machine: machine)
        var regions = program.parameterRegions.map { ($0.address, $0.bytes) }
        regions += program.memoryMap.tensors.map { ($0.address, $0.regionBytes) }
        regions.sort { $0.0 < $1.0 }
        for (lower, upper) in zip(regions, regions.dropFirst()) { #expect(lower.0 + lower.1 <= upper.0) }
        #expect(regions.allSatisfy { $0.0 % machine.memory.alignmentBytes == 0 })
        #expect(regions.last!.0 + regions.last!.1 <= program.memoryMap.bytes)
        #expect(program.memoryMap.tensors.allSatisfy { $0.rowPitchBytes % machine.memory.alignmentBytes == 0 })
    }
}

import Commands
import Conformance
import Diagnostics
import Lowering
import MachineDescription
import Simulation
import Testing

/// The causes of a plan's DRAM traffic, counted again byte by byte from its commands.
@Suite struct TrafficTests {
    @Test("Input, input again, weights, parameters and output are what the commands move")
    func causes() throws {
        for (seed, name) in zip(0..<300 as Range<UInt64>, ["small", "mid", "large"].repeated) {
            let machine = try MachineDescription.load(name)
            let layerCase = LayerCaseGenerator(limits: CaseLimits(machine)).layerCase(seed: seed)
            let plan = try ConformanceRun(layerCase, machine: machine).plan
            var touched = Set<Int>()
            var bytes = (loaded: 0, weights: 0, parameters: 0, stored: 0)
            for command in plan.program.commands {
                switch command.operation {
                case .load(let transfer):
                    switch transfer.buffer {
                    case .weightBuffer: bytes.weights += transfer.bytes
                    case .parameterMemory: bytes.parameters += transfer.bytes
                    case .activationBuffer:
                        bytes.loaded += transfer.bytes
                        touched.formUnion(transfer.externalBytes)
                    }
                case .store(let transfer): bytes.stored += transfer.bytes
                default: break
                }
            }
            let totals = plan.report().totals
            #expect(
                totals.lowerBoundBytes <= totals.dramBytes && totals.lowerBoundCycles <= totals.simulatedCycles,
                "seed \(seed) on \(name): \(layerCase.name)")
            let traffic = totals.dramByCause
            #expect(
                traffic.input == touched.count && traffic.inputAgain == bytes.loaded - touched.count,
                "seed \(seed) on \(name): \(layerCase.name)")
            #expect(
                traffic.weights == bytes.weights && traffic.parameters == bytes.parameters
                    && traffic.output == bytes.stored && traffic.partialSums == 0)
        }
    }
}

extension Transfer {
    /// Every external address that it reads.
    fileprivate var externalBytes: [Int] {
        (0..<planes).flatMap { plane in
            (0..<rows).flatMap { row -> Range<Int> in
                let first = externalAddress + plane * planePitchBytes + row * rowPitchBytes
                return first..<first + rowBytes
            }
        }
    }
}

extension Array {
    /// Its elements again and again.
    fileprivate var repeated: some Sequence<Element> {
        sequence(state: 0) { index in
            defer { index += 1 }
            return self[index % count]
        }
    }
}

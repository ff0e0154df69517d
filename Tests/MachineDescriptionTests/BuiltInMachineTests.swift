import Diagnostics
import MachineDescription
import Testing

/// The built-in machines against the table of the design: C0, K0, P0, MACs, V, W, A, KiB of weights and activations, DMA bytes a cycle, latency, MHz.
@Suite struct BuiltInMachineTests {
    static let table: [(name: String, figures: [Int])] = [
        ("small", [8, 8, 4, 256, 12, 12, 32, 128, 128, 4, 60, 200]),
        ("mid", [16, 16, 4, 1024, 16, 12, 36, 256, 512, 16, 100, 400]),
        ("large", [16, 32, 8, 4096, 16, 12, 40, 512, 2048, 32, 100, 800]),
    ]

    @Test(arguments: table) func hasTheFiguresOfTheTable(name: String, figures: [Int]) throws {
        let machine = try #require(MachineDescription.builtIn(named: name))
        let array = machine.macArray
        let found = [
            array.inputChannelLanes, array.outputChannelLanes, array.pixelLanes, array.macs, array.activationBits, array.weightBits, array.accumulatorBits,
            machine.weightBuffer.bytes / 1024, machine.activationBuffer.bytes / 1024, machine.dma.bytesPerCycle, machine.dma.latencyCycles,
            Int(machine.clockMegahertz),
        ]
        #expect(found == figures)
        #expect(machine.name == name)
    }

    @Test(arguments: MachineDescription.builtInNames) func hasWhatAllHave(name: String) throws {
        let machine = try MachineDescription.load(name)
        let array = machine.macArray
        #expect(machine.weightBuffer.bytesPerCycle == array.inputChannelLanes * array.outputChannelLanes)
        #expect(machine.weightBuffer.pingPong && machine.activationBuffer.pingPong)
        #expect(machine.activationBuffer.banks == array.pixelLanes && machine.activationBuffer.deinterleave)
        #expect(machine.postProcessor.lanes == array.outputChannelLanes)
        #expect(machine.codebookMux.encodeLanes == array.outputChannelLanes)
        #expect(machine.normalization == NormalizationDescription(method: .exact, lanes: array.outputChannelLanes, latencyCycles: 24))
        #expect(machine.dma.burstBytes == 64 && machine.dma.outstanding == 4 && machine.dma.alignmentBytes == 64)
        #expect(array.pipelineStages == 4 && array.dataflow == .outputStationary && array.laneMapping == .channels)
    }

    @Test func namesAreListed() {
        #expect(MachineDescription.builtInNames == ["small", "mid", "large"])
        #expect(MachineDescription.builtIn(named: "huge") == nil)
    }

    @Test(arguments: MachineDescription.builtInNames) func printedAndReadBackIsTheSame(name: String) throws {
        var machine = try MachineDescription.load(name)
        #expect(try MachineDescription(yaml: machine.yaml, path: "echo") == machine)
        machine.clockMegahertz = 333.25
        machine.name = "-.x"
        machine.activationBuffer.deinterleave = false
        machine.weightBuffer.pingPong = false
        machine.codebookMux.programmable = false
        machine.dma = DMADescription(bytesPerCycle: 8, latencyCycles: 1, burstBytes: 128, alignmentBytes: 256, outstanding: 9)
        #expect(try MachineDescription(yaml: machine.yaml, path: "echo") == machine)
        #expect(machine.yaml.contains("clockMegahertz: 333.25\n"))
        for (decoder, skips) in [(nil, true), (WeightDecoderDescription(law: .huffman, symbolsPerCycle: 7), false), (WeightDecoderDescription(law: .huffman, symbolsPerCycle: 1), true)] {
            (machine.weightDecoder, machine.macArray.zeroSkipping) = (decoder, skips)
            #expect(try MachineDescription(yaml: machine.yaml, path: "echo") == machine)
            #expect(machine.yaml.contains("zeroSkipping: true") == skips && machine.yaml.contains("weightDecoder:") == (decoder != nil))
            #expect(machine.estimatesWeightCoding)
        }
    }

    @Test(arguments: MachineDescription.builtInNames) func hasNoUnitsWithoutRTL(name: String) throws {
        let machine = try MachineDescription.load(name)
        #expect(!machine.estimatesWeightCoding && !machine.yaml.contains("zeroSkipping") && !machine.yaml.contains("weightDecoder"))
        #expect(machine.yaml.hasSuffix("samplesPerCycle: \(machine.trellis.samplesPerCycle)\n"))
    }
}

import Diagnostics
import MachineDescription
import Testing

/// The built-in machines against the table of the design: C0, K0, P0, MACs, V, W, A, KiB of weights and activations,
/// DMA bytes per cycle, latency, burst bytes, bursts outstanding, result lanes, MHz.
@Suite struct BuiltInMachineTests {
    static let table: [(name: String, figures: [Int])] = [
        ("small", [8, 8, 4, 256, 12, 12, 32, 128, 128, 4, 60, 64, 8, 8, 200]),
        ("mid", [16, 16, 4, 1024, 16, 12, 36, 256, 512, 16, 100, 256, 16, 16, 400]),
        ("large", [16, 32, 8, 4096, 16, 12, 40, 512, 2048, 32, 200, 256, 32, 64, 800]),
    ]

    @Test(arguments: table) func hasTheFiguresOfTheTable(name: String, figures: [Int]) throws {
        let machine = try #require(MachineDescription.builtIn(named: name))
        let array = machine.macArray
        let found = [
            array.inputChannelLanes, array.outputChannelLanes, array.pixelLanes, array.macs, array.activationBits,
            array.weightBits, array.accumulatorBits,
            machine.weightBuffer.bytes / 1024, machine.activationBuffer.bytes / 1024, machine.dma.bytesPerCycle,
            machine.dma.latencyCycles,
            machine.dma.burstBytes, machine.dma.outstanding, machine.postProcessor.lanes, Int(machine.clockMegahertz),
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
        #expect(machine.codebookMux.encodeLanes == machine.postProcessor.lanes)
        #expect(
            machine.normalization
                == NormalizationDescription(method: .exact, lanes: machine.postProcessor.lanes, latencyCycles: 24))
        #expect(machine.dma.alignmentBytes == 64)
        #expect(array.pipelineStages == 4 && array.dataflow == .outputStationary && array.laneMapping == .channels)
    }

    /// Four bursts of 16 beats in 60 + 16 cycles are 64 of 76; the fifth fills the bus: 5 x 16 >= 76.
    @Test(arguments: MachineDescription.builtInNames) func fillsItsBusAndFeedsItsLanes(name: String) throws {
        var machine = try MachineDescription.load(name)
        let beats = machine.dma.burstBytes / machine.dma.bytesPerCycle
        #expect(machine.dma.outstanding * beats >= machine.dma.latencyCycles + beats)
        #expect(machine.warnings == [])
        machine.dma.outstanding = machine.dma.outstandingThatFillTheBus
        #expect(machine.warnings == [])
        machine.dma.outstanding -= 1
        #expect(machine.warnings.count == 1 && machine.dma.outstanding * beats < machine.dma.latencyCycles + beats)
    }

    /// `mid` with 4 bursts of 64 bytes, 4 beats each: 256 bytes in 100 + 4 cycles are 2.46; 104 / 4 = 26 would fill it.
    @Test func warnsOfWhatKeepsAMachineFromItsSpeed() throws {
        var machine = try MachineDescription.load("mid")
        (machine.dma.burstBytes, machine.dma.outstanding) = (64, 4)
        #expect(
            machine.warnings == ["DMA reaches 2.5 of 16 bytes per cycle: 26 bursts in flight would fill the bus, 4 are"]
        )
        #expect(machine.dma.reachedBytesPerCycle == 256.0 / 104)
        // 26 bursts less one are 25 x 64 bytes in 104 cycles: 15.38.
        machine.dma.outstanding = 25
        #expect(
            machine.warnings == [
                "DMA reaches 15.4 of 16 bytes per cycle: 26 bursts in flight would fill the bus, 25 are"
            ])
        // A bus that is full but for a thousandth is not called full.
        machine.dma = DMADescription(
            bytesPerCycle: 4, latencyCycles: 1000, burstBytes: 4, alignmentBytes: 64, outstanding: 1000)
        #expect(
            machine.warnings == [
                """
                DMA reaches 3.9 of 4 bytes per cycle: bursts of 16 bytes, 251 in flight, would fill the bus; bursts \
                have 4 bytes and 1000 are in flight
                """
            ])
        // One burst of 16 beats in 65,536 + 16 cycles: 256 bytes, 0.0039 a cycle. 256 bursts of b beats fill the bus
        // from 255 b = 65,536 on: 257 beats, 4,112 bytes; the next power of two has 512, and 1 + 128 bursts do.
        machine.dma = DMADescription(
            bytesPerCycle: 16, latencyCycles: 65_536, burstBytes: 256, alignmentBytes: 64, outstanding: 1)
        #expect(
            machine.warnings == [
                """
                DMA reaches 0.004 of 16 bytes per cycle: bursts of 8192 bytes, 129 in flight, would fill the bus; \
                bursts have 256 bytes and 1 is in flight
                """
            ])
        // 4,096 bytes a cycle: the longest burst has 16 beats, and 4,097 of them would have to be in flight.
        machine.dma.bytesPerCycle = 4096
        machine.dma.burstBytes = 65_536
        #expect(
            machine.warnings == [
                """
                DMA reaches 1 of 4096 bytes per cycle: no 256 bursts in flight fill the bus; a lower latency would help
                """
            ])

        machine = try MachineDescription.load("mid")
        machine.weightBuffer.bytesPerCycle = 96
        #expect(
            machine.warnings == [
                """
                the weight buffer delivers 96 of the 256 bytes per cycle that the MAC array takes: a step takes 3 cycles
                """
            ])
        machine = try MachineDescription.load("mid")
        (machine.activationBuffer.banks, machine.activationBuffer.bytesPerCycle) = (2, 32)
        #expect(machine.warnings == ["the activation buffer has 2 banks for 4 pixel lanes: a step takes 2 cycles"])
        // Banks that are worse still: 4 pixels of one bank are read in 4 cycles, whatever the weights.
        machine.activationBuffer.banks = 1
        machine.weightBuffer.bytesPerCycle = 128
        #expect(
            machine.warnings == [
                """
                the weight buffer delivers 128 of the 256 bytes per cycle that the MAC array takes: a step takes at \
                least 2 cycles
                """, "the activation buffer has 1 bank for 4 pixel lanes: a step takes 4 cycles",
            ])
        #expect(!machine.weightsPaceSteps)
        // 64 results on 5 lanes are 13 cycles; weights of 16 bytes a cycle make 4 steps 64.
        machine = try MachineDescription.load("mid")
        machine.weightBuffer.bytesPerCycle = 16
        machine.codebookMux.encodeLanes = 5
        #expect(machine.warnings.count == 1 && machine.warnings[0].hasSuffix("a step takes 16 cycles"))
        #expect(machine.weightsPaceSteps)
        // 16 x 4 results on 8 lanes: 8 cycles; 64 channels on 16 lanes are 4 steps.
        machine = try MachineDescription.load("mid")
        machine.codebookMux.encodeLanes = 8
        #expect(
            machine.warnings == [
                """
                8 result lanes take 8 cycles for the 64 results of a group, which the MAC array sums in 4 (a \
                normalization of 64 channels): 16 lanes in postProcessor, codebookMux and normalization would keep up
                """
            ])
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
        machine.dma = DMADescription(
            bytesPerCycle: 8, latencyCycles: 1, burstBytes: 128, alignmentBytes: 256, outstanding: 9)
        #expect(try MachineDescription(yaml: machine.yaml, path: "echo") == machine)
        #expect(machine.yaml.contains("clockMegahertz: 333.25\n"))
        for (decoder, skips) in [
            (nil, true), (WeightDecoderDescription(law: .huffman, symbolsPerCycle: 7), false),
            (WeightDecoderDescription(law: .huffman, symbolsPerCycle: 1), true),
        ] {
            (machine.weightDecoder, machine.macArray.zeroSkipping) = (decoder, skips)
            #expect(try MachineDescription(yaml: machine.yaml, path: "echo") == machine)
            #expect(
                machine.yaml.contains("zeroSkipping: true") == skips
                    && machine.yaml.contains("weightDecoder:") == (decoder != nil))
            #expect(machine.estimatesWeightCoding)
        }
    }

    @Test(arguments: MachineDescription.builtInNames) func hasNoUnitsWithoutRTL(name: String) throws {
        let machine = try MachineDescription.load(name)
        #expect(
            !machine.estimatesWeightCoding && !machine.yaml.contains("zeroSkipping")
                && !machine.yaml.contains("weightDecoder"))
        #expect(machine.yaml.hasSuffix("samplesPerCycle: \(machine.trellis.samplesPerCycle)\n"))
    }
}

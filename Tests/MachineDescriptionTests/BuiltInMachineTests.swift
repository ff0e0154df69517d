import Diagnostics
import MachineDescription
import Testing

/// The built-in machines against the table of the design: C0, K0, P0, MACs, V, W, A, KiB of weights and activations,
/// parameter KiB, bus bytes, burst bytes, reads and writes outstanding, latencies of reads and writes, result lanes,
/// MHz.
@Suite struct BuiltInMachineTests {
    static let table: [(name: String, figures: [Int])] = [
        ("small", [8, 8, 4, 256, 12, 12, 32, 128, 128, 128, 4, 64, 8, 8, 60, 30, 8, 200]),
        ("mid", [16, 16, 4, 1024, 16, 12, 36, 256, 512, 128, 16, 256, 16, 8, 100, 50, 16, 400]),
        ("large", [16, 32, 8, 4096, 16, 12, 40, 512, 2048, 128, 32, 256, 32, 16, 200, 100, 64, 800]),
    ]

    @Test(arguments: table) func hasTheFiguresOfTheTable(name: String, figures: [Int]) throws {
        let machine = try #require(MachineDescription.builtIn(named: name))
        let array = machine.macArray
        let found = [
            array.inputChannelLanes, array.outputChannelLanes, array.pixelLanes, array.macs, array.activationBits,
            array.weightBits, array.accumulatorBits,
            machine.weightBuffer.bytes / 1024, machine.activationBuffer.bytes / 1024,
            machine.parameterMemory.bytes / 1024,
            machine.memory.busBytes, machine.memory.burstBytes, machine.memory.read.outstanding,
            machine.memory.write.outstanding, machine.memory.read.latencyCycles, machine.memory.write.latencyCycles,
            machine.postProcessor.lanes, Int(machine.clockMegahertz),
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
        #expect(machine.memory.alignmentBytes == 64 && machine.memory.duplex == .half)
        #expect(machine.memory.efficiency == .full)
        #expect(machine.memory.read.overheadCycles == 0 && machine.memory.write.overheadCycles == 0)
        #expect(array.pipelineStages == 4 && array.dataflow == .outputStationary && array.laneMapping == .channels)
    }

    /// Reads: four bursts of 16 beats in 60 + 16 cycles are 64 of 76; the fifth fills the bus: 5 x 16 >= 76. Writes
    /// wait
    /// for a response and a cycle: three of 16 beats fill 30 + 1 + 16.
    @Test(arguments: MachineDescription.builtInNames) func fillsItsBusAndFeedsItsLanes(name: String) throws {
        let whole = try MachineDescription.load(name)
        let beats = whole.memory.burstBytes / whole.memory.busBytes
        #expect(whole.warnings == [])
        for (access, wait) in [
            (MemoryAccess.read, whole.memory.read.latencyCycles), (.write, whole.memory.write.latencyCycles + 1),
        ] {
            var machine = whole
            #expect(machine.memory[access].outstanding * beats >= wait + beats)
            machine.memory[access].outstanding = machine.memory.outstandingThatFillTheBus(access)
            #expect(machine.warnings == [])
            machine.memory[access].outstanding -= 1
            #expect(machine.warnings.count == 1 && machine.memory[access].outstanding * beats < wait + beats)
            #expect(machine.warnings[0].hasPrefix("DMA \(access.rawValue)s reach"))
        }
    }

    /// `mid` with 4 reads of 64 bytes, 4 beats each: 256 bytes in 100 + 4 cycles are 2.46; 104 / 4 = 26 would fill it.
    @Test func warnsOfWhatKeepsAMachineFromItsSpeed() throws {
        var machine = try MachineDescription.load("mid")
        machine.memory.burstBytes = 64
        (machine.memory.read.outstanding, machine.memory.write.outstanding) = (4, 100)
        #expect(
            machine.warnings == [
                "DMA reads reach 2.5 of 16 bytes per cycle: 26 bursts in flight would fill the bus, 4 are"
            ])
        #expect(machine.memory.reachedBytesPerCycle(.read) == 256.0 / 104)
        // 26 bursts less one are 25 x 64 bytes in 104 cycles: 15.38.
        machine.memory.read.outstanding = 25
        #expect(
            machine.warnings == [
                "DMA reads reach 15.4 of 16 bytes per cycle: 26 bursts in flight would fill the bus, 25 are"
            ])
        // Behind each burst a cycle is lost: 64 bytes in 5 cycles are 12.8, and 104 / 5 = 20.8 bursts fill that.
        (machine.memory.read.outstanding, machine.memory.read.overheadCycles) = (20, 1)
        #expect(
            machine.warnings == [
                "DMA reads reach 12.3 of 12.8 bytes per cycle: 21 bursts in flight would fill the bus, 20 are"
            ])
        // One beat in two cycles: 64 bytes in 8 cycles and one, 7.1; 108 / 9 = 12 fill that.
        (machine.memory.read.outstanding, machine.memory.efficiency) = (11, MemoryEfficiency(beats: 1, cycles: 2))
        #expect(
            machine.warnings == [
                "DMA reads reach 6.5 of 7.1 bytes per cycle: 12 bursts in flight would fill the bus, 11 are"
            ])
        // Writes: 50 + 1 + 4 cycles for each round; 55 / 4 = 13.75.
        machine = try MachineDescription.load("mid")
        machine.memory.burstBytes = 64
        (machine.memory.read.outstanding, machine.memory.write.outstanding) = (26, 1)
        #expect(
            machine.warnings == [
                "DMA writes reach 1.2 of 16 bytes per cycle: 14 bursts in flight would fill the bus, 1 is"
            ])
        // A bus that is full but for a thousandth is not called full.
        func reading(_ latency: Int, _ outstanding: Int, bus: Int, burst: Int) -> MemoryDescription {
            MemoryDescription(
                busBytes: bus, alignmentBytes: 64, burstBytes: burst,
                read: MemoryDirection(outstanding: outstanding, latencyCycles: latency),
                write: MemoryDirection(outstanding: 256, latencyCycles: 1))
        }
        machine.memory = reading(1000, 1000, bus: 4, burst: 4)
        #expect(
            machine.warnings == [
                """
                DMA reads reach 3.9 of 4 bytes per cycle: bursts of 16 bytes, 251 in flight, would fill the bus; \
                bursts have 4 bytes and 1000 are in flight
                """
            ])
        // One burst of 16 beats in 65,536 + 16 cycles: 256 bytes, 0.0039 a cycle. 256 bursts of b beats fill the bus
        // from 255 b = 65,536 on: 257 beats, which no burst has.
        machine.memory = reading(65_536, 1, bus: 16, burst: 256)
        #expect(
            machine.warnings == [
                """
                DMA reads reach 0.004 of 16 bytes per cycle: no 256 bursts in flight fill the bus; a lower latency \
                would help
                """
            ])
        // 128 beats of 32 bytes: 1 + 10,000 / 128 bursts.
        machine.memory = reading(10_000, 1, bus: 32, burst: 32)
        #expect(
            machine.warnings == [
                """
                DMA reads reach 0.003 of 32 bytes per cycle: bursts of 2048 bytes, 158 in flight, would fill the bus; \
                bursts have 32 bytes and 1 is in flight
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
        machine.memory = MemoryDescription(
            busBytes: 8, alignmentBytes: 256, burstBytes: 128, duplex: .full,
            read: MemoryDirection(outstanding: 9, latencyCycles: 1, overheadCycles: 3),
            write: MemoryDirection(outstanding: 1, latencyCycles: 77, overheadCycles: 4096),
            efficiency: MemoryEfficiency(beats: 45, cycles: 64))
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

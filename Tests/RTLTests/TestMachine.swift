import MachineDescription

enum TestMachine {
    /// Few lanes, so that simulation is quick: 4 x 4 x 2.
    static let tiny = {
        var machine = MachineDescription.builtIn(named: "small")!
        machine.name = "tiny"
        machine.macArray.inputChannelLanes = 4
        machine.macArray.outputChannelLanes = 4
        machine.macArray.pixelLanes = 2
        machine.macArray.activationBits = 16
        machine.macArray.accumulatorBits = 40
        machine.weightBuffer.bytesPerCycle = 16
        machine.activationBuffer.banks = 2
        machine.postProcessor.lanes = 4
        machine.codebookMux.encodeLanes = 4
        machine.normalization.lanes = 4
        machine.memory.read.latencyCycles = 20
        return machine
    }()

    /// The same with a bus that rests for a cycle of every three.
    static let resting = {
        var machine = tiny
        machine.name = "resting"
        machine.memory.efficiency = MemoryEfficiency(beats: 2, cycles: 3)
        return machine
    }()

    /// The same with a weight buffer of two of the largest kernels: layers need several weight tiles, and input
    /// channels are split.
    static let tight = {
        var machine = tiny
        machine.name = "tight"
        machine.weightBuffer.bytes = 4096
        return machine
    }()

    /// The same with weights of 16 taps a half, and parameters of a few channels beside the tables of one codebook:
    /// taps are split, and channel tiles have parameters of their own.
    static let split = {
        var machine = tiny
        machine.name = "split"
        machine.weightBuffer.bytes = 512
        machine.parameterMemory.bytes = 5120
        machine.codebookMux.codebooks = 1
        return machine
    }()
}

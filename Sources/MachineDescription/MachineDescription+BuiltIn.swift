public import Diagnostics

extension MachineDescription {
    /// The names of the machines that are built in, smallest first.
    public static let builtInNames = builtInFiles.map(\.name)

    /// The built-in machine of that name, or nil.
    public static func builtIn(named name: String) -> MachineDescription? {
        builtInFiles.first { $0.name == name }.map { file in
            do {
                return try MachineDescription(yaml: file.yaml, path: "built-in machine \(name)")
            } catch {
                preconditionFailure("a built-in machine file is valid: \(error)")
            }
        }
    }

    /// The built-in machine of that name, or the one in the file at that path.
    ///
    /// - Throws: `MACHINE-001` if it is neither, `MACHINE-002` if the file cannot be read, and what `init(yaml:path:)`
    ///   throws.
    public static func load(_ nameOrPath: String) throws(Diagnostic) -> MachineDescription {
        if let machine = builtIn(named: nameOrPath) { return machine }
        return try MachineDescription(yaml: machineFileText(nameOrPath), path: nameOrPath)
    }

    /// The same.
    ///
    /// - Throws: all that is wrong with the file.
    public static func loadingWhole(_ nameOrPath: String) throws(MachineFileProblems) -> MachineDescription {
        if let machine = builtIn(named: nameOrPath) { return machine }
        let text: String
        do {
            text = try machineFileText(nameOrPath)
        } catch {
            throw MachineFileProblems(error, path: nameOrPath)
        }
        return try reading(yaml: text, path: nameOrPath)
    }
}

/// The three built-in machines. They are fixed, so that figures compare over time.
///
/// All read a full step of weights (C0 x K0 codes) and P0 words of activations per cycle, have ping-pong buffers, fill
/// their bus, and have as many lanes in post-processor, encoder and normalization as a normalization of 64 channels
/// keeps busy.
private let builtInFiles: [(name: String, yaml: String)] = [
    (
        "small",
        """
        name: small
        clockMegahertz: 200
        macArray:
          inputChannelLanes: 8
          outputChannelLanes: 8
          pixelLanes: 4
          dataflow: outputStationary
          laneMapping: channels
          mergedGroups: true
          phases: true
          kernelRow: true
          activationBits: 12
          weightBits: 12
          accumulatorBits: 32
          pipelineStages: 4
        weightBuffer:
          bytes: 131072
          banks: 8
          bytesPerCycle: 64
          pingPong: true
        activationBuffer:
          bytes: 131072
          banks: 4
          bytesPerCycle: 32
          pingPong: true
          deinterleave: true
        accumulatorBuffer:
          bytes: 32768
        parameterMemory:
          bytes: 131072
        codebookMux:
          codebooks: 16
          encodeLanes: 8
          programmable: true
        postProcessor:
          lanes: 8
        normalization:
          method: exact
          lanes: 8
          latencyCycles: 24
        memory:
          busBytes: 4
          alignmentBytes: 64
          burstBytes: 64
          duplex: half
          read: {outstanding: 8, latencyCycles: 60, overheadCycles: 0}
          write: {outstanding: 8, latencyCycles: 30, overheadCycles: 0}
          efficiency: 1/1
        entropyCoder:
          symbolsPerCycle: 1
          interleave: 4
        trellis:
          states: 8
          samplesPerCycle: 1

        """
    ),
    (
        "mid",
        """
        name: mid
        clockMegahertz: 400
        macArray:
          inputChannelLanes: 16
          outputChannelLanes: 16
          pixelLanes: 4
          dataflow: outputStationary
          laneMapping: channels
          mergedGroups: true
          phases: true
          kernelRow: true
          activationBits: 16
          weightBits: 12
          accumulatorBits: 36
          pipelineStages: 4
        weightBuffer:
          bytes: 262144
          banks: 16
          bytesPerCycle: 256
          pingPong: true
        activationBuffer:
          bytes: 524288
          banks: 4
          bytesPerCycle: 64
          pingPong: true
          deinterleave: true
        accumulatorBuffer:
          bytes: 65536
        parameterMemory:
          bytes: 131072
        codebookMux:
          codebooks: 16
          encodeLanes: 16
          programmable: true
        postProcessor:
          lanes: 16
        normalization:
          method: exact
          lanes: 16
          latencyCycles: 24
        memory:
          busBytes: 16
          alignmentBytes: 64
          burstBytes: 256
          duplex: half
          read: {outstanding: 16, latencyCycles: 100, overheadCycles: 0}
          write: {outstanding: 8, latencyCycles: 50, overheadCycles: 0}
          efficiency: 1/1
        entropyCoder:
          symbolsPerCycle: 1
          interleave: 4
        trellis:
          states: 8
          samplesPerCycle: 1

        """
    ),
    (
        "large",
        """
        name: large
        clockMegahertz: 800
        macArray:
          inputChannelLanes: 16
          outputChannelLanes: 32
          pixelLanes: 8
          dataflow: outputStationary
          laneMapping: channels
          mergedGroups: true
          phases: true
          kernelRow: true
          activationBits: 16
          weightBits: 12
          accumulatorBits: 40
          pipelineStages: 4
        weightBuffer:
          bytes: 524288
          banks: 32
          bytesPerCycle: 512
          pingPong: true
        activationBuffer:
          bytes: 2097152
          banks: 8
          bytesPerCycle: 128
          pingPong: true
          deinterleave: true
        accumulatorBuffer:
          bytes: 131072
        parameterMemory:
          bytes: 131072
        codebookMux:
          codebooks: 16
          encodeLanes: 64
          programmable: true
        postProcessor:
          lanes: 64
        normalization:
          method: exact
          lanes: 64
          latencyCycles: 24
        memory:
          busBytes: 32
          alignmentBytes: 64
          burstBytes: 256
          duplex: half
          read: {outstanding: 32, latencyCycles: 200, overheadCycles: 0}
          write: {outstanding: 16, latencyCycles: 100, overheadCycles: 0}
          efficiency: 1/1
        entropyCoder:
          symbolsPerCycle: 2
          interleave: 4
        trellis:
          states: 8
          samplesPerCycle: 2

        """
    ),
]

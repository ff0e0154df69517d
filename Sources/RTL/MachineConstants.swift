import Commands
public import MachineDescription

/// The package of constants that turns the hand-written modules into one machine.
public struct MachineConstants: Sendable {
    /// Name and value, in the order in which they are written.
    public let values: [(name: String, value: Int)]

    /// - Parameters:
    ///   - externalMemoryBytes: of the behavioural external memory.
    ///   - commands: largest number of commands in one queue.
    ///   - bursts: runs of beats of which a testbench compares the cycles.
    public init(_ machine: MachineDescription, externalMemoryBytes: Int, commands: Int, bursts: Int = 1) {
        let array = machine.macArray
        let results = min(machine.postProcessor.lanes, machine.codebookMux.encodeLanes)
        var values: [(name: String, value: Int)] = [
            ("INPUT_CHANNEL_LANES", array.inputChannelLanes),
            ("OUTPUT_CHANNEL_LANES", array.outputChannelLanes),
            ("PIXEL_LANES", array.pixelLanes),
            ("WEIGHT_BITS", array.weightBits),
            ("ACCUMULATOR_BITS", array.accumulatorBits),
            ("PIPELINE_STAGES", array.pipelineStages),
            ("PHASES", array.phases ? 1 : 0),
            ("KERNEL_ROW", array.kernelRow ? 1 : 0),
            ("WINDOW_WORDS", TransferWindows.mostWords),
            ("WEIGHT_BUFFER_BYTES", machine.weightBuffer.bytes),
            ("WEIGHT_BYTES_PER_CYCLE", machine.weightBuffer.bytesPerCycle),
            ("ACTIVATION_BUFFER_BYTES", machine.activationBuffer.bytes),
            ("ACTIVATION_BANKS", machine.activationBuffer.banks),
            ("ACTIVATION_DEINTERLEAVE", machine.activationBuffer.deinterleave ? 1 : 0),
            ("ACCUMULATOR_BUFFER_SUMS", machine.accumulatorBuffer.bytes * 8 / array.accumulatorBits),
            ("PARAMETER_MEMORY_BYTES", machine.parameterMemory.bytes),
            ("RESULT_LANES", results),
            ("DRAIN_LANES", max(results, array.outputChannelLanes)),
            ("RESULT_SUM_BITS", max(array.accumulatorBits, 32)),
            ("NORMALIZATION_LANES", min(machine.normalization.lanes, results)),
            ("NORMALIZATION_BY_TABLE", machine.normalization.method == .table ? 1 : 0),
            ("NORMALIZATION_LATENCY_CYCLES", machine.normalization.latencyCycles),
            ("MEMORY_BUS_BYTES", machine.memory.busBytes),
            ("MEMORY_BURST_BYTES", machine.memory.burstBytes),
            ("MEMORY_FULL_DUPLEX", machine.memory.duplex == .full ? 1 : 0),
            ("MEMORY_EFFICIENCY_BEATS", machine.memory.efficiency.beats),
            ("MEMORY_EFFICIENCY_CYCLES", machine.memory.efficiency.cycles),
            ("READ_OUTSTANDING", machine.memory.read.outstanding),
            ("READ_LATENCY_CYCLES", machine.memory.read.latencyCycles),
            ("READ_OVERHEAD_CYCLES", machine.memory.read.overheadCycles),
            ("WRITE_OUTSTANDING", machine.memory.write.outstanding),
            ("WRITE_LATENCY_CYCLES", machine.memory.write.latencyCycles),
            ("WRITE_OVERHEAD_CYCLES", machine.memory.write.overheadCycles),
            ("EXTERNAL_MEMORY_BYTES", externalMemoryBytes),
            ("COMMANDS", commands),
            ("BURSTS", bursts),
            ("SEMAPHORES", SemaphoreSet.count),
            ("SEMAPHORES_INITIAL", Int(SemaphoreSet.initial.rawValue)),
            ("TRANSFER_WORDS", CommandWords.transferWords),
            ("COMPUTE_WORDS", CommandWords.computeWords),
        ]
        values += CommandWords.TransferField.allCases.map { ("TRANSFER_" + constantName("\($0)"), $0.rawValue) }
        values += CommandWords.ComputeField.allCases.map { ("COMPUTE_" + constantName("\($0)"), $0.rawValue) }
        values += CommandWords.ElementwiseField.allCases.map { ("ELEMENTWISE_" + constantName("\($0)"), $0.rawValue) }
        self.values = values
    }

    /// The text of `intaglio_constants.sv`.
    public func text(machine name: String) -> String {
        let width = values.map(\.name.count).max()!
        let lines = values.map { constant in
            """
                localparam int \(constant.name)\(String(repeating: " ", count: width - constant.name.count)) = \
            \(constant.value);
            """
        }
        return """
            // The constants of machine \(name), made from its machine file. Do not edit.
            /* verilator lint_off UNUSEDPARAM */
            package intaglio_constants;
            \(lines.joined(separator: "\n"))

                // The words of commands by name, for testbenches; 0 where a word has none.
                /* verilator lint_off WIDTH */
            \(CommandFieldNames.functions)
                /* verilator lint_on WIDTH */
            endpackage
            /* verilator lint_on UNUSEDPARAM */

            """
    }
}

/// The hardware's name of a field: rowPitchBytes becomes ROW_PITCH_BYTES.
private func constantName(_ field: String) -> String {
    var name = ""
    for character in field {
        if character.isUppercase { name.append("_") }
        name += character.uppercased()
    }
    return name
}

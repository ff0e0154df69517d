/// One field of a machine file with its value: what the file, its JSON form and tables of machines are made of.
public struct MachineField: Hashable, Sendable {
    public enum Value: Hashable, Sendable {
        case name(String)
        /// One of an enumeration's words.
        case word(String)
        case integer(Int)
        case bytes(Int)
        case number(Double)
        case boolean(Bool)
        /// `15/16`.
        case fraction(MemoryEfficiency)
    }

    /// The block that the field stands in, `memory.read` inside `memory`; nil at the top of the file.
    public let section: String?
    public let key: String
    public let value: Value

    /// `memory.burstBytes`; at the top the key alone.
    public var path: String { section.map { "\($0).\(key)" } ?? key }
}

extension MachineDescription {
    /// Every field of the machine file in its order, also those that a file may leave out; of the optional units only
    /// those that the machine has.
    public var fields: [MachineField] {
        section(nil, ["name": .name(name), "clockMegahertz": .number(clockMegahertz)])
            + macArray.fields
            + section("weightBuffer", weightBuffer.fields)
            + section(
                "activationBuffer",
                activationBuffer.fields + [("deinterleave", .boolean(activationBuffer.deinterleave))])
            + section("accumulatorBuffer", ["bytes": .bytes(accumulatorBuffer.bytes)])
            + section("parameterMemory", ["bytes": .bytes(parameterMemory.bytes)])
            + section(
                "codebookMux",
                [
                    "codebooks": .integer(codebookMux.codebooks), "encodeLanes": .integer(codebookMux.encodeLanes),
                    "programmable": .boolean(codebookMux.programmable),
                ])
            + section("postProcessor", ["lanes": .integer(postProcessor.lanes)])
            + section(
                "normalization",
                [
                    "method": .word(normalization.method.rawValue), "lanes": .integer(normalization.lanes),
                    "latencyCycles": .integer(normalization.latencyCycles),
                ])
            + memory.fields
            + section(
                "entropyCoder",
                [
                    "symbolsPerCycle": .integer(entropyCoder.symbolsPerCycle),
                    "interleave": .integer(entropyCoder.interleave),
                ])
            + section(
                "trellis",
                ["states": .integer(trellis.states), "samplesPerCycle": .integer(trellis.samplesPerCycle)])
            + (weightDecoder.map { decoder in
                section(
                    "weightDecoder",
                    ["law": .word(decoder.law.rawValue), "symbolsPerCycle": .integer(decoder.symbolsPerCycle)])
            } ?? [])
    }
}

extension MACArrayDescription {
    fileprivate var fields: [MachineField] {
        section(
            "macArray",
            [
                "inputChannelLanes": .integer(inputChannelLanes), "outputChannelLanes": .integer(outputChannelLanes),
                "pixelLanes": .integer(pixelLanes), "dataflow": .word(dataflow.rawValue),
                "laneMapping": .word(laneMapping.rawValue), "mergedGroups": .boolean(mergedGroups),
                "phases": .boolean(phases),
                "kernelRow": .boolean(kernelRow),
                "activationBits": .integer(activationBits),
                "weightBits": .integer(weightBits), "accumulatorBits": .integer(accumulatorBits),
                "pipelineStages": .integer(pipelineStages),
            ]) + (zeroSkipping ? section("macArray", ["zeroSkipping": .boolean(true)]) : [])
    }
}

extension MemoryDescription {
    fileprivate var fields: [MachineField] {
        section(
            "memory",
            [
                "busBytes": .integer(busBytes), "alignmentBytes": .bytes(alignmentBytes),
                "burstBytes": .bytes(burstBytes), "duplex": .word(duplex.rawValue),
            ])
            + MemoryAccess.allCases.flatMap { access in
                section(
                    "memory.\(access.rawValue)",
                    [
                        "outstanding": .integer(self[access].outstanding),
                        "latencyCycles": .integer(self[access].latencyCycles),
                        "overheadCycles": .integer(self[access].overheadCycles),
                    ])
            }
            + section("memory", ["efficiency": .fraction(efficiency)])
    }
}

extension BufferDescription {
    /// Those that both buffers have.
    fileprivate var fields: [(key: String, value: MachineField.Value)] {
        [
            ("bytes", .bytes(bytes)), ("banks", .integer(banks)), ("bytesPerCycle", .integer(bytesPerCycle)),
            ("pingPong", .boolean(pingPong)),
        ]
    }
}

private func section(_ name: String?, _ fields: KeyValuePairs<String, MachineField.Value>) -> [MachineField] {
    section(name, Array(fields))
}

private func section(_ name: String?, _ fields: [(key: String, value: MachineField.Value)]) -> [MachineField] {
    fields.map { MachineField(section: name, key: $0.key, value: $0.value) }
}

import Diagnostics
import Text

extension MachineDescription {
    /// Refuses fields that are each in range but contradict each other, as far as they are known.
    func checkConsistency(_ reader: inout MachineFileReader) {
        checkArray(&reader)
        checkBuffers(&reader)
        checkActivationBanks(&reader)
        memory.checkConsistency(&reader)
        reader.require(
            parameterMemory.bytes % 2 == 0, using: ["parameterMemory.bytes"], at: "parameterMemory.bytes",
            found: "parameterMemory.bytes is \(parameterMemory.bytes)", expected: "an even number: it has two halves",
            remedy: "change bytes")
    }

    private func checkArray(_ reader: inout MachineFileReader) {
        let array = macArray
        reader.require(
            array.macs <= 1 << 20, using: MACArrayDescription.lanePaths, at: "macArray.inputChannelLanes",
            found: "macArray has \(array.macs) MACs", expected: "at most 1048576", remedy: "use fewer lanes")
        reader.require(
            array.laneMapping == .channels, using: ["macArray.laneMapping"], at: "macArray.laneMapping",
            .machineNotBuiltYet, found: "macArray.laneMapping is tapsAndChannels, which is not built yet",
            expected: "channels", remedy: "use laneMapping: channels")
        let productBits = array.activationBits + array.weightBits
        reader.require(
            array.accumulatorBits >= productBits,
            using: ["macArray.accumulatorBits", "macArray.activationBits", "macArray.weightBits"],
            at: "macArray.accumulatorBits", found: "macArray.accumulatorBits is \(array.accumulatorBits)",
            expected: "at least \(productBits), the bits of one product (activationBits + weightBits)",
            remedy: "widen the accumulator")
    }

    private func checkBuffers(_ reader: inout MachineFileReader) {
        let steps = [
            (
                "weightBuffer", weightBuffer, "outputChannelLanes",
                macArray.inputChannelLanes * macArray.outputChannelLanes, "weights"
            ),
            (
                "activationBuffer", activationBuffer, "pixelLanes",
                macArray.inputChannelLanes * macArray.pixelLanes, "activations"
            ),
        ]
        for (block, buffer, lanes, stepBytes, operands) in steps {
            let shares = buffer.pingPong ? 2 * buffer.banks : buffer.banks
            let halves = buffer.pingPong ? "two halves of " : ""
            let shape = ["\(block).bytes", "\(block).pingPong"]
            reader.require(
                buffer.bytes % shares == 0, using: shape + ["\(block).banks"], at: "\(block).bytes",
                found: "\(block).bytes is \(buffer.bytes)",
                expected: "a multiple of \(shares) (\(halves)\(buffer.banks) banks)", remedy: "change bytes or banks")
            reader.require(
                buffer.tileBytes >= stepBytes,
                using: shape + ["macArray.inputChannelLanes", "macArray.\(lanes)"], at: "\(block).bytes",
                found: "a tile of \(block) has \(buffer.tileBytes.counted("byte"))",
                expected:
                    "at least one step of \(operands): \(stepBytes.counted("byte")) (inputChannelLanes x \(lanes))",
                remedy: "enlarge bytes or use fewer lanes")
        }
    }

    private func checkActivationBanks(_ reader: inout MachineFileReader) {
        let (rate, banks, word) = (
            activationBuffer.bytesPerCycle, activationBuffer.banks, macArray.inputChannelLanes
        )
        reader.require(
            rate == banks * word,
            using: ["activationBuffer.bytesPerCycle", "activationBuffer.banks", "macArray.inputChannelLanes"],
            at: "activationBuffer.bytesPerCycle", found: "activationBuffer.bytesPerCycle is \(rate)",
            expected: "\(banks * word): each of \(banks) banks delivers one word of \(word) codes a cycle",
            remedy: "leave bytesPerCycle out, or change it or banks")
        reader.require(
            weightBuffer.bytesPerCycle % weightBuffer.banks == 0,
            using: ["weightBuffer.bytesPerCycle", "weightBuffer.banks"], at: "weightBuffer.bytesPerCycle",
            found: "weightBuffer.bytesPerCycle is \(weightBuffer.bytesPerCycle)",
            expected: "a multiple of banks: \(weightBuffer.banks)", remedy: "change bytesPerCycle or banks")
    }
}

import Diagnostics
import FileFormats

extension MachineDescription {
    /// Refuses fields that are each in range but contradict each other. `top` gives the places.
    func checkConsistency(_ top: YAMLFields) throws(Diagnostic) {
        func require(
            _ holds: Bool, _ section: String, _ found: @autoclosure () -> String, _ expected: String, _ remedy: String
        ) throws(Diagnostic) {
            guard !holds else { return }
            throw Diagnostic(
                .machineInconsistent, at: top.place(of: section), found: found(), expected: expected, remedy: remedy)
        }
        let array = macArray
        let stepWeightBytes = array.inputChannelLanes * array.outputChannelLanes
        try require(
            array.macs <= 1 << 20, "macArray", "macArray has \(array.macs) MACs", "at most 1048576", "use fewer lanes")
        for (section, buffer) in [("weightBuffer", weightBuffer), ("activationBuffer", activationBuffer)] {
            let shares = buffer.pingPong ? 2 * buffer.banks : buffer.banks
            try require(
                buffer.bytes % shares == 0, section, "\(section).bytes is \(buffer.bytes)",
                "a multiple of \(shares) (\(buffer.pingPong ? "two halves of " : "")\(buffer.banks) banks)",
                "change bytes or banks")
        }
        try require(
            weightBuffer.tileBytes >= stepWeightBytes, "weightBuffer",
            "a tile of weightBuffer has \(weightBuffer.tileBytes) bytes",
            "at least one step of weights: \(stepWeightBytes) bytes (inputChannelLanes x outputChannelLanes)",
            "enlarge bytes or use fewer lanes")
        let stepActivationBytes = array.inputChannelLanes * array.pixelLanes
        try require(
            activationBuffer.tileBytes >= stepActivationBytes, "activationBuffer",
            "a tile of activationBuffer has \(activationBuffer.tileBytes) bytes",
            "at least one step of activations: \(stepActivationBytes) bytes (inputChannelLanes x pixelLanes)",
            "enlarge bytes or use fewer lanes")
        try require(
            activationBuffer.bytesPerCycle == activationBuffer.banks * array.inputChannelLanes, "activationBuffer",
            "activationBuffer.bytesPerCycle is \(activationBuffer.bytesPerCycle)",
            """
            \(activationBuffer.banks * array.inputChannelLanes): each of \(activationBuffer.banks) banks delivers one \
            word of \(array.inputChannelLanes) codes a cycle
            """,
            "change bytesPerCycle or banks")
        try require(
            weightBuffer.bytesPerCycle % weightBuffer.banks == 0, "weightBuffer",
            "weightBuffer.bytesPerCycle is \(weightBuffer.bytesPerCycle)",
            "a multiple of banks: \(weightBuffer.banks)", "change bytesPerCycle or banks")
        try require(
            array.accumulatorBits >= array.activationBits + array.weightBits, "macArray",
            "macArray.accumulatorBits is \(array.accumulatorBits)",
            """
            at least \(array.activationBits + array.weightBits), the bits of one product (activationBits + weightBits)
            """,
            "widen the accumulator")
        try require(
            parameterMemory.bytes % 2 == 0, "parameterMemory", "parameterMemory.bytes is \(parameterMemory.bytes)",
            "an even number: it has two halves",
            "change bytes")
        for (key, value) in [
            ("bytesPerCycle", dma.bytesPerCycle), ("burstBytes", dma.burstBytes),
            ("alignmentBytes", dma.alignmentBytes),
        ] {
            try require(
                value & (value - 1) == 0, "dma", "dma.\(key) is \(value)", "a power of two",
                "round it to a power of two")
        }
        for (key, value) in [("burstBytes", dma.burstBytes), ("alignmentBytes", dma.alignmentBytes)] {
            try require(
                value % dma.bytesPerCycle == 0, "dma", "dma.\(key) is \(value)",
                "a multiple of dma.bytesPerCycle: \(dma.bytesPerCycle)",
                "enlarge \(key) or use a narrower bus")
        }
    }
}

import FixedPoint

extension MachineDescription {
    /// Channels of the normalization that result lanes are measured by: groups of normalizations have the fewest steps
    /// of all, and 64 channels are what the bundled codecs have. Narrower ones, as the 48 of `lapped8`, may be paced by
    /// lanes that keep up with these.
    static let normalizationChannels = 64

    /// Parts that others keep from their full speed, each a sentence with both numbers. Nothing is wrong with such a
    /// machine; it could be cheaper or faster.
    ///
    ///     DMA            of reads or writes fewer bursts are in flight than fill the bus
    ///     weightBuffer   bytesPerCycle < C0 K0: a step takes several cycles
    ///     activations    banks < P0: likewise
    ///     result lanes   K0 P0 results take longer than the ceil(64 / C0) steps that sum a normalization of
    ///                    64 channels, each of them as long as weights and activations let it be
    public var warnings: [String] {
        [memory.unfilledBus(.read), memory.unfilledBus(.write), starvedWeights, sharedBanks, pacedArray]
            .compactMap(\.self)
    }

    /// Cycles of a step by the weights that it takes, and by the banks that its pixels share.
    private var weightStepCycles: Int {
        ceilDivide(macArray.inputChannelLanes * macArray.outputChannelLanes, by: weightBuffer.bytesPerCycle)
    }
    private var bankStepCycles: Int { ceilDivide(macArray.pixelLanes, by: activationBuffer.banks) }
    /// The same by both.
    private var stepCycles: Int { max(weightStepCycles, bankStepCycles) }

    /// Whether weights make a step at least as long as banks do.
    package var weightsPaceSteps: Bool { weightStepCycles > 1 && weightStepCycles >= bankStepCycles }

    package var starvedWeights: String? {
        guard weightStepCycles > 1 else { return nil }
        let stepBytes = macArray.inputChannelLanes * macArray.outputChannelLanes
        return
            """
            the weight buffer delivers \(weightBuffer.bytesPerCycle) of the \(stepBytes) bytes per cycle that the MAC \
            array takes: a step takes \(weightStepCycles < stepCycles ? "at least " : "")\(weightStepCycles) cycles
            """
    }

    package var sharedBanks: String? {
        guard bankStepCycles > 1 else { return nil }
        let banks = activationBuffer.banks
        return
            """
            the activation buffer has \(banks) bank\(banks == 1 ? "" : "s") for \(macArray.pixelLanes) pixel lanes: a \
            step takes \(bankStepCycles < stepCycles ? "at least " : "")\(bankStepCycles) cycles
            """
    }

    package var pacedArray: String? {
        let results = macArray.outputChannelLanes * macArray.pixelLanes
        let lanes = min(postProcessor.lanes, codebookMux.encodeLanes, normalization.lanes)
        let drain = ceilDivide(results, by: lanes)
        let sum = stepCycles * ceilDivide(Self.normalizationChannels, by: macArray.inputChannelLanes)
        guard drain > sum else { return nil }
        return
            """
            \(lanes) result lane\(lanes == 1 ? " takes" : "s take") \(drain) cycles for the \(results) results of a \
            group, which the MAC array sums in \(sum) (a normalization of \(Self.normalizationChannels) channels): \
            \(ceilDivide(results, by: sum)) lanes in postProcessor, codebookMux and normalization would keep up
            """
    }
}

import FixedPoint

extension DMADescription {
    /// Bus words of a whole burst.
    public var burstBeats: Int { burstBytes / bytesPerCycle }

    /// Bursts in flight that keep the bus busy: while one waits `latencyCycles` and moves, the others must move.
    public var outstandingThatFillTheBus: Int { ceilDivide(latencyCycles + burstBeats, by: burstBeats) }

    public var fillsTheBus: Bool { outstanding >= outstandingThatFillTheBus }

    /// What a long transfer of whole bursts moves: `outstanding` bursts in every `latencyCycles` + beats cycles, and
    /// never more than the bus is wide.
    public var reachedBytesPerCycle: Double {
        fillsTheBus ? Double(bytesPerCycle) : Double(outstanding * burstBytes) / Double(latencyCycles + burstBeats)
    }

    /// The most bursts in flight that a machine file may say.
    static let mostOutstanding = 256
    /// The longest burst that it may say, in bytes.
    static let longestBurstBytes = 65_536

    /// The shortest bursts, a power of two, of which `mostOutstanding` in flight fill the bus; nil where none do.
    private var burstBytesThatFillTheBus: Int? {
        var bytes = burstBytes
        while bytes <= Self.longestBurstBytes / 2 {
            bytes *= 2
            var longer = self
            longer.burstBytes = bytes
            if longer.outstandingThatFillTheBus <= Self.mostOutstanding { return bytes }
        }
        return nil
    }

    /// What would fill the bus, within what a machine file may say.
    private var filling: String {
        let needed = outstandingThatFillTheBus
        if needed <= Self.mostOutstanding {
            return
                """
                \(needed) bursts in flight would fill the bus, \(outstanding) \(outstanding == 1 ? "is" : "are")
                """
        }
        guard let bytes = burstBytesThatFillTheBus else {
            return "no \(Self.mostOutstanding) bursts in flight fill the bus; a lower latency would help"
        }
        var longer = self
        longer.burstBytes = bytes
        return
            """
            bursts of \(bytes) bytes, \(longer.outstandingThatFillTheBus) in flight, would fill the bus; bursts have \
            \(burstBytes) bytes and \(outstanding) \(outstanding == 1 ? "is" : "are") in flight
            """
    }

    /// What keeps the bus from being full, and what would fill it; nil where it is.
    public var unfilledBus: String? {
        guard !fillsTheBus else { return nil }
        return "DMA reaches \(reached) of \(bytesPerCycle) bytes per cycle: \(filling)"
    }

    /// The nearest tenth, but never the whole bus; below a tenth, the first digit that is not 0.
    private var reached: String {
        let tenths = min(Int((reachedBytesPerCycle * 10).rounded()), 10 * bytesPerCycle - 1)
        if tenths > 0 { return tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)" }
        var (digit, zeros) = (reachedBytesPerCycle * 10, "0.")
        while digit < 0.95 {
            digit *= 10
            zeros += "0"
        }
        return zeros + "\(Int(digit.rounded()))"
    }
}

extension MachineDescription {
    /// Channels of the normalization that result lanes are measured by: groups of normalizations have the fewest steps
    /// of all, and 64 channels are what the bundled codecs have. Narrower ones, as the 48 of `lapped8`, may be paced by
    /// lanes that keep up with these.
    static let normalizationChannels = 64

    /// Parts that others keep from their full speed, each a sentence with both numbers. Nothing is wrong with such a
    /// machine; it could be cheaper or faster.
    ///
    ///     DMA            outstanding < (latencyCycles + beats) / beats
    ///     weightBuffer   bytesPerCycle < C0 K0: a step takes several cycles
    ///     activations    banks < P0: likewise
    ///     result lanes   K0 P0 results take longer than the ceil(64 / C0) steps that sum a normalization of
    ///                    64 channels, each of them as long as weights and activations let it be
    public var warnings: [String] { [dma.unfilledBus, starvedWeights, sharedBanks, pacedArray].compactMap(\.self) }

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

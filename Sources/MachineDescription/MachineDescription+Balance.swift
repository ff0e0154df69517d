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

    /// What keeps the bus from being full, and what would fill it; nil where it is.
    public var unfilledBus: String? {
        guard !fillsTheBus else { return nil }
        // The nearest tenth, but never the whole bus.
        let tenths = min(Int((reachedBytesPerCycle * 10).rounded()), 10 * bytesPerCycle - 1)
        let reached = tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)"
        return
            """
            DMA reaches \(reached) of \(bytesPerCycle) bytes per cycle: \(outstandingThatFillTheBus) bursts in flight \
            would fill the bus, \(outstanding) are
            """
    }
}

extension MachineDescription {
    /// Channels of the normalization that result lanes are measured by: its groups have the fewest steps in the
    /// networks that are bundled.
    private static let normalizationChannels = 64

    /// Parts that others keep from their full speed, each a sentence with both numbers. Nothing is wrong with such a
    /// machine; it could be cheaper or faster.
    ///
    ///     DMA            outstanding < (latencyCycles + beats) / beats
    ///     weightBuffer   bytesPerCycle < C0 K0: a step takes several cycles
    ///     activations    banks < P0: likewise
    ///     result lanes   K0 P0 results take longer than the ceil(64 / C0) steps that sum a normalization of
    ///                    64 channels
    public var warnings: [String] { [dma.unfilledBus, starvedWeights, sharedBanks, pacedArray].compactMap(\.self) }

    package var starvedWeights: String? {
        let stepBytes = macArray.inputChannelLanes * macArray.outputChannelLanes
        guard weightBuffer.bytesPerCycle < stepBytes else { return nil }
        return
            """
            the weight buffer delivers \(weightBuffer.bytesPerCycle) of the \(stepBytes) bytes per cycle that the MAC \
            array takes: a step takes \(ceilDivide(stepBytes, by: weightBuffer.bytesPerCycle)) cycles
            """
    }

    package var sharedBanks: String? {
        guard activationBuffer.banks < macArray.pixelLanes else { return nil }
        return
            """
            the activation buffer has \(activationBuffer.banks) banks for \(macArray.pixelLanes) pixel lanes: a step \
            takes \(ceilDivide(macArray.pixelLanes, by: activationBuffer.banks)) cycles
            """
    }

    package var pacedArray: String? {
        let results = macArray.outputChannelLanes * macArray.pixelLanes
        let lanes = min(postProcessor.lanes, codebookMux.encodeLanes, normalization.lanes)
        let (drain, steps) = (
            ceilDivide(results, by: lanes), ceilDivide(Self.normalizationChannels, by: macArray.inputChannelLanes)
        )
        guard drain > steps else { return nil }
        return
            """
            \(lanes) result lanes take \(drain) cycles for the \(results) results of a group, which the MAC array sums \
            in \(steps) (a normalization of \(Self.normalizationChannels) channels): \(ceilDivide(results, by: steps)) \
            lanes in postProcessor, codebookMux and normalization would keep up
            """
    }
}

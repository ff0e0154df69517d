extension MachineDescription {
    /// The machine file. `MachineDescription(yaml: machine.yaml, path: p) == machine`, and equal machines have equal
    /// text.
    public var yaml: String {
        """
        name: \(needsQuotes ? "\"\(name)\"" : name)
        clockMegahertz: \(clockText)
        macArray:
          inputChannelLanes: \(macArray.inputChannelLanes)
          outputChannelLanes: \(macArray.outputChannelLanes)
          pixelLanes: \(macArray.pixelLanes)
          dataflow: \(macArray.dataflow.rawValue)
          laneMapping: \(macArray.laneMapping.rawValue)
          activationBits: \(macArray.activationBits)
          weightBits: \(macArray.weightBits)
          accumulatorBits: \(macArray.accumulatorBits)
          pipelineStages: \(macArray.pipelineStages)\(macArray.zeroSkipping ? "\n  zeroSkipping: true" : "")
        weightBuffer:
        \(weightBuffer.yaml)
        activationBuffer:
        \(activationBuffer.yaml)
          deinterleave: \(activationBuffer.deinterleave)
        accumulatorBuffer:
          bytes: \(accumulatorBuffer.bytes)
        parameterMemory:
          bytes: \(parameterMemory.bytes)
        codebookMux:
          codebooks: \(codebookMux.codebooks)
          encodeLanes: \(codebookMux.encodeLanes)
          programmable: \(codebookMux.programmable)
        postProcessor:
          lanes: \(postProcessor.lanes)
        normalization:
          method: \(normalization.method.rawValue)
          lanes: \(normalization.lanes)
          latencyCycles: \(normalization.latencyCycles)
        dma:
          bytesPerCycle: \(dma.bytesPerCycle)
          latencyCycles: \(dma.latencyCycles)
          burstBytes: \(dma.burstBytes)
          alignmentBytes: \(dma.alignmentBytes)
          outstanding: \(dma.outstanding)
        entropyCoder:
          symbolsPerCycle: \(entropyCoder.symbolsPerCycle)
          interleave: \(entropyCoder.interleave)
        trellis:
          states: \(trellis.states)
          samplesPerCycle: \(trellis.samplesPerCycle)
        \(weightDecoderText)
        """
    }

    private var weightDecoderText: String {
        guard let weightDecoder else { return "" }
        return "weightDecoder:\n  law: \(weightDecoder.law.rawValue)\n"
            + "  symbolsPerCycle: \(weightDecoder.symbolsPerCycle)\n"
    }

    /// Whole numbers without a fraction; otherwise the shortest decimal that reads back as the same number.
    private var clockText: String { Int(exactly: clockMegahertz).map { "\($0)" } ?? "\(clockMegahertz)" }

    /// Names like `-` or `...`, which YAML would take for something else, stand in quotes.
    private var needsQuotes: Bool {
        !name.contains { $0.isLetter || $0.isNumber } || !(name.first!.isLetter || name.first!.isNumber)
    }
}

extension BufferDescription {
    fileprivate var yaml: String {
        """
          bytes: \(bytes)
          banks: \(banks)
          bytesPerCycle: \(bytesPerCycle)
          pingPong: \(pingPong)
        """
    }
}

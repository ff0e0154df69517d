import Diagnostics
import Graph
import Networks
import Quantization
import Tensors

// The format of a layer's output.
extension LayerQuantizer {
    mutating func format() throws(Diagnostic) -> TensorFormat {
        let learned = options.takesLearnedRanges ? float.ranges.activations[layer.name] : nil
        if let format = try unsearchedFormat() {
            if learned == nil { return format }
            throw Diagnostic(
                .networkValueOutOfRange, at: place, found: "learned activation ranges",
                expected: "none: the format of this tensor follows from its place in the graph",
                remedy: "leave them out, or quantize with --ignore-learned-ranges")
        }
        // One format with the other operands of a concatenation, which a single layer may not make coarser.
        if let format = joint.formats[layer.name] { return format }
        isSearched = true
        return .codes(
            try options.activations.codebookSet(
                for: TensorSamples(floatOutputs, of: flow.pictures), copied: joint.copied, of: [layer.name],
                learned: learned, mirrorsNegativeSums: layer.mirrorsNegativeSums, at: place))
    }

    /// The format of a tensor that has no range to choose.
    private func unsearchedFormat() throws(Diagnostic) -> TensorFormat? {
        if layer.activation == .sigmoid { return try sigmoidFormat() }
        switch layer.operator {
        case .concatenation: return try joinedFormat()
        case .pixelShuffle(let factor): return try shuffledFormat(squaredFactor: factor * factor)
        case .maxPooling, .pad, .nearestResize: return inputFormat
        default: break
        }
        switch joint.given.formats[layer.name] {
        case nil: return nil
        case .sigmoid?: return try sigmoidFormat()
        case .integers16(let fractionBits)?: return .integers16(step: 1 / Double(1 << fractionBits))
        case .latentCodes?:
            return .codes(
                try .latents(ChannelSamples(floatOutputs), removal: options.activations.meanRemoval, at: place))
        case .picture?:
            return .codes(
                .uniform(.linearUnsigned, channels: floatOutputs[0].shape.channels, step: 1.0 / 255))
        }
    }

    private func joinedFormat() throws(Diagnostic) -> TensorFormat {
        guard case .codes(let first) = inputFormat else { return inputFormat }
        var selects: [UInt8] = []
        var offsets: [Int32] = []
        for name in layer.inputs {
            guard case .codes(let set)? = quantized.formats[name] else {
                preconditionFailure("\(name) has no codes beside codes in \(layer.name)")
            }
            selects += set.selects
            offsets += set.offsets
        }
        return .codes(try CodebookSet(codebooks: first.codebooks, selects: selects, offsets: offsets, step: first.step))
    }

    private func shuffledFormat(squaredFactor: Int) throws(Diagnostic) -> TensorFormat {
        guard case .codes(let set) = inputFormat else { return inputFormat }
        let sources = stride(from: 0, to: set.channels, by: squaredFactor)
        return .codes(
            try CodebookSet(
                codebooks: set.codebooks, selects: sources.map { set.selects[$0] },
                offsets: sources.map { set.offsets[$0] }, step: set.step))
    }

    /// The `pad` with the element that stands for 0 in every channel.
    func filled(_ pad: Pad) -> Pad {
        var filled = pad
        filled.fill = 0
        guard pad.padding.addsElements, case .codes(let set) = inputFormat else { return filled }
        let zeros = set.codebooks[Int(set.selects[0])].entries.indices.filter { code in
            (0..<set.channels).allSatisfy { channel in
                set.codebooks[Int(set.selects[channel])].entries.indices.contains(code)
                    && set.value(of: code, channel: channel) == 0
            }
        }
        guard let zero = zeros.first else { preconditionFailure("no code of \(layer.inputs[0]) is 0 in every channel") }
        filled.fill = zero
        return filled
    }
}

public import Diagnostics
public import EntropyCoding
import FixedPoint
import Quantization

/// What a plan must know of a layer's weights to say how large their coded tiles are and which steps of the MAC array
/// multiply by zeros only, without the weights.
///
///     codedBits[k][g]              bits of the codes of output channel k, all taps,
///                                  input channels g ... g + groupChannels - 1
///     nonZeroWeights[k][tap][g]    how many of those of one tap are not decoded to zero
///
/// Exact for every tile whose input channels begin at a multiple of `groupChannels` and end at one or at the last
/// channel; others need a finer measurement.
public struct WeightStatistics: Hashable, Sendable {
    /// The groups of network files.
    public static let fileGroupChannels = 8

    /// K.
    public let outputChannels: Int
    public let taps: Int
    /// C / G.
    public let inputChannels: Int
    public let groupChannels: Int
    /// The code of the layer's 256 weight codes.
    public let code: HuffmanCode
    public let codedBits: [UInt32]
    public let nonZeroWeights: [UInt8]

    /// ceil(C / groupChannels).
    public var groups: Int { ceilDivide(inputChannels, by: groupChannels) }
    public var weights: Int { outputChannels * taps * inputChannels }
    public var zeroWeights: Int { nonZeroWeights.reduce(weights) { $0 - Int($1) } }

    public init(
        outputChannels: Int, taps: Int, inputChannels: Int, groupChannels: Int, code: HuffmanCode, codedBits: [UInt32],
        nonZeroWeights: [UInt8]
    ) {
        self.outputChannels = outputChannels
        self.taps = taps
        self.inputChannels = inputChannels
        self.groupChannels = groupChannels
        self.code = code
        self.codedBits = codedBits
        self.nonZeroWeights = nonZeroWeights
        precondition(
            (1...255).contains(groupChannels) && codedBits.count == outputChannels * groups
                && nonZeroWeights.count == outputChannels * taps * groups,
            """
            \(codedBits.count) and \(nonZeroWeights.count) numbers for \(outputChannels) x \(taps) x \(inputChannels) \
            weights
            """
        )
    }

    /// Counts a layer's weights.
    ///
    /// - Parameter code: when nil, the best for these weights.
    public init(measuring layer: LayerWeights, groupChannels: Int = fileGroupChannels, code: HuffmanCode? = nil) {
        let groups = ceilDivide(layer.inputChannels, by: groupChannels)
        let code = code ?? HuffmanCode(counts: layer.histogram)
        let lengths = code.lengths.map { UInt32($0) }
        let counted = layer.decoder.entries.map { UInt8($0 == 0 ? 0 : 1) }
        var codedBits = [UInt32](repeating: 0, count: layer.outputChannels * groups)
        var nonZeroWeights = [UInt8](repeating: 0, count: layer.outputChannels * layer.taps * groups)
        layer.codes.withUnsafeBufferPointer { codes in
            var weight = 0
            for row in 0..<layer.outputChannels * layer.taps {
                let bits = row / layer.taps * groups
                for channel in 0..<layer.inputChannels {
                    let (group, symbol) = (channel / groupChannels, Int(codes[weight]))
                    codedBits[bits + group] += lengths[symbol]
                    nonZeroWeights[row * groups + group] += counted[symbol]
                    weight += 1
                }
            }
        }
        self.init(
            outputChannels: layer.outputChannels, taps: layer.taps, inputChannels: layer.inputChannels,
            groupChannels: groupChannels, code: code,
            codedBits: codedBits, nonZeroWeights: nonZeroWeights)
    }

    /// Whether a range of input channels is whole groups.
    public func isExact(for channels: Range<Int>) -> Bool {
        channels.lowerBound % groupChannels == 0
            && (channels.upperBound % groupChannels == 0 || channels.upperBound == inputChannels)
    }

    /// The groups of a range of input channels that is whole groups.
    private func groups(of channels: Range<Int>) -> Range<Int> {
        precondition(isExact(for: channels), "input channels \(channels) are no whole groups of \(groupChannels)")
        return channels.lowerBound / groupChannels..<ceilDivide(channels.upperBound, by: groupChannels)
    }

    /// Bits of a tile's codes: all taps of some output and input channels.
    public func codedBits(outputChannels: Range<Int>, inputChannels: Range<Int>) -> Int {
        let range = groups(of: inputChannels)
        return outputChannels.reduce(0) { sum, output in range.reduce(sum) { $0 + Int(codedBits[output * groups + $1]) }
        }
    }

    /// Bits of some codes.
    public func codedBits(of codes: some Sequence<UInt8>) -> Int {
        codes.reduce(0) { $0 + Int(code.lengths[Int($1)]) }
    }

    /// Bits of the decoder's tables for this layer.
    public var tableBits: Int { code.tableBits }

    /// A tile's codes coded and decoded again, and the bytes between. Nil where a weight code has no code.
    ///
    /// - Throws: `codedWeightsDamaged`.
    public func decoded(
        afterCoding codes: some Collection<UInt8>, at place: String
    ) throws(Diagnostic) -> (codedBytes: Int, codes: [UInt8])? {
        guard let coded = code.encoded(codes) else { return nil }
        return (coded.count, try code.decoded(coded, count: codes.count, at: place))
    }

    /// Weights of one output channel and tap that are not zero.
    public func nonZeroWeights(outputChannel: Int, tap: Int, inputChannels: Range<Int>) -> Int {
        groups(of: inputChannels).reduce(0) { $0 + Int(nonZeroWeights[(outputChannel * taps + tap) * groups + $1]) }
    }
}

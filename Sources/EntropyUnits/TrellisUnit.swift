public import EntropyCoding

/// Dependent quantization: an add-compare-select for each state, one sample after the other, then the trace back from
/// the cheapest state.
///
///     candidates     q = max(1, |x| div D - 1) ... q + 3, level q D; by q mod 4: quantizer 0 even, 1 odd, 0 odd,
///                    1 even; and level 0 with the even ones
///     branch metric  (|x| - q D)^2 2^12 + lambda cost(k), four a sample
///     path metrics   one register a state, `DecisionSettings.metricBits` wide;
///                    the least is subtracted after each sample
///     survivors      a word a sample:  | 17 16 | S-1 ... 0 |   which of its two predecessors each state took;
///                    whether even branches of quantizer 0 and 1 are zero
///
/// Equal to `ReferenceModel.quantizeTrellis` in every symbol.
public struct TrellisUnit: Sendable {
    public let trellis: TrellisTable
    public let settings: DecisionSettings
    /// By state and then by which of the two: predecessor and parity, the lower predecessor first.
    private let branches: [Branch]

    private struct Branch {
        var state: Int
        var parity: Int
        var quantizer: Int
    }

    public init(_ trellis: TrellisTable, settings: DecisionSettings) {
        self.trellis = trellis
        self.settings = settings
        branches = (0..<trellis.stateCount).flatMap { target in
            (0..<2 * trellis.stateCount).filter { Int(trellis.transitions[$0]) == target }.map {
                Branch(state: $0 / 2, parity: $0 % 2, quantizer: trellis.quantizer(of: $0 / 2))
            }
        }
    }

    /// Bits that a sample leaves in the survivor memory.
    public var survivorBits: Int { trellis.stateCount + 2 }
    /// Bytes of survivor memory for a tensor that is traced back as a whole.
    public func survivorBytes(samples: Int) -> Int { (samples * survivorBits + 7) / 8 }

    /// Indices k of latents less their means.
    ///
    /// - Parameters:
    ///   - tableIndices: of each latent, for quantizer 0; quantizer 1 has the table `quantizerPitch` further on.
    public func run(_ latents: [Int32], tableIndices: [UInt16], rates: RateTable, quantizerPitch: Int) -> [Int32] {
        precondition(latents.count == tableIndices.count, "\(latents.count) latents, \(tableIndices.count) tables")
        var survivors = [UInt32](repeating: 0, count: latents.count)
        let lastState = search(latents, tableIndices, rates, quantizerPitch, &survivors)
        return traced(latents, survivors, from: lastState)
    }

    private func search(
        _ latents: [Int32], _ tableIndices: [UInt16], _ rates: RateTable, _ quantizerPitch: Int,
        _ survivors: inout [UInt32]
    ) -> Int {
        let states = trellis.stateCount
        // Above every metric that can occur, and far from the end of 64 bits.
        var metrics = [Int64](repeating: 1 << 60, count: states)
        metrics[0] = 0
        var selected = metrics
        var costs = BranchCosts()
        metrics.withUnsafeMutableBufferPointer { metrics in
            selected.withUnsafeMutableBufferPointer { selected in
                branches.withUnsafeBufferPointer { branches in
                    for index in latents.indices {
                        var survivor = costs.update(
                            latents[index], table: Int(tableIndices[index]), rates, settings, quantizerPitch)
                        var least = Int64.max
                        for state in 0..<states {
                            let (first, second) = (branches[2 * state], branches[2 * state + 1])
                            let one = metrics[first.state] &+ costs[first.quantizer, first.parity]
                            let other = metrics[second.state] &+ costs[second.quantizer, second.parity]
                            if other < one { survivor |= 1 << UInt32(state) }
                            selected[state] = min(one, other)
                            least = min(least, selected[state])
                        }
                        for state in 0..<states { metrics[state] = selected[state] &- least }
                        survivors[index] = survivor
                    }
                }
            }
        }
        return metrics.firstIndex(of: metrics.min()!)!
    }

    private func traced(_ latents: [Int32], _ survivors: [UInt32], from lastState: Int) -> [Int32] {
        var symbols = [Int32](repeating: 0, count: latents.count)
        var state = lastState
        for index in latents.indices.reversed() {
            let branch = branches[2 * state + Int(survivors[index] >> UInt32(state) & 1)]
            if branch.parity == 1 || survivors[index] >> UInt32(16 + branch.quantizer) & 1 == 0 {
                symbols[index] = BranchCosts.symbol(
                    latents[index], quantizer: branch.quantizer, parity: branch.parity, step: settings.step)
            }
            state = branch.state
        }
        return symbols
    }
}

/// The four branch metrics of one sample.
private struct BranchCosts {
    private var costs: (Int64, Int64, Int64, Int64) = (0, 0, 0, 0)

    @inline(__always)
    subscript(quantizer: Int, parity: Int) -> Int64 {
        switch (quantizer, parity) {
        case (0, 0): costs.0
        case (0, _): costs.1
        case (_, 0): costs.2
        default: costs.3
        }
    }

    /// The first of the four union indices; symbols stay within 16 bits.
    @inline(__always)
    static func firstIndex(_ magnitude: Int32, step: Int32) -> Int32 { min(max(1, magnitude / step - 1), 65_530) }

    /// The union index of a quantizer and parity is the one of the four with this remainder by 4.
    @inline(__always)
    static func remainder(quantizer: Int, parity: Int) -> Int32 {
        quantizer == 0 ? Int32(2 * parity) : Int32(3 - 2 * parity)
    }

    @inline(__always)
    static func symbol(_ latent: Int32, quantizer: Int, parity: Int, step: Int32) -> Int32 {
        let first = firstIndex(latent.magnitude32, step: step)
        let q = first + (remainder(quantizer: quantizer, parity: parity) - first) & 3
        let k = (q + 1) >> 1
        return latent < 0 ? -k : k
    }

    /// Returns the flags of even branches that are zero.
    @inline(__always)
    mutating func update(
        _ latent: Int32, table: Int, _ rates: RateTable, _ settings: DecisionSettings, _ quantizerPitch: Int
    ) -> UInt32 {
        let magnitude = latent.magnitude32
        let first = Self.firstIndex(magnitude, step: settings.step)
        @inline(__always) func cost(_ quantizer: Int, _ parity: Int) -> Int64 {
            let q = first + (Self.remainder(quantizer: quantizer, parity: parity) - first) & 3
            let k = (q + 1) >> 1
            let distance = Int64(magnitude) - Int64(q) * Int64(settings.step)
            return (distance * distance) << Int64(DecisionSettings.distanceBits)
                + settings.lambda * Int64(rates.cost(latent < 0 ? -k : k, table: table + quantizer * quantizerPitch))
        }
        let square = (Int64(magnitude) * Int64(magnitude)) << Int64(DecisionSettings.distanceBits)
        let zeros = (
            square + settings.lambda * Int64(rates.cost(0, table: table)),
            square + settings.lambda * Int64(rates.cost(0, table: table + quantizerPitch))
        )
        let even = (cost(0, 0), cost(1, 0))
        costs = (min(zeros.0, even.0), cost(0, 1), min(zeros.1, even.1), cost(1, 1))
        return (zeros.0 <= even.0 ? 1 << 16 : 0) | (zeros.1 <= even.1 ? 1 << 17 : 0)
    }
}

extension Int32 {
    /// Of a latent less its mean, which has 17 bits.
    @inline(__always)
    fileprivate var magnitude32: Int32 { self < 0 ? -self : self }
}

public import EntropyCoding

extension ReferenceModel {
    /// Dependent quantization by its definition: of all paths through the trellis, from state 0, the one whose sum of
    ///
    ///     J = (x - (2 k - b sgn k) D)^2 2^12 + lambda cost(k by the table of quantizer b)
    ///
    /// is least. Of equals: the lower predecessor state, then the smaller |k|, then the positive k; at the end the
    /// lower state.
    ///
    /// - Parameters:
    ///   - candidates: the indices that a sample may take, by sample and quantizer.
    /// - Returns: the indices, and the sum.
    public static func quantizeTrellis(
        _ latents: [Int32], tableIndices: [UInt16], rates: RateTable, quantizerPitch: Int, trellis: TrellisTable,
        settings: DecisionSettings,
        candidates: (_ latent: Int32, _ quantizer: Int) -> [Int32]
    ) -> (symbols: [Int32], cost: Int128) {
        var paths: [Int128?] = [0] + Array(repeating: nil, count: trellis.stateCount - 1)
        var choices: [[Choice?]] = []
        for (index, latent) in latents.enumerated() {
            var next: [Int128?] = Array(repeating: nil, count: trellis.stateCount)
            var choice: [Choice?] = Array(repeating: nil, count: trellis.stateCount)
            for state in 0..<trellis.stateCount {
                guard let past = paths[state] else { continue }
                let quantizer = trellis.quantizer(of: state)
                let ordered = candidates(latent, quantizer).sorted { (abs($0), -$0) < (abs($1), -$1) }
                for k in ordered {
                    let level = Int128(2 * k - Int32(quantizer) * k.signum()) * Int128(settings.step)
                    let distance = Int128(latent) - level
                    let rate = Int128(rates.cost(k, table: Int(tableIndices[index]) + quantizer * quantizerPitch))
                    let cost = past + distance * distance * 4096 + Int128(settings.lambda) * rate
                    let target = trellis.next(state, parity: abs(Int(k)) % 2)
                    if next[target].map({ cost < $0 }) ?? true {
                        next[target] = cost
                        choice[target] = Choice(predecessor: state, symbol: k)
                    }
                }
            }
            paths = next
            choices.append(choice)
        }
        let least = paths.compactMap { $0 }.min()!
        var state = paths.firstIndex { $0 == least }!
        var symbols: [Int32] = []
        for choice in choices.reversed() {
            symbols.append(choice[state]!.symbol)
            state = choice[state]!.predecessor
        }
        return (symbols.reversed(), least)
    }

    /// The candidates of the trellis unit: of the four levels q D, q from max(1, floor(|x| / D) - 1), those of the
    /// quantizer, with the sign of x; and 0.
    public static func trellisCandidates(_ latent: Int32, quantizer: Int, step: Int32) -> [Int32] {
        let magnitude = abs(latent)
        let first = min(max(1, magnitude / step - 1), 65_530)
        let levels = (first...first + 3).filter { Int($0) % 2 == quantizer }
        return [0]
            + levels.map { q in
                let k = quantizer == 0 ? q / 2 : (q + 1) / 2
                return latent < 0 ? -k : k
            }
    }

    private struct Choice {
        var predecessor: Int
        var symbol: Int32
    }
}

package import Quantization

/// Codes and scales of one layer's weights: `weight = scale[k] x entry`.
package struct WeightQuantizer {
    package let decoder: WeightDecoder
    let grouping: WeightGrouping
    let clipping: WeightClipping
    /// `midpoints[code]` lies between the entries of code and code + 1; the last is infinite.
    private let midpoints: [Double]
    /// The nearest code of each whole value from `lowest`: where the search for the nearest code of a value begins.
    private let starts: [UInt8]
    private let lowest: Double
    private let largest: Double

    /// - Parameter deadZone: magnitudes below this, in units of the entries, become zero even where another entry is
    ///   nearer.
    package init(decoder: WeightDecoder, grouping: WeightGrouping, clipping: WeightClipping, deadZone: Double? = nil) {
        precondition(grouping.isExecutable, "\(grouping.rawValue) cannot be requantized away")
        self.decoder = decoder
        self.grouping = grouping
        self.clipping = clipping
        let entries = decoder.entries.map { Double($0) }
        largest = entries[255]
        lowest = entries[0]
        var midpoints = zip(entries, entries.dropFirst()).map { ($0 + $1) / 2 } + [.infinity]
        // Codes that a law does not use repeat its first or last entry.
        for code in 0..<255 where entries[code] == entries[code + 1] {
            midpoints[code] = code < 128 ? -.infinity : .infinity
        }
        if let deadZone { (midpoints[127], midpoints[128]) = (-deadZone, deadZone) }
        self.midpoints = midpoints
        var starts: [UInt8] = []
        var code = 0
        for value in Int(lowest)...Int(largest) {
            while Double(value) >= midpoints[code] { code += 1 }
            starts.append(UInt8(code))
        }
        self.starts = starts
    }

    /// - Parameters:
    ///   - weights: `[K][taps][C]`, or gamma `[i][j]` with one tap.
    ///   - importance: weighs the squared error of each input channel.
    ///   - smallestScale: no group's scale may be less.
    ///   - smallestScales: when given, the same for each output channel.
    ///   - clips: when given, learned: the part of each group's largest magnitude that the last code means; nothing is
    ///     searched. The groups are output channels.
    ///   - moments: when given, the error of each rounded weight is made up for by the weights that follow, as far as
    ///     their operands are correlated.
    package func quantize(
        _ weights: [Float], outputs: Int, importance: [Double], smallestScale: Double = 0,
        smallestScales: [Double]? = nil, clips: [Float]? = nil,
        moments: SecondMoments? = nil
    ) -> (codes: [UInt8], scales: [Double]) {
        let inner = weights.count / outputs
        let rows = (0..<outputs).map { weights[$0 * inner..<($0 + 1) * inner].map { Double($0) } }
        var scales: [Double]
        if let clips {
            precondition(
                grouping == .outputChannel && clips.count == outputs, "learned clips belong to output channels")
            scales = zip(rows, clips).map { max(widestScale(of: $0) * Double($1), smallestScale) }
        } else if grouping == .layer {
            scales = Array(repeating: max(scale(of: Array(rows.joined()), importance), smallestScale), count: outputs)
        } else {
            scales = rows.map { max(scale(of: $0, importance), smallestScale) }
        }
        if let smallestScales {
            let largest = smallestScales.max() ?? 0
            for channel in scales.indices {
                scales[channel] = max(scales[channel], grouping == .layer ? largest : smallestScales[channel])
            }
        }
        var codes: [UInt8] = []
        codes.reserveCapacity(weights.count)
        let compensation = moments?.compensation()
        for (row, scale) in zip(rows, scales) {
            if let compensation {
                codes += compensated(row, scale: scale, compensation.order, compensation.factor)
            } else {
                codes += row.map { code(of: $0 / scale) }
            }
        }
        return (codes, scales)
    }

    /// Rounds the weights of each block one by one; the rest of the block moves so that the expected squared error of
    /// the sum stays least.
    private func compensated(_ row: [Double], scale: Double, _ order: [Int], _ factor: [Double]) -> [UInt8] {
        let count = order.count
        var codes = Array(repeating: UInt8(0), count: row.count)
        var block = Array(repeating: 0.0, count: count)
        for start in stride(from: 0, to: row.count, by: count) {
            for position in 0..<count { block[position] = row[start + order[position]] }
            for position in 0..<count {
                let chosen = code(of: block[position] / scale)
                codes[start + order[position]] = chosen
                let error =
                    (block[position] - scale * Double(decoder.entries[Int(chosen)]))
                    / factor[position * count + position]
                for later in position + 1..<max(count, position + 1) {
                    block[later] -= error * factor[position * count + later]
                }
            }
        }
        return codes
    }

    /// The code whose entry is nearest; of two equally near the higher.
    @inline(__always)
    func code(of value: Double) -> UInt8 {
        let limited = min(max(lowest, value), largest)
        var code = Int(starts[Int((limited - lowest).rounded(.down))])
        while limited >= midpoints[code] { code += 1 }
        return UInt8(code)
    }

    private func scale(of weights: [Double], _ importance: [Double]) -> Double {
        let widest = widestScale(of: weights)
        if clipping == .quantile { return quantileScale(of: weights) ?? widest }
        guard clipping == .searched else { return widest }
        var best = (error: Double.infinity, scale: widest)
        for step in 0...24 {
            let scale = widest * (1 - 0.025 * Double(step))
            let error = squaredError(of: weights, scale: scale, importance)
            if error < best.error { best = (error, scale) }
        }
        return best.scale
    }

    /// The scale with which the last code means the largest magnitude.
    private func widestScale(of weights: [Double]) -> Double {
        let magnitude = weights.reduce(0) { max($0, abs($1)) }
        return magnitude > 0 ? magnitude / largest : 1 / largest
    }

    /// The scale with which it means the magnitude that 99 % of the weights do not pass; nil where that is 0.
    private func quantileScale(of weights: [Double]) -> Double? {
        let quantile = weights.map { abs($0) }.sorted()[(99 * weights.count + 99) / 100 - 1]
        return quantile > 0 ? quantile / largest : nil
    }

    private func squaredError(of weights: [Double], scale: Double, _ importance: [Double]) -> Double {
        var sum = 0.0
        var channel = 0
        for weight in weights {
            let difference = weight - scale * Double(decoder.entries[Int(code(of: weight / scale))])
            sum += difference * difference * importance[channel]
            channel = channel + 1 == importance.count ? 0 : channel + 1
        }
        return sum
    }
}

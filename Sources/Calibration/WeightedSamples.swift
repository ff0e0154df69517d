/// Values with weights, in rising order, with sums before each: what Lloyd-Max needs of a distribution.
package struct WeightedSamples {
    private let values: [Double]
    private let weights: [Double]
    /// `weightsBefore[i]` and `momentsBefore[i]` are the sums of weights, and of weight x value, of all values before
    /// i; one more than there are values.
    private let weightsBefore: [Double]
    private let momentsBefore: [Double]

    /// The samples less `centre`, and again with their distances from it multiplied, for each of `margins`.
    init(_ samples: [ChannelSamples.Sample], centre: Float, margins: [(factor: Double, weight: Double)]) {
        self.init(
            margins.flatMap { margin in
                samples.map { ((Double($0.value) - Double(centre)) * margin.factor, Double($0.count) * margin.weight) }
            })
    }

    /// All of them together.
    init(_ parts: [WeightedSamples]) {
        self.init(parts.flatMap { zip($0.values, $0.weights) })
    }

    /// - Parameter samples: values and their weights, in any order.
    package init(_ samples: [(value: Double, weight: Double)]) {
        let sorted = samples.sorted { $0.value < $1.value }
        values = sorted.map(\.value)
        weights = sorted.map(\.weight)
        var (weightsBefore, momentsBefore) = ([0.0], [0.0])
        for (value, weight) in sorted {
            weightsBefore.append(weightsBefore.last! + weight)
            momentsBefore.append(momentsBefore.last! + weight * value)
        }
        self.weightsBefore = weightsBefore
        self.momentsBefore = momentsBefore
    }

    var meanFourthPower: Double {
        zip(values, weights).reduce(0) { $0 + $1.0 * $1.0 * $1.0 * $1.0 * $1.1 } / max(weightsBefore.last!, 1e-300)
    }

    /// 256 levels as dense as the cube root of the density: the best quantizer of many levels (Panter and Dite), and
    /// where Lloyd-Max begins.
    package func companded() -> [Double] {
        let (low, high) = (values[0], values[values.count - 1])
        let bins = 4096
        let width = (high - low) / Double(bins)
        guard width > 0 else { return (0..<256).map { low + Double($0 - 128) * 1e-6 * max(abs(low), 1e-20) } }
        var masses = Array(repeating: 1e-3, count: bins)
        for (value, weight) in zip(values, weights) { masses[min(Int((value - low) / width), bins - 1)] += weight }
        var heights = [0.0]
        for mass in masses { heights.append(heights.last! + mass.cubeRoot) }
        let total = heights.last!
        var bin = 0
        return (0..<256).map { index in
            let height = (Double(index) + 0.5) / 256 * total
            while heights[bin + 1] < height { bin += 1 }
            return low + width * (Double(bin) + (height - heights[bin]) / (heights[bin + 1] - heights[bin]))
        }
    }

    /// The mean of the samples that are nearest to each level; a level without samples stays.
    package func centroids(of levels: [Double]) -> [Double] {
        var (first, result) = (0, levels)
        for index in levels.indices {
            let end =
                index + 1 < levels.count ? firstIndex(atLeast: (levels[index] + levels[index + 1]) / 2) : values.count
            let weight = weightsBefore[end] - weightsBefore[first]
            if end > first, weight > 0 { result[index] = (momentsBefore[end] - momentsBefore[first]) / weight }
            first = end
        }
        return result
    }

    /// Sum of weight x the squared distance to the nearest entry x step.
    package func squaredError(of entries: [Int32], step: Double) -> Double {
        var (sum, code) = (0.0, 0)
        for (value, weight) in zip(values, weights) {
            while code + 1 < entries.count, value >= Double(entries[code] + entries[code + 1]) / 2 * step { code += 1 }
            let difference = value - Double(entries[code]) * step
            sum += difference * difference * weight
        }
        return sum
    }

    private func firstIndex(atLeast limit: Double) -> Int {
        var (low, high) = (0, values.count)
        while low < high {
            let middle = (low + high) / 2
            if values[middle] < limit { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

extension Double {
    /// By Newton's steps of basic operations, the same on every machine.
    fileprivate var cubeRoot: Double {
        guard self > 0 else { return 0 }
        var root = Double(sign: .plus, exponent: Int(exponent) / 3, significand: 1)
        for _ in 0..<20 { root -= (root * root * root - self) / (3 * root * root) }
        return root
    }
}

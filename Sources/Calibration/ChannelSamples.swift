import Tensors

/// Elements of one tensor over all calibration pictures, by channel: a histogram of every element, the exact extremes
/// and the mean.
///
/// Bins are narrow near zero and wide at the ends (bin = square root of the magnitude), and each is represented by the
/// mean of its elements.
package struct ChannelSamples: Sendable {
    /// A value and how many elements it stands for.
    typealias Sample = (value: Float, count: Float)

    private(set) var samples: [[Sample]]
    private(set) var minimum: [Float]
    private(set) var maximum: [Float]
    private(set) var mean: [Double]

    /// Bins on each side of zero.
    private static let binCount = 1024

    init(_ tensors: [Tensor<Float>]) {
        let channels = tensors[0].shape.channels
        minimum = Array(repeating: .infinity, count: channels)
        maximum = Array(repeating: -.infinity, count: channels)
        mean = Array(repeating: 0, count: channels)
        for tensor in tensors {
            var channel = 0
            for value in tensor.elements {
                minimum[channel] = min(minimum[channel], value)
                maximum[channel] = max(maximum[channel], value)
                mean[channel] += Double(value)
                channel = channel + 1 == channels ? 0 : channel + 1
            }
        }
        let pixels = tensors.reduce(0) { $0 + $1.elements.count / channels }
        mean = mean.map { $0 / Double(pixels) }
        samples = Self.histogram(tensors, magnitudes: zip(minimum, maximum).map { max(abs($0), abs($1)) })
    }

    /// The channels of several tensors, one tensor after the other.
    init(joining parts: [ChannelSamples]) {
        samples = parts.flatMap(\.samples)
        minimum = parts.flatMap(\.minimum)
        maximum = parts.flatMap(\.maximum)
        mean = parts.flatMap(\.mean)
    }

    /// Channels of one number as one; numbers from 0 on.
    func joining(_ numbers: [Int]) -> ChannelSamples {
        precondition(channels == numbers.count, "\(channels) channels, \(numbers.count) numbers")
        var joined = self
        var groups: [[Int]] = Array(repeating: [], count: numbers.max()! + 1)
        for (channel, number) in numbers.enumerated() { groups[number].append(channel) }
        joined.samples = groups.map { $0.flatMap { samples[$0] } }
        joined.minimum = groups.map { $0.map { minimum[$0] }.min()! }
        joined.maximum = groups.map { $0.map { maximum[$0] }.max()! }
        joined.mean = groups.map { group in group.reduce(0) { $0 + mean[$1] } / Double(group.count) }
        return joined
    }

    private static func histogram(_ tensors: [Tensor<Float>], magnitudes: [Float]) -> [[Sample]] {
        let channels = magnitudes.count
        let width = 2 * binCount + 1
        var counts = [Float](repeating: 0, count: channels * width)
        var sums = [Double](repeating: 0, count: channels * width)
        let scales = magnitudes.map { Float(binCount * binCount) / max($0, 1e-30) }
        for tensor in tensors {
            var channel = 0
            for value in tensor.elements {
                let bin = min(Int((abs(value) * scales[channel]).squareRoot()), binCount)
                let index = channel * width + binCount + (value < 0 ? -bin : bin)
                counts[index] += 1
                sums[index] += Double(value)
                channel = channel + 1 == channels ? 0 : channel + 1
            }
        }
        return (0..<channels).map { channel in
            (channel * width..<(channel + 1) * width).compactMap {
                counts[$0] == 0 ? nil : (Float(sums[$0] / Double(counts[$0])), counts[$0])
            }
        }
    }

    package var channels: Int { samples.count }

    /// Whether no element is negative.
    package var isUnsigned: Bool { minimum.allSatisfy { $0 >= 0 } }

    /// The largest magnitude of a channel.
    func magnitude(_ channel: Int) -> Float { max(abs(minimum[channel]), abs(maximum[channel])) }

    /// The largest distance of a channel's elements from a value.
    func magnitude(_ channel: Int, about centre: Float) -> Float {
        max(maximum[channel] - centre, centre - minimum[channel])
    }

    /// The value that half of a channel's elements do not pass.
    func median(_ channel: Int) -> Float {
        let half = samples[channel].reduce(0) { $0 + Double($1.count) } / 2
        var passed = 0.0
        for (value, count) in samples[channel] {
            passed += Double(count)
            if passed >= half { return value }
        }
        return 0
    }

    /// The largest magnitude of all channels.
    var largestMagnitude: Float { (0..<channels).reduce(0) { max($0, magnitude($1)) } }

    /// The magnitude that a fraction of all elements does not pass.
    func percentile(_ fraction: Double) -> Float {
        let sorted = samples.joined().map { (abs($0.value), $0.count) }.sorted { $0.0 < $1.0 }
        let total = sorted.reduce(0.0) { $0 + Double($1.1) }
        var passed = 0.0
        for (value, count) in sorted {
            passed += Double(count)
            if passed >= fraction * total { return value }
        }
        return sorted.last?.0 ?? 0
    }
}

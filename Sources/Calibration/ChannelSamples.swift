import Tensors

/// Elements of one tensor over all calibration pictures, by channel: a regular subsample and the exact extremes and means.
struct ChannelSamples: Sendable {
    /// At most `largestCount` (and at least the two extremes) a channel.
    private(set) var values: [[Float]]
    private(set) var minimum: [Float]
    private(set) var maximum: [Float]
    private(set) var mean: [Double]

    static let largestCount = 6144

    init(_ tensors: [Tensor<Float>]) {
        let channels = tensors[0].shape.channels
        let pixels = tensors.reduce(0) { $0 + $1.elements.count / channels }
        let pitch = max(1, pixels / Self.largestCount)
        values = Array(repeating: [], count: channels)
        minimum = Array(repeating: .infinity, count: channels)
        maximum = Array(repeating: -.infinity, count: channels)
        mean = Array(repeating: 0, count: channels)
        var pixel = 0
        for tensor in tensors {
            for start in stride(from: 0, to: tensor.elements.count, by: channels) {
                let isSampled = pixel % pitch == 0
                for channel in 0..<channels {
                    let value = tensor.elements[start + channel]
                    minimum[channel] = min(minimum[channel], value)
                    maximum[channel] = max(maximum[channel], value)
                    mean[channel] += Double(value)
                    if isSampled { values[channel].append(value) }
                }
                pixel += 1
            }
        }
        mean = mean.map { $0 / Double(pixels) }
    }

    var channels: Int { values.count }

    /// The largest magnitude of a channel.
    func magnitude(_ channel: Int) -> Float { max(abs(minimum[channel]), abs(maximum[channel])) }

    /// The largest magnitude of all channels.
    var largestMagnitude: Float { (0..<channels).reduce(0) { max($0, magnitude($1)) } }

    /// The magnitude that a fraction of the sampled elements does not pass.
    func percentile(_ fraction: Double) -> Float {
        let sorted = values.joined().map { abs($0) }.sorted()
        return sorted[min(sorted.count - 1, Int(fraction * Double(sorted.count)))]
    }
}

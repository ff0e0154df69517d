import Tensors

/// The elements of one tensor over all calibration pictures: all together, and kind by kind.
package struct TensorSamples: Sendable {
    package let pooled: ChannelSamples
    /// One of each kind of pictures.
    let kinds: [ChannelSamples]
    /// What each kind's error counts, whatever the number of its pictures; their sum is 1.
    let weights: [Double]

    /// - Parameter pictures: what the tensors were made from, picture by picture.
    init(_ tensors: [Tensor<Float>], of pictures: CalibrationPictures) {
        let pooled = ChannelSamples(tensors)
        self.pooled = pooled
        kinds = pictures.kinds.count == 1 ? [pooled] : pictures.pictureRanges.map { ChannelSamples(Array(tensors[$0])) }
        weights = pictures.weights
    }

    /// Of a single kind.
    package init(_ samples: ChannelSamples) { self.init(pooled: samples, kinds: [samples], weights: [1]) }

    private init(pooled: ChannelSamples, kinds: [ChannelSamples], weights: [Double]) {
        self.pooled = pooled
        self.kinds = kinds
        self.weights = weights
    }

    /// The channels of several tensors, one tensor after the other.
    init(joining parts: [TensorSamples]) {
        self.init(
            pooled: ChannelSamples(joining: parts.map(\.pooled)),
            kinds: parts[0].kinds.indices.map { kind in ChannelSamples(joining: parts.map { $0.kinds[kind] }) },
            weights: parts[0].weights)
    }

    /// Channels of one number as one; numbers from 0 on.
    func joining(_ numbers: [Int]) -> TensorSamples {
        TensorSamples(pooled: pooled.joining(numbers), kinds: kinds.map { $0.joining(numbers) }, weights: weights)
    }

    var channels: Int { pooled.channels }
}

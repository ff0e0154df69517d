import FixedPoint

extension RGBImage {
    /// The picture grown at the bottom and at the right to the next multiple of `stride` pixels a side, by repeating
    /// its last row and column.
    ///
    ///     a b | b b
    ///     c d | d d
    ///     ----+----
    ///     c d | d d
    public func padded(toMultipleOf stride: Int) -> RGBImage {
        precondition(stride > 0, "stride \(stride) is not positive")
        let paddedWidth = roundUp(width, to: stride)
        let paddedHeight = roundUp(height, to: stride)
        guard paddedWidth != width || paddedHeight != height else { return self }
        var padded: [UInt8] = []
        padded.reserveCapacity(paddedWidth * paddedHeight * 3)
        for y in 0..<paddedHeight {
            let row = min(y, height - 1) * width * 3
            padded += samples[row..<row + width * 3]
            let last = samples[row + (width - 1) * 3..<row + width * 3]
            for _ in width..<paddedWidth { padded += last }
        }
        return RGBImage(width: paddedWidth, height: paddedHeight, samples: padded)
    }
}

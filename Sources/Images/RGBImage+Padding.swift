extension RGBImage {
    /// The picture grown at the bottom and at the right to the next multiple of `stride` pixels a side, by repeating its last row and column.
    ///
    ///     a b | b b
    ///     c d | d d
    ///     ----+----
    ///     c d | d d
    public func padded(toMultipleOf stride: Int) -> RGBImage {
        precondition(stride > 0, "stride \(stride) is not positive")
        let paddedWidth = (width + stride - 1) / stride * stride
        let paddedHeight = (height + stride - 1) / stride * stride
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

    /// The upper left part of the picture: undoes `padded(toMultipleOf:)`.
    public func cropped(width croppedWidth: Int, height croppedHeight: Int) -> RGBImage {
        precondition(1...width ~= croppedWidth && 1...height ~= croppedHeight, "\(croppedWidth)x\(croppedHeight) pixels do not fit in \(width)x\(height)")
        guard croppedWidth != width || croppedHeight != height else { return self }
        var cropped: [UInt8] = []
        cropped.reserveCapacity(croppedWidth * croppedHeight * 3)
        for y in 0..<croppedHeight { cropped += samples[y * width * 3..<(y * width + croppedWidth) * 3] }
        return RGBImage(width: croppedWidth, height: croppedHeight, samples: cropped)
    }
}

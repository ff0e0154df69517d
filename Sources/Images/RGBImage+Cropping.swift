extension RGBImage {
    /// A part of the picture: of itself the upper left one, which undoes `padded(toMultipleOf:)`.
    public func cropped(top: Int = 0, left: Int = 0, width croppedWidth: Int, height croppedHeight: Int) -> RGBImage {
        precondition(
            top >= 0 && left >= 0 && croppedWidth > 0 && croppedHeight > 0 && croppedWidth <= width - left
                && croppedHeight <= height - top,
            "\(croppedWidth)x\(croppedHeight) pixels from row \(top), column \(left) do not fit in \(width)x\(height)")
        guard croppedWidth != width || croppedHeight != height else { return self }
        var cropped: [UInt8] = []
        cropped.reserveCapacity(croppedWidth * croppedHeight * 3)
        for y in top..<top + croppedHeight {
            let first = (y * width + left) * 3
            cropped += samples[first..<first + croppedWidth * 3]
        }
        return RGBImage(width: croppedWidth, height: croppedHeight, samples: cropped)
    }
}

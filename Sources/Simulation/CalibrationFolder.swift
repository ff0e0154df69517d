public import Diagnostics
import Images
public import Tensors

/// Photographs for calibration: a folder's PNG files in the order of their names.
public enum CalibrationFolder {
    /// Evenly spaced through the folder, squares cut from places all over each.
    ///
    /// - Parameters:
    ///   - crops: how many squares of each picture; one alone is cut from the middle, and where a picture has no more
    ///     places, fewer are cut.
    ///   - side: of a square; less where a picture is smaller, and always a multiple of `multiple`.
    ///   - refused: gets those that cannot be read or are smaller than `multiple`, and sub-folders that cannot be read.
    /// - Returns: the others; none only where some were refused.
    /// - Throws: `calibrationFolderEmpty`.
    public static func pictures(
        _ path: String, count: Int, crops: Int = 1, side: Int, multiple: Int, memory: MemoryBudget = .standard,
        refused: inout [Diagnostic]
    ) throws(Diagnostic) -> [Tensor<UInt8>] {
        let folder = try PictureFolder(path, atMost: count)
        refused += folder.refused
        var pictures: [Tensor<UInt8>] = []
        var byteCount = 0
        for (index, picture) in folder.pictures.enumerated() {
            do throws(Diagnostic) {
                let image = try PNGReader.read(path: picture.path, memory: memory.beside(byteCount)).image
                let (height, width) = (
                    min(side, image.height) / multiple * multiple, min(side, image.width) / multiple * multiple
                )
                guard height > 0, width > 0 else {
                    throw Diagnostic(
                        .calibrationPictureTooSmall, at: picture.path,
                        found:
                            """
                            \(min(side, image.width))x\(min(side, image.height)) pixels of \
                            \(image.width)x\(image.height)
                            """,
                        expected: "at least \(multiple)x\(multiple), the multiple of this network",
                        remedy: "take the picture out of the folder, or cut larger squares with --crop")
                }
                for place in places(crops, ofPicture: index, rows: image.height - height, columns: image.width - width)
                {
                    try memory.beside(byteCount + image.samples.count).require(
                        height * width * 3, for: "squares of calibration pictures", at: picture.path)
                    let square = image.cropped(top: place.top, left: place.left, width: width, height: height)
                    pictures.append(
                        Tensor(shape: TensorShape(height: height, width: width, channels: 3), elements: square.samples))
                    byteCount += square.samples.count
                }
            } catch {
                refused.append(error)
            }
        }
        return pictures
    }

    /// Upper left corners that fill the plane evenly, picture after picture: multiples of the two numbers of the
    /// plastic ratio, in 65,536ths.
    private static func places(_ count: Int, ofPicture picture: Int, rows: Int, columns: Int) -> [(top: Int, left: Int)]
    {
        guard count > 1 else { return [(rows / 2, columns / 2)] }
        var places: [(top: Int, left: Int)] = []
        for crop in 0..<min(count, (rows + 1) * (columns + 1)) {
            let number = picture * count + crop + 1
            let place = (
                top: (number * 49_471 % 65_536 * (rows + 1)) >> 16,
                left: (number * 37_345 % 65_536 * (columns + 1)) >> 16
            )
            if !places.contains(where: { $0 == place }) { places.append(place) }
        }
        return places
    }
}

public import Diagnostics
import Images
public import Tensors

/// Photographs for calibration: a folder's PNG files in the order of their names.
public enum CalibrationFolder {
    /// Evenly spaced through the folder, a square cut from the middle of each.
    ///
    /// - Parameters:
    ///   - side: of the square; less where a picture is smaller, and always a multiple of `multiple`.
    ///   - refused: gets those that cannot be read or are smaller than `multiple`, and sub-folders that cannot be read.
    /// - Returns: the others; none only where some were refused.
    /// - Throws: `calibrationFolderEmpty`.
    public static func pictures(_ path: String, count: Int, side: Int, multiple: Int, memory: MemoryBudget = .standard, refused: inout [Diagnostic]) throws(Diagnostic) -> [Tensor<UInt8>] {
        let folder = try PictureFolder(path, atMost: count)
        refused += folder.refused
        var pictures: [Tensor<UInt8>] = []
        for picture in folder.pictures {
            do throws(Diagnostic) {
                let image = try PNGReader.read(path: picture.path, memory: memory.beside(pictures.reduce(0) { $0 + $1.elements.count })).image
                let (height, width) = (min(side, image.height) / multiple * multiple, min(side, image.width) / multiple * multiple)
                guard height > 0, width > 0 else {
                    throw Diagnostic(
                        .calibrationPictureTooSmall, at: picture.path, found: "\(min(side, image.width))x\(min(side, image.height)) pixels of \(image.width)x\(image.height)",
                        expected: "at least \(multiple)x\(multiple), the multiple of this network", remedy: "take the picture out of the folder, or cut larger squares with --crop")
                }
                pictures.append(cut(image, height: height, width: width))
            } catch {
                refused.append(error)
            }
        }
        return pictures
    }

    private static func cut(_ image: RGBImage, height: Int, width: Int) -> Tensor<UInt8> {
        let (top, left) = ((image.height - height) / 2, (image.width - width) / 2)
        var samples: [UInt8] = []
        samples.reserveCapacity(height * width * 3)
        for y in top..<top + height {
            let first = (y * image.width + left) * 3
            samples += image.samples[first..<first + width * 3]
        }
        return Tensor(shape: TensorShape(height: height, width: width, channels: 3), elements: samples)
    }
}

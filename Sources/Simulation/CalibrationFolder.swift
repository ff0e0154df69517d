public import Diagnostics
import Foundation
import Images
public import Tensors

/// Photographs for calibration: a folder's PNG files in the order of their names.
public enum CalibrationFolder {
    /// Evenly spaced through the folder, a square cut from the middle of each.
    ///
    /// - Parameters:
    ///   - side: of the square; less where a picture is smaller, and always a multiple of `multiple`.
    /// - Throws: `calibrationFolderEmpty`, and what reading a picture throws.
    public static func pictures(_ folder: String, count: Int, side: Int, multiple: Int) throws(Diagnostic) -> [Tensor<UInt8>] {
        var pictures: [Tensor<UInt8>] = []
        for path in try paths(folder, atMost: count) {
            let image = try PNGReader.read(path: path).image
            let (height, width) = (min(side, image.height) / multiple * multiple, min(side, image.width) / multiple * multiple)
            guard height > 0, width > 0 else { continue }
            pictures.append(cut(image, height: height, width: width))
        }
        guard !pictures.isEmpty else { throw empty(folder, found: "no picture of at least \(multiple)x\(multiple) pixels") }
        return pictures
    }

    /// Every PNG file in the folder and its sub-folders, sorted by path.
    public static func paths(_ folder: String) throws(Diagnostic) -> [String] {
        let found = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
        let paths = found.filter { $0.lowercased().hasSuffix(".png") }.sorted().map { folder + "/" + $0 }
        guard !paths.isEmpty else { throw empty(folder, found: "no PNG file") }
        return paths
    }

    /// At most `count` of them, evenly spaced.
    public static func paths(_ folder: String, atMost count: Int?) throws(Diagnostic) -> [String] {
        let paths = try paths(folder)
        guard let count, count < paths.count else { return paths }
        return (0..<count).map { paths[$0 * paths.count / count] }
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

    private static func empty(_ folder: String, found: String) -> Diagnostic {
        Diagnostic(.calibrationFolderEmpty, at: folder, found: found, expected: "a folder of PNG pictures", remedy: "name a folder of photographs")
    }
}

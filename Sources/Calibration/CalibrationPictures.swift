import FixedPoint
import Images
public import Quantization
public import Tensors

/// What a network is calibrated on: pictures, and of which kind each is.
///
/// The photographs that were given are one kind. Beside them stand a chart of saturated colours and drawn pictures that
/// are no photographs: ranges that suit photographs alone clip what other pictures drive further, and nothing in the
/// photographs tells of it. Half of all weight is the photographs', the rest is shared equally by the other kinds.
public struct CalibrationPictures: Sendable {
    /// Samples 0...255, the photographs first; of tensors from files their codes.
    public private(set) var pictures: [Tensor<UInt8>]
    /// What a sample means.
    public let scale: InputScale
    /// Whether these are pictures, not tensors from files.
    public let arePictures: Bool
    /// The pictures of each kind.
    package private(set) var pictureRanges: [Range<Int>]
    /// Names of the kinds: `photographs`, `chart`, and those of `PictureKind`.
    public private(set) var kinds: [String]

    /// The first number of the drawn pictures; lower ones are for judging.
    package static let firstSeed = 1_000
    private static let picturesPerKind = 2
    private static let largestSide = 256

    /// The photographs alone.
    public init(photographs: [Tensor<UInt8>]) {
        pictures = photographs
        scale = .picture
        arePictures = true
        pictureRanges = [photographs.indices]
        kinds = ["photographs"]
    }

    /// Tensors from files, all of one kind.
    public init(tensors codes: [Tensor<UInt8>], scale: InputScale) {
        pictures = codes
        self.scale = scale
        arePictures = false
        pictureRanges = [codes.indices]
        kinds = ["tensors"]
    }

    /// The photographs and the drawn kinds.
    ///
    /// - Parameters:
    ///   - side: of the drawn pictures, at most 256 of it; rounded down to a multiple of `multiple`, and not less than
    ///     what a drawing needs.
    ///   - multiple: what heights and widths must be multiples of.
    public init(photographs: [Tensor<UInt8>], drawnWithSide side: Int, multiple: Int) {
        self.init(photographs: photographs)
        let least = max(SaturatedChart.minimumSide, PictureKind.minimumSide)
        let side = max(min(side, Self.largestSide) / multiple * multiple, roundUp(least, to: multiple))
        add(
            "chart",
            [SaturatedChart.draw(width: side, height: side)]
                + Self.quarters(of: SaturatedChart.draw(width: 2 * side, height: 2 * side)))
        for kind in PictureKind.allCases {
            add(
                kind.rawValue,
                (0..<Self.picturesPerKind).map { kind.draw(width: side, height: side, seed: Self.firstSeed + $0) })
        }
    }

    private mutating func add(_ kind: String, _ images: [RGBImage]) {
        pictureRanges.append(pictures.count..<pictures.count + images.count)
        kinds.append(kind)
        pictures += images.map {
            Tensor(shape: TensorShape(height: $0.height, width: $0.width, channels: 3), elements: $0.samples)
        }
    }

    private static func quarters(of image: RGBImage) -> [RGBImage] {
        let (height, width) = (image.height / 2, image.width / 2)
        return [(0, 0), (0, width), (height, 0), (height, width)].map {
            image.cropped(top: $0, left: $1, width: width, height: height)
        }
    }

    public var photographs: [Tensor<UInt8>] { Array(pictures[pictureRanges[0]]) }

    /// The weight of each kind; their sum is 1.
    package var weights: [Double] {
        guard kinds.count > 1 else { return [1] }
        return kinds.indices.map { $0 == 0 ? 0.5 : 0.5 / Double(kinds.count - 1) }
    }
}

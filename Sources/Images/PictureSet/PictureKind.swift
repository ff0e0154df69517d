/// Kinds of pictures that are no photographs, drawn from a seed with integers only: every machine draws the same
/// samples.
///
/// A network that was tuned on photographs alone meets here what it never saw; a second set to calibrate on, and to
/// judge by.
public enum PictureKind: String, CaseIterable, Hashable, Sendable {
    /// Linear, radial and two-dimensional colour gradients.
    case gradients
    /// Large areas of one colour each, with hard borders.
    case flat
    /// Lines of letters in several sizes and colours.
    case text
    /// Windows, bars, icons, tables and plots as on a screen.
    case screens
    /// Landscapes and lit spheres.
    case scenes
    /// Discs, bars and soft spots of saturated colours before plain, dark and textured grounds.
    case saturated
    /// Noise of several sizes, gray and coloured, strong and weak.
    case noise

    /// The smallest side of a picture.
    public static let minimumSide = 64

    /// Draws the picture number `seed` of this kind; both sides are at least `minimumSide` pixels, `seed` is not
    /// negative.
    public func draw(width: Int, height: Int, seed: Int) -> RGBImage {
        precondition(
            width >= Self.minimumSide && height >= Self.minimumSide,
            "a picture of \(width)x\(height) pixels is smaller than \(Self.minimumSide)x\(Self.minimumSide)")
        var canvas = Canvas(width: width, height: height)
        var dice = Dice(seed: UInt32(truncatingIfNeeded: seed &* 16 &+ Self.allCases.firstIndex(of: self)!))
        switch self {
        case .gradients: canvas.drawGradients(&dice)
        case .flat: canvas.drawFlatAreas(&dice)
        case .text: canvas.drawText(&dice)
        case .screens: canvas.drawScreen(&dice)
        case .scenes: canvas.drawScene(&dice)
        case .saturated: canvas.drawSaturatedShapes(&dice)
        case .noise: canvas.drawNoise(&dice)
        }
        return RGBImage(width: width, height: height, samples: canvas.samples)
    }
}

/// The random choices of a picture, in integers.
struct Dice {
    private let noise: IntegerNoise
    private var count = 0

    init(seed: UInt32) { noise = IntegerNoise(seed: seed &* 0x9e37_79b9 &+ 77) }

    /// 0 ..< `bound`, at most 65,536.
    mutating func below(_ bound: Int) -> Int {
        count += 1
        return ((noise.byte(count, 1) << 8 + noise.byte(count, 2)) * bound) >> 16
    }

    mutating func among(_ range: ClosedRange<Int>) -> Int { range.lowerBound + below(range.count) }

    /// Any colour.
    mutating func tone() -> Tone { Tone(below(256), below(256), below(256)) }

    /// A colour on an edge of the cube or in a corner of it.
    mutating func saturatedTone() -> Tone {
        let corner = 1 + below(6)
        let other = corner ^ (1 << below(3))
        return SaturatedChart.corner(corner).mixed(
            with: SaturatedChart.corner(other), share: [0, 0, 64, 128, 192, 256][below(6)])
    }
}

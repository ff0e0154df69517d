/// A chart of the most saturated colours there are: the eight corners of the RGB cube and points on its twelve edges,
/// side by side and one inside the other, with hard and with soft borders.
///
///     +---------+---------+
///     | edges   | corners |   edges: the closed walk through the six coloured corners and the walks from black
///     |         |         |          and to white, in steps
///     +---------+---------+   corners: every corner as a field with every other corner as a disc in it
///     | soft    | grating |   soft: fields that run into one another     grating: fine lines of two opposite corners
///     +---------+---------+
///
/// Drawn with integers only, so that every machine draws the same samples. Such colours are rare in photographs, and
/// drive channels of a network further than any of them.
public enum SaturatedChart {
    /// The smallest side for which each field has a pixel.
    public static let minimumSide = 64

    /// Draws the chart; both sides are at least `minimumSide` pixels.
    public static func draw(width: Int, height: Int) -> RGBImage {
        precondition(
            width >= minimumSide && height >= minimumSide,
            "a chart of \(width)x\(height) pixels is smaller than \(minimumSide)x\(minimumSide)")
        var canvas = Canvas(width: width, height: height)
        let (left, top) = (width / 2, height / 2)
        let (right, bottom) = (width - left, height - top)
        canvas.fill(top: 0, left: 0, height: top, width: left) { edges($0, $1, top, left) }
        canvas.fill(top: 0, left: left, height: top, width: right) { corners($0, $1, top, right) }
        canvas.fill(top: top, left: 0, height: bottom, width: left) { soft($0, $1, bottom, left) }
        canvas.fill(top: top, left: left, height: bottom, width: right) { grating($0, $1, bottom, right) }
        return RGBImage(width: width, height: height, samples: canvas.samples)
    }

    /// Corner `number` of the cube: bit 2 red, bit 1 green, bit 0 blue.
    static func corner(_ number: Int) -> Tone {
        Tone((number >> 2 & 1) * 255, (number >> 1 & 1) * 255, (number & 1) * 255)
    }

    /// The coloured corners around the cube, each one edge from the next: red, yellow, green, cyan, blue, magenta.
    static let walk = [4, 6, 2, 3, 1, 5]

    /// Three rows of edges in steps of a quarter: around the cube; from black to each coloured primary; from each mixed
    /// corner to white.
    private static func edges(_ y: Int, _ x: Int, _ height: Int, _ width: Int) -> Tone {
        let step = x * 24 / width
        let (edge, quarter) = (step / 4, step % 4 * 64)
        switch y * 3 / height {
        case 0: return corner(walk[edge]).mixed(with: corner(walk[(edge + 1) % 6]), share: quarter)
        case 1: return corner(0).mixed(with: corner([4, 2, 1, 6, 3, 5][edge]), share: quarter + 64)
        default: return corner([3, 5, 6, 1, 2, 4][edge]).mixed(with: corner(7), share: quarter)
        }
    }

    private static func corners(_ y: Int, _ x: Int, _ height: Int, _ width: Int) -> Tone {
        let (row, column) = (y * 8 / height, x * 8 / width)
        let (dy, dx) = (y * 16 - (2 * row + 1) * height, x * 16 - (2 * column + 1) * width)
        // Distances from the middle of the field in 16ths of a pixel, against a third of the field's smaller side.
        let radius = min(height, width) * 2 / 3
        return corner(dy * dy + dx * dx <= radius * radius ? column : row)
    }

    private static func soft(_ y: Int, _ x: Int, _ height: Int, _ width: Int) -> Tone {
        let (row, column) = (y * 4 * 256 / height, x * 6 * 256 / width)
        let (shareY, shareX) = (IntegerNoise.ease(row % 256), IntegerNoise.ease(column % 256))
        func field(_ row: Int, _ column: Int) -> Tone { corner((row * 3 + column * 5 + row * column) % 8) }
        let (r, c) = (row / 256, column / 256)
        return field(r, c).mixed(with: field(r, c + 1), share: shareX).mixed(
            with: field(r + 1, c).mixed(with: field(r + 1, c + 1), share: shareX), share: shareY)
    }

    /// Lines of 1, 2, 4 and 8 pixels, upright above and level below, of opposite corners.
    private static func grating(_ y: Int, _ x: Int, _ height: Int, _ width: Int) -> Tone {
        let pair = x * 4 / width
        let period = 1 << (y * 8 / height % 4)
        let isUpright = y * 2 < height
        let isFirst = (isUpright ? x : y) / period % 2 == 0
        return corner(isFirst ? pair : 7 - pair)
    }
}

/// The built-in picture: a landscape at sunset above a strip of test panels, drawn with integers only, so that every
/// machine draws the same samples.
///
///     +------------------------------------+
///     | INTAGLIO       sky: soft gradients |   clouds and ridges: texture of all scales
///     |     balloon    sun                 |   trees, balloon, letters: sharp edges
///     |  mountains                         |   water: waves that get finer towards the horizon
///     |  lake          trees               |
///     +-----+-----+-----+-----+-----+------+
///     |zone |star |chirp|tones|noise|colour|   each panel asks one question of a codec
///     +-----+-----+-----+-----+-----+------+
public enum TestPicture {
    public static let defaultWidth = 768
    public static let defaultHeight = 512
    /// The smallest side for which the panels stay legible.
    public static let minimumSide = 512

    /// Draws the picture; both sides are at least `minimumSide` pixels.
    public static func draw(width: Int = defaultWidth, height: Int = defaultHeight) -> RGBImage {
        precondition(
            width >= minimumSide && height >= minimumSide,
            "test picture of \(width)x\(height) pixels is smaller than \(minimumSide)x\(minimumSide)")
        var canvas = Canvas(width: width, height: height)
        let chart = ChartLayout(width: width, height: height)
        Landscape(width: width, height: chart.top).draw(on: &canvas)
        drawTitle(on: &canvas)
        drawChart(chart, on: &canvas)
        return RGBImage(width: width, height: height, samples: canvas.samples)
    }

    private static func drawTitle(on canvas: inout Canvas) {
        let scale = canvas.width / 192
        let lines = [
            ("INTAGLIO", scale * 3 / 2), ("BIT FOR BIT", scale * 3 / 4), ("0123456789 ABCDEF", scale / 2),
            ("THE QUICK BROWN FOX JUMPS OVER THE LAZY DOG", 1),
        ]
        let left = canvas.width / 32
        var top = canvas.height / 20
        for (text, lineScale) in lines {
            let points = max(lineScale, 1)
            let shadow = (points + 2) / 3
            if points > 1 {
                canvas.write(text, top: top + shadow, left: left + shadow, scale: points, Tone(16, 34, 72))
            }
            canvas.write(text, top: top, left: left, scale: points, Tone(252, 248, 236))
            top += (PixelFont.height + 3) * points
        }
    }
}

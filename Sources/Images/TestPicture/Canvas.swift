/// A picture while it is drawn; what falls outside is not drawn.
struct Canvas {
    let width: Int
    let height: Int
    private(set) var samples: [UInt8]

    init(width: Int, height: Int) {
        self.width = width
        self.height = height
        samples = [UInt8](repeating: 0, count: width * height * 3)
    }

    mutating func set(_ y: Int, _ x: Int, _ tone: Tone) {
        guard 0..<height ~= y && 0..<width ~= x else { return }
        let colour = tone.colour
        let first = (y * width + x) * 3
        samples[first] = colour.red
        samples[first + 1] = colour.green
        samples[first + 2] = colour.blue
    }

    func tone(_ y: Int, _ x: Int) -> Tone {
        let first = (min(max(y, 0), height - 1) * width + min(max(x, 0), width - 1)) * 3
        return Tone(Int(samples[first]), Int(samples[first + 1]), Int(samples[first + 2]))
    }

    /// Fills a rectangle with what `tone` says for each row and column counted from its upper left corner.
    mutating func fill(top: Int, left: Int, height: Int, width: Int, _ tone: (_ y: Int, _ x: Int) -> Tone) {
        for y in 0..<height {
            for x in 0..<width { set(top + y, left + x, tone(y, x)) }
        }
    }

    /// Writes text with its upper left corner at (top, left), each point of the font a square of `scale` pixels.
    mutating func write(_ text: String, top: Int, left: Int, scale: Int, _ tone: Tone) {
        for (position, letter) in text.enumerated() {
            for (row, bits) in PixelFont.rows(of: letter).enumerated() {
                for column in 0..<PixelFont.width where bits >> UInt8(PixelFont.width - 1 - column) & 1 == 1 {
                    fill(
                        top: top + row * scale, left: left + (position * PixelFont.advance + column) * scale,
                        height: scale, width: scale
                    ) { _, _ in tone }
                }
            }
        }
    }

    static func textWidth(_ text: String, scale: Int) -> Int { (text.count * PixelFont.advance - 1) * scale }
}

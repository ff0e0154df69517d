/// Text and what else a screen shows.
extension Canvas {
    private static let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789   .-=+")

    private static func words(_ count: Int, _ dice: inout Dice) -> String {
        String((0..<max(count, 0)).map { _ in letters[dice.below(letters.count)] })
    }

    mutating func drawText(_ dice: inout Dice) {
        let (ground, ink) = [
            (Tone(gray: 255), Tone(gray: 0)), (Tone(gray: 16), Tone(gray: 220)),
            (Tone(250, 244, 230), Tone(60, 40, 20)), (dice.tone(), dice.tone()),
        ][dice.below(4)]
        fill(top: 0, left: 0, height: height, width: width) { _, _ in ground }
        var top = 4
        while top < height {
            let scale = [1, 1, 1, 2, 2, 3, 5][dice.below(7)]
            let tone = dice.below(6) == 0 ? dice.tone() : ink
            let indent = 4 + dice.below(3) * 6
            write(
                Self.words((width - indent) / (PixelFont.advance * scale), &dice), top: top, left: indent, scale: scale,
                tone)
            top += (PixelFont.height + 3) * scale
        }
    }

    mutating func drawScreen(_ dice: inout Dice) {
        let desk = dice.tone()
        let deskEnd = dice.tone()
        let (wholeHeight, bar) = (height, max(height / 24, 10))
        fill(top: 0, left: 0, height: height, width: width) { y, _ in
            desk.mixed(with: deskEnd, share: y * 256 / wholeHeight)
        }
        fill(top: 0, left: 0, height: bar, width: width) { _, _ in Tone(gray: 232) }
        write("FILE  EDIT  VIEW  HELP", top: max((bar - PixelFont.height) / 2, 0), left: 6, scale: 1, Tone(gray: 30))
        for _ in 0..<dice.among(2...4) {
            let (windowHeight, windowWidth) = (height / 4 + dice.below(height / 2), width / 4 + dice.below(width / 2))
            drawWindow(
                top: bar + dice.below(max(height - windowHeight, 1)), left: dice.below(max(width - windowWidth / 2, 1)),
                height: windowHeight, width: windowWidth, bar: bar, &dice)
        }
        for icon in 0..<dice.below(8) {
            let tone = dice.saturatedTone()
            fill(top: height - bar * 2, left: bar + icon * bar * 2, height: bar * 3 / 2, width: bar * 3 / 2) { y, x in
                y < 2 || x < 2 ? Tone(gray: 255) : tone
            }
        }
    }

    private mutating func drawWindow(top: Int, left: Int, height: Int, width: Int, bar: Int, _ dice: inout Dice) {
        let (title, isDark) = (dice.tone(), dice.below(3) == 0)
        let (ground, ink) = isDark ? (Tone(30, 32, 38), Tone(206, 210, 216)) : (Tone(gray: 252), Tone(gray: 24))
        fill(top: top, left: left, height: height, width: width) { y, x in
            y == 0 || x == 0 || y == height - 1 || x == width - 1 ? Tone(gray: 90) : y < bar ? title : ground
        }
        write(
            Self.words(min(12, width / PixelFont.advance - 2), &dice), top: top + max((bar - PixelFont.height) / 2, 1),
            left: left + 5, scale: 1, Tone(gray: 255))
        let kind = dice.below(3)
        if kind == 0 {
            for line in stride(from: top + bar + 5, to: top + height - 10, by: PixelFont.height + 4) {
                let length = dice.below(max(width / PixelFont.advance - 2, 1))
                write(Self.words(length, &dice), top: line, left: left + 6, scale: 1, dice.below(4) == 0 ? title : ink)
            }
        } else if kind == 1 {
            let (columns, row) = (dice.among(3...6), PixelFont.height + 6)
            fill(top: top + bar, left: left + 1, height: height - bar - 1, width: width - 2) { y, x in
                y % row == 0 || x % max(width / columns, 1) == 0
                    ? Tone(gray: isDark ? 70 : 196) : y / row % 2 == 0 ? ground : ground.adding(isDark ? 10 : -12)
            }
            for line in stride(from: top + bar + 4, to: top + height - 10, by: row) {
                for column in 0..<columns {
                    write(
                        String(dice.below(10_000)), top: line, left: left + column * width / columns + 4, scale: 1, ink)
                }
            }
        } else {
            let count = dice.among(4...12)
            for column in 0..<count {
                let (tone, extent) = (dice.tone(), dice.below(max(height - bar - 12, 1)))
                fill(
                    top: top + height - 4 - extent, left: left + 4 + column * (width - 8) / count, height: extent,
                    width: max((width - 8) * 3 / (count * 4), 1)
                ) { _, _ in tone }
            }
        }
    }
}

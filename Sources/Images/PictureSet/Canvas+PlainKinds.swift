/// Gradients, flat areas, saturated shapes and noise.
extension Canvas {
    mutating func drawGradients(_ dice: inout Dice) {
        let split = dice.below(3)
        let (rows, columns) = [(1, 1), (1, 2), (2, 2)][split]
        for row in 0..<rows {
            for column in 0..<columns {
                let (top, left) = (row * height / rows, column * width / columns)
                fillGradient(
                    top: top, left: left, height: (row + 1) * height / rows - top,
                    width: (column + 1) * width / columns - left, &dice)
            }
        }
    }

    private mutating func fillGradient(top: Int, left: Int, height: Int, width: Int, _ dice: inout Dice) {
        let tones = (0..<4).map { _ in dice.below(4) == 0 ? Tone(gray: dice.below(256)) : dice.tone() }
        switch dice.below(3) {
        case 0:
            fill(top: top, left: left, height: height, width: width) { y, x in
                let (shareY, shareX) = (y * 256 / height, x * 256 / width)
                return tones[0].mixed(with: tones[1], share: shareX).mixed(
                    with: tones[2].mixed(with: tones[3], share: shareX), share: shareY)
            }
        case 1:
            let (slopeY, slopeX) = (dice.below(256), dice.below(256))
            let longest = max(1, slopeY * height + slopeX * width)
            fill(top: top, left: left, height: height, width: width) { y, x in
                tones[0].mixed(with: tones[1], share: (slopeY * y + slopeX * x) * 256 / longest)
            }
        default:
            let (middleY, middleX) = (dice.below(height), dice.below(width))
            fill(top: top, left: left, height: height, width: width) { y, x in
                let distance = IntegerWave.squareRoot((y - middleY) * (y - middleY) + (x - middleX) * (x - middleX))
                return tones[0].mixed(with: tones[1], share: distance * 256 / max(height, width))
            }
        }
    }

    mutating func drawFlatAreas(_ dice: inout Dice) {
        let ground = dice.tone()
        fill(top: 0, left: 0, height: height, width: width) { _, _ in ground }
        for _ in 0..<dice.among(1...12) {
            let tone = dice.below(3) == 0 ? Tone(gray: dice.below(256)) : dice.tone()
            let (areaHeight, areaWidth) = (height / 8 + dice.below(height / 2), width / 8 + dice.below(width / 2))
            fill(
                top: dice.below(height) - areaHeight / 2, left: dice.below(width) - areaWidth / 2, height: areaHeight,
                width: areaWidth
            ) { _, _ in tone }
        }
    }

    mutating func drawSaturatedShapes(_ dice: inout Dice) {
        let ground = [Tone(gray: 128), Tone(gray: 255), Tone(gray: 0), dice.saturatedTone()][dice.below(4)]
        let grain = dice.below(2) * 48
        let noise = IntegerNoise(seed: UInt32(dice.below(65_536)))
        fill(top: 0, left: 0, height: height, width: width) { y, x in
            ground.adding((noise.fractal(x, y, cellX: 32, cellY: 32, octaves: 5) - 128) * grain / 128)
        }
        for _ in 0..<dice.among(4...16) {
            let tone = dice.saturatedTone()
            let size = min(height, width) / 12 + dice.below(min(height, width) / 3)
            let (top, left) = (dice.below(height) - size / 2, dice.below(width) - size / 2)
            switch dice.below(3) {
            case 0: fill(top: top, left: left, height: size, width: size + dice.below(size)) { _, _ in tone }
            case 1: fillDisc(top: top, left: left, side: size, tone, soft: false)
            default: fillDisc(top: top, left: left, side: size, tone, soft: true)
            }
        }
    }

    /// A disc with a hard border, or one that fades from its middle to its border.
    private mutating func fillDisc(top: Int, left: Int, side: Int, _ tone: Tone, soft: Bool) {
        for y in 0..<side {
            for x in 0..<side {
                let (dy, dx) = (2 * y - side + 1, 2 * x - side + 1)
                let outside = (dy * dy + dx * dx) * 256 / (side * side)
                guard outside <= 256 else { continue }
                set(
                    top + y, left + x,
                    soft ? self.tone(top + y, left + x).mixed(with: tone, share: 256 - outside) : tone)
            }
        }
    }

    mutating func drawNoise(_ dice: inout Dice) {
        let noise = IntegerNoise(seed: UInt32(dice.below(65_536)))
        let ground = dice.tone()
        let (cell, strength, isColoured) = (1 << dice.below(6), [16, 64, 128, 256][dice.below(4)], dice.below(2) == 1)
        let octaves = cell.trailingZeroBitCount + 1
        fill(top: 0, left: 0, height: height, width: width) { y, x in
            func value(_ plane: Int) -> Int {
                (noise.fractal(x + plane * 4_096, y, cellX: cell, cellY: cell, octaves: octaves) - 128) * strength / 128
            }
            guard isColoured else { return ground.adding(value(0)) }
            return Tone(ground.red + value(0), ground.green + value(1), ground.blue + value(2))
        }
    }
}

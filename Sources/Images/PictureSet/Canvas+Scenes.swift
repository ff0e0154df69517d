/// Scenes with light and distance.
extension Canvas {
    mutating func drawScene(_ dice: inout Dice) {
        if dice.below(2) == 0 {
            Landscape(width: width, height: height, seed: UInt32(dice.below(65_536))).draw(on: &self)
        } else {
            drawSpheres(&dice)
        }
    }

    /// Lit spheres on a chequered floor under a sky.
    private mutating func drawSpheres(_ dice: inout Dice) {
        let horizon = height * dice.among(35...55) / 100
        let (sky, haze, light, dark) = (dice.tone(), dice.tone(), dice.tone(), dice.tone())
        let (wholeHeight, wholeWidth) = (height, width)
        fill(top: 0, left: 0, height: horizon, width: width) { y, _ in sky.mixed(with: haze, share: y * 256 / horizon) }
        fill(top: horizon, left: 0, height: height - horizon, width: width) { y, x in
            // Depth runs like 1 / y; the floor fades into the haze.
            let depth = wholeHeight * 64 / (y + 4)
            let column = (x - wholeWidth / 2) * depth / 64 + 65_536
            let share = min(depth, 224)
            return ((depth * 3 / 8 + column / 24) % 2 == 0 ? light : dark).mixed(with: haze, share: share)
        }
        for _ in 0..<dice.among(2...6) {
            let radius = max(min(height, width) / 16 + dice.below(min(height, width) / 6), 2)
            let (middleY, middleX) = (horizon + dice.below(max(height - horizon, 1)) - radius, dice.below(width))
            drawSphere(middleY, middleX, radius, dice.below(3) == 0 ? dice.saturatedTone() : dice.tone())
        }
    }

    private mutating func drawSphere(_ middleY: Int, _ middleX: Int, _ radius: Int, _ tone: Tone) {
        for dy in -radius...radius {
            for dx in -radius...radius where dy * dy + dx * dx <= radius * radius {
                let dz = IntegerWave.squareRoot(radius * radius - dy * dy - dx * dx)
                let facing = (dz * 150 - dx * 120 - dy * 160) / radius
                set(
                    middleY + dy, middleX + dx,
                    tone.lit(min(110 + facing * 2 / 3, 290)).mixed(
                        with: Tone(255, 252, 244), share: max(0, facing - 210) * 5))
            }
        }
    }
}

extension TestPicture {
    /// The strip of panels with their labels.
    static func drawChart(_ chart: ChartLayout, on canvas: inout Canvas) {
        let height = canvas.height - chart.top
        canvas.fill(top: chart.top, left: 0, height: height, width: canvas.width) { y, _ in
            y < 2 ? Tone(236, 224, 200) : Tone(34, 36, 42).mixed(with: Tone(20, 21, 26), share: y * 256 / height)
        }
        let panels: [(label: String, tone: (_ y: Int, _ x: Int, _ side: Int) -> Tone)] = [
            ("ZONE PLATE", zonePlate), ("STAR", star), ("CHIRP", chirp), ("TONES", spheres), ("TEXTURE", texture),
            ("COLOURS", patches),
        ]
        for (index, panel) in panels.enumerated() {
            let left = chart.left(ofPanel: index)
            canvas.fill(top: chart.panelTop, left: left, height: chart.side, width: chart.side) { y, x in
                panel.tone(y, x, chart.side)
            }
            let labelLeft = left + (chart.side - Canvas.textWidth(panel.label, scale: chart.labelScale)) / 2
            canvas.write(
                panel.label, top: chart.labelTop, left: labelLeft, scale: chart.labelScale, Tone(226, 218, 200))
        }
    }

    /// Rings whose frequency grows with the radius: 0.33 cycles a pixel in the middle of the sides, 0.47 in the
    /// corners.
    private static func zonePlate(_ y: Int, _ x: Int, _ side: Int) -> Tone {
        let (dx, dy) = (2 * x - side + 1, 2 * y - side + 1)
        let phase = (dx * dx + dy * dy) * 65_536 * 33 / (400 * side)
        return Tone(gray: 128 + IntegerWave.cosine(phase) * 112 / 256)
    }

    /// 36 sectors: edges at every ten degrees. A ray is crossed where a cross product changes sign, so their parity
    /// tells the sector.
    private static func star(_ y: Int, _ x: Int, _ side: Int) -> Tone {
        let (dx, dy) = (2 * x - side + 1, 2 * y - side + 1)
        let squared = dx * dx + dy * dy
        if squared > side * side * 92 / 100 { return Tone(206, 204, 198) }
        if squared < side * side / 400 { return Tone(190, 60, 44) }
        let left = (0..<18).count { ray in
            let phase = ray * 65_536 / 36 + 300
            return dx * IntegerWave.sine(phase) - dy * IntegerWave.cosine(phase) > 0
        }
        return left % 2 == 0 ? Tone(24, 24, 28) : Tone(240, 238, 232)
    }

    /// Waves that rise from left to right to 0.44 cycles a pixel: luminance, red against green, blue against yellow,
    /// and bars.
    private static func chirp(_ y: Int, _ x: Int, _ side: Int) -> Tone {
        let phase = 65_536 * x / side + 65_536 * 22 * x * x / (100 * side)
        let wave = IntegerWave.sine(phase)
        switch y * 4 / side {
        case 0: return Tone(gray: 128 + wave * 112 / 256)
        case 1: return Tone(128 + wave * 90 / 256, 128 - wave * 46 / 256, 128)
        case 2: return Tone(128 + wave * 30 / 256, 128 + wave * 30 / 256, 128 - wave * 110 / 256)
        default: return wave >= 0 ? Tone(244, 244, 240) : Tone(18, 18, 20)
        }
    }

    /// Four spheres under soft light: two skins, sky and leaf, on a gray gradient.
    private static func spheres(_ y: Int, _ x: Int, _ side: Int) -> Tone {
        let half = max(side / 2, 1)
        let tones = [Tone(236, 190, 164), Tone(150, 98, 72), Tone(120, 168, 214), Tone(118, 150, 70)]
        let cell = min(y / half, 1) * 2 + min(x / half, 1)
        let (dx, dy) = (x % half - half / 2, y % half - half / 2)
        let radius = half * 42 / 100
        let squared = dx * dx + dy * dy
        guard squared <= radius * radius else {
            let shadow = max(
                0,
                90 - IntegerWave.squareRoot((dx - 3) * (dx - 3) + (dy - radius / 3) * (dy - radius / 3)) * 80 / radius)
            return Tone(212, 208, 202).mixed(with: Tone(150, 148, 150), share: (x + y) * 128 / side).lit(256 - shadow)
        }
        let dz = IntegerWave.squareRoot(radius * radius - squared)
        let facing = (dz * 150 - dx * 120 - dy * 160) / radius
        let shine = max(0, facing - 226)
        return tones[cell].lit(min(150 + facing / 2, 290)).mixed(with: Tone(255, 252, 244), share: shine * 5)
    }

    /// Gray noise, coloured noise, a twill and bricks.
    private static func texture(_ y: Int, _ x: Int, _ side: Int) -> Tone {
        let noise = IntegerNoise(seed: 7)
        let half = side / 2
        switch (y < half, x < half) {
        case (true, true): return Tone(gray: 40 + noise.byte(x, y) * 176 / 256)
        case (true, false): return Tone(noise.byte(x, y), noise.byte(x + 1_000, y), noise.byte(x + 2_000, y))
        case (false, true):
            let thread = (x + y) % 6 < 3 ? Tone(58, 84, 128) : Tone(206, 200, 186)
            return thread.adding((noise.byte(x, y + 300) - 128) / 8 + (x % 2) * 14)
        default:
            let (row, line) = ((y - half) / 9, (y - half) % 9)
            let column = x + row % 2 * 9
            if line == 0 || column % 18 == 0 { return Tone(196, 188, 176) }
            return Tone(158, 74, 52).adding(
                (noise.byte(column / 18, row + 900) - 128) / 5 + (noise.byte(x, y + 500) - 128) / 10)
        }
    }

    /// Eighteen flat colours, a row of gray steps and a smooth ramp.
    private static func patches(_ y: Int, _ x: Int, _ side: Int) -> Tone {
        let colours = [
            Tone(116, 82, 68), Tone(196, 150, 130), Tone(94, 122, 156), Tone(90, 108, 64), Tone(130, 128, 176),
            Tone(100, 190, 170),
            Tone(220, 124, 44), Tone(74, 92, 166), Tone(194, 84, 98), Tone(92, 58, 106), Tone(160, 188, 64),
            Tone(228, 162, 44),
            Tone(44, 62, 148), Tone(68, 148, 74), Tone(178, 48, 58), Tone(238, 200, 28), Tone(188, 84, 150),
            Tone(0, 134, 166),
        ]
        let column = x * 6 / side
        switch y * 10 / side {
        case 0..<6: return colours[y * 10 / side / 2 * 6 + column]
        case 6, 7: return Tone(gray: 250 - column * 46)
        case 8: return Tone(gray: x * 255 / max(side - 1, 1))
        default:
            let hue = x * 6 * 256 / side
            let (sector, share) = (hue / 256, hue % 256)
            let corners = [
                Tone(230, 40, 40), Tone(230, 220, 40), Tone(40, 200, 60), Tone(40, 210, 220), Tone(50, 60, 220),
                Tone(210, 50, 200), Tone(230, 40, 40),
            ]
            return corners[sector].mixed(with: corners[sector + 1], share: share)
        }
    }
}

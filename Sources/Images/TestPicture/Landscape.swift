/// The upper part of the test picture: sky, sun, clouds, three ridges, a lake that mirrors them, trees on the shore, a
/// balloon.
struct Landscape {
    let width: Int
    let height: Int
    private let horizon: Int
    private let sunX: Int
    private let sunY: Int
    private let clouds: IntegerNoise
    private let rock: IntegerNoise
    private let water: IntegerNoise
    /// Added to the seed of every noise: 0 draws the landscape of the built-in picture.
    private let seed: UInt32

    init(width: Int, height: Int, seed: UInt32 = 0) {
        self.width = width
        self.height = height
        self.seed = seed
        clouds = IntegerNoise(seed: 11 &+ seed)
        rock = IntegerNoise(seed: 23 &+ seed)
        water = IntegerNoise(seed: 37 &+ seed)
        horizon = height * 72 / 100
        sunX = width * Int((64 + 7 * seed) % 90) / 100
        sunY = horizon * 62 / 100
    }

    func draw(on canvas: inout Canvas) {
        let ridges = [ridgeLine(0), ridgeLine(1), ridgeLine(2)]
        for y in 0..<horizon {
            for x in 0..<width { canvas.set(y, x, land(y, x, ridges) ?? sky(y, x)) }
        }
        for y in horizon..<height {
            for x in 0..<width { canvas.set(y, x, lake(y, x, canvas)) }
        }
        drawBalloon(on: &canvas)
        drawTrees(on: &canvas)
    }

    private func sky(_ y: Int, _ x: Int) -> Tone {
        let depth = y * 512 / horizon
        let top = Tone(34, 78, 156)
        let middle = Tone(132, 178, 220)
        let low = Tone(252, 206, 156)
        var tone = depth < 256 ? top.mixed(with: middle, share: depth) : middle.mixed(with: low, share: depth - 256)
        let radius = height / 17
        let squared = (x - sunX) * (x - sunX) + (y - sunY) * (y - sunY)
        tone = tone.mixed(with: Tone(255, 226, 170), share: 240 * radius * radius * 4 / (radius * radius * 4 + squared))
        // One pixel of soft rim: the squared distance passes from one radius to the next.
        tone = tone.mixed(
            with: Tone(255, 246, 214), share: ((radius + 1) * (radius + 1) - squared) * 256 / (2 * radius + 1))
        let density = clouds.fractal(x, y * 2, cellX: max(height / 3, 1), cellY: max(height / 4, 1), octaves: 5)
        let lightened = Tone(255, 240, 226).mixed(with: Tone(214, 176, 180), share: (density - 150) * 3)
        return tone.mixed(with: lightened, share: (density - 124) * 4 * (512 - depth) / 512)
    }

    /// The height above the horizon of a ridge's outline for each column.
    private func ridgeLine(_ ridge: Int) -> [Int] {
        let noise = IntegerNoise(seed: UInt32(101 + 17 * ridge) &+ seed)
        let cell = max(height * [70, 55, 40][ridge] / 100, 1)
        let tallest = horizon * [62, 44, 26][ridge] / 100
        return (0..<width).map { x in
            let sharp = abs(2 * noise.fractal(x, 0, cellX: cell, cellY: 1, octaves: 2) - 255)
            let rough = noise.fractal(x + 999, 7, cellX: cell / 3 + 1, cellY: 1, octaves: 5)
            return tallest * (310 - sharp) * (200 + rough / 2) / (310 * 327)
        }
    }

    /// The nearest ridge at a pixel, hazier the farther it is; `nil` where the sky is seen.
    private func land(_ y: Int, _ x: Int, _ ridges: [[Int]]) -> Tone? {
        let above = horizon - y
        guard let ridge = [2, 1, 0].first(where: { above <= ridges[$0][x] }) else { return nil }
        let below = ridges[ridge][x] - above
        let cell = max(height / [14, 18, 40][ridge], 2)
        let here = rock.fractal(x + below / 2, y + ridge * 500, cellX: cell, cellY: cell, octaves: 4)
        let beside = rock.fractal(x + below / 2 + 2, y + 1 + ridge * 500, cellX: cell, cellY: cell, octaves: 4)
        let relief = 256 + (here - beside) * [14, 12, 9][ridge]
        var tone = [Tone(122, 112, 132), Tone(84, 92, 100), Tone(52, 78, 48)][ridge].adding((here - 128) / 4)
        if ridge == 0 {
            let snow = (ridges[0][x] * 256 / max(horizon, 1) - 70) * 2 - below * 700 / height + (here - 128)
            tone = tone.mixed(with: Tone(248, 246, 250), share: snow * 4)
        }
        tone = tone.lit(min(max(relief, 120), 400))
        let haze = [90, 60, 14][ridge] + below * [110, 90, 40][ridge] / height
        return tone.mixed(with: Tone(236, 204, 178), share: haze)
    }

    /// The mirrored land and sky, shaken by waves that grow towards the viewer.
    private func lake(_ y: Int, _ x: Int, _ canvas: Canvas) -> Tone {
        let near = y - horizon
        let span = max(height - horizon, 1)
        let phase = 65_536 * 40 * span / (near * 3 + span) + x * 24
        let ripple = water.fractal(x, y * 4, cellX: 12 + near / 2, cellY: 12, octaves: 3) - 128
        let wave = IntegerWave.sine(phase) + ripple * 2
        let shift = wave * (4 + near / 4) / 256
        var tone = canvas.tone(min(horizon - 1, horizon - 1 - near * 3 / 2 + shift / 2), x + shift / 2)
        tone = tone.mixed(with: Tone(24, 66, 96), share: 70 + near * 90 / span).adding(wave / 24)
        let glitter = height / 12 + near / 2 - abs(x - sunX)
        if glitter > 0 && ripple > 34 - glitter / 8 {
            tone = tone.mixed(with: Tone(255, 232, 180), share: min(glitter * 5, 200))
        }
        return tone
    }

    /// Gores of saturated colours, shaded as a sphere; a basket on straight ropes.
    private func drawBalloon(on canvas: inout Canvas) {
        let radius = height / 9
        let (centreX, centreY) = (width * 42 / 100, horizon * 44 / 100)
        let gores = [Tone(214, 40, 40), Tone(250, 190, 40), Tone(244, 240, 228), Tone(32, 110, 176)]
        let basket = radius * 3 / 8
        let basketTop = centreY + radius * 17 / 10
        for dy in radius / 2...radius * 17 / 10 {
            let reach = max(basket / 2, radius * 8 / 10 - dy * radius * 6 / 10 / (radius * 17 / 10))
            for side in [-reach, reach] { canvas.set(centreY + dy, centreX + side, Tone(60, 44, 40)) }
        }
        for dy in -radius...radius * 13 / 10 {
            let reach =
                dy <= 0
                ? IntegerWave.squareRoot(radius * radius - dy * dy)
                : radius * (1_700 - dy * dy * 1_000 / (radius * radius)) / 1_700 + dy * radius / (6 * radius)
            for dx in -max(reach, 0)...max(reach, 0) {
                let across = dx * 256 / max(reach, 1)
                // Gores are equally wide on the sphere, so that they narrow towards the rim: the square root of 1 - t^2
                // spaces them.
                let bulge = IntegerWave.squareRoot(65_536 - across * across)
                let angle = across * 3 / 2 * 256 / (bulge + 128)
                let gore = ((angle + 3_072) / 112) % gores.count
                canvas.set(centreY + dy, centreX + dx, gores[gore].lit(140 + bulge * 100 / 256 + across * 44 / 256))
            }
        }
        canvas.fill(top: basketTop, left: centreX - basket / 2, height: basket * 3 / 4, width: basket) { y, x in
            (x / 2 + y / 2) % 2 == 0 ? Tone(120, 78, 40) : Tone(84, 52, 28)
        }
    }

    /// Firs on the shore: edges at many angles and needles of one pixel.
    private func drawTrees(on canvas: inout Canvas) {
        let noise = IntegerNoise(seed: 71 &+ seed)
        for tree in 0..<22 {
            let onLeft = tree < 12
            let offset = noise.byte(tree, 1) * width / 256 * (onLeft ? 26 : 20) / 100
            let x = onLeft ? offset : width - 1 - offset
            let reach = width * 27 / 100
            let tall =
                (height * 16 / 100 + noise.byte(tree, 2) * height / 256 * 26 / 100) * (reach * 3 / 2 - offset)
                / (reach * 3 / 2)
            drawTree(
                on: &canvas, foot: height - 1 - noise.byte(tree, 3) * height / 256 * 4 / 100, x: x, tall: tall,
                noise: IntegerNoise(seed: UInt32(200 + tree) &+ seed))
        }
    }

    private func drawTree(on canvas: inout Canvas, foot: Int, x: Int, tall: Int, noise: IntegerNoise) {
        let tier = max(tall / 9, 3)
        for down in 0..<tall {
            let spread = down * 20 / 100 + down % tier * 3 / 4 - tier / 4
            let ragged = noise.byte(0, down) * (spread + 6) / 1_000
            for dx in -max(spread - ragged, 0)...max(spread - noise.byte(1, down) * (spread + 6) / 1_000, 0) {
                let needle = noise.byte(dx + 500, down)
                let light = 90 + down % tier * 60 / tier + (dx > 0 ? 40 : 0) + needle / 2
                canvas.set(foot - tall + down, x + dx, Tone(38, 62, 40).lit(light))
            }
        }
        canvas.fill(top: foot, left: x - tall / 60, height: height - foot, width: tall / 30 + 1) { _, _ in
            Tone(48, 34, 28)
        }
    }
}

/// A colour while it is mixed: wider than a sample, so that sums need no care; `colour` clamps.
struct Tone {
    var red: Int
    var green: Int
    var blue: Int

    init(_ red: Int, _ green: Int, _ blue: Int) {
        self.red = red
        self.green = green
        self.blue = blue
    }

    init(gray: Int) { self.init(gray, gray, gray) }

    /// This colour moved towards another: `share` / 256 of the way, clamped to 0...256.
    func mixed(with other: Tone, share: Int) -> Tone {
        let share = min(max(share, 0), 256)
        return Tone(
            red + ((other.red - red) * share) >> 8, green + ((other.green - green) * share) >> 8,
            blue + ((other.blue - blue) * share) >> 8)
    }

    /// This colour times `share` / 256.
    func lit(_ share: Int) -> Tone { Tone((red * share) >> 8, (green * share) >> 8, (blue * share) >> 8) }

    func adding(_ amount: Int) -> Tone { Tone(red + amount, green + amount, blue + amount) }

    var colour: RGBColour {
        RGBColour(UInt8(min(max(red, 0), 255)), UInt8(min(max(green, 0), 255)), UInt8(min(max(blue, 0), 255)))
    }
}

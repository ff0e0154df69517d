/// Repeatable noise in integers: hashed lattice points, smoothly interpolated.
struct IntegerNoise {
    let seed: UInt32

    /// One random byte for a lattice point.
    func byte(_ x: Int, _ y: Int) -> Int {
        var state = seed &+ UInt32(truncatingIfNeeded: x) &* 0x9e37_79b1 &+ UInt32(truncatingIfNeeded: y) &* 0x85eb_ca77
        state = (state ^ state >> 15) &* 0x2c1b_3c6d
        state = (state ^ state >> 12) &* 0x297a_2d39
        return Int(state >> 24)
    }

    /// Smooth noise in 0...255 whose lattice points lie `cellX` and `cellY` pixels apart.
    func smooth(_ x: Int, _ y: Int, cellX: Int, cellY: Int) -> Int {
        let (column, row) = (x / cellX, y / cellY)
        let shareX = IntegerNoise.ease((x % cellX) * 256 / cellX)
        let shareY = IntegerNoise.ease((y % cellY) * 256 / cellY)
        let top = byte(column, row) * (256 - shareX) + byte(column + 1, row) * shareX
        let bottom = byte(column, row + 1) * (256 - shareX) + byte(column + 1, row + 1) * shareX
        return (top * (256 - shareY) + bottom * shareY) >> 16
    }

    /// Smooth noise with finer noise on top, each octave of half the cell and half the weight; in 0...255.
    func fractal(_ x: Int, _ y: Int, cellX: Int, cellY: Int, octaves: Int) -> Int {
        var (sum, weights) = (0, 0)
        for octave in 0..<octaves {
            let weight = 1 << (octaves - 1 - octave)
            sum +=
                weight
                * smooth(
                    x + octave * 57, y + octave * 91, cellX: max(cellX >> octave, 1), cellY: max(cellY >> octave, 1))
            weights += weight
        }
        return sum / weights
    }

    /// 3 t^2 - 2 t^3 for t = `share` / 256.
    static func ease(_ share: Int) -> Int { (share * share * (768 - 2 * share)) >> 16 }
}

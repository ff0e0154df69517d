/// A sine in integers: the parabola through its zeros and peaks, bent to within half a percent.
package enum IntegerWave {
    /// The sine of `phase` / 65536 turns times 256, in -256...256.
    package static func sine(_ phase: Int) -> Int {
        let half = phase & 32_767
        // 4 t (1 - t) over half a turn, in 0...4096.
        let parabola = (half * (32_768 - half)) >> 16
        let bent = (parabola * (3_174 + parabola * 922 / 4_096)) >> 12
        return (phase & 32_768 == 0 ? bent : -bent) >> 4
    }

    package static func cosine(_ phase: Int) -> Int { sine(phase + 16_384) }

    /// The largest integer whose square is at most `value`.
    package static func squareRoot(_ value: Int) -> Int {
        guard value > 0 else { return 0 }
        var root = 1 << ((Int.bitWidth - value.leadingZeroBitCount + 1) / 2)
        while true {
            let next = (root + value / root) / 2
            if next >= root { return root }
            root = next
        }
    }
}

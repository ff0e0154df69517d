extension FixedWidthInteger {
    /// The integer nearest to a real number that a file or a calibration gave; nil where there is none: NaN,
    /// infinities, numbers beyond the type.
    ///
    /// For what is prepared and reported. Nothing that rounds on the datapath, in the reference model or in the machine
    /// passes here.
    package init?(rounding value: Double, _ rule: FloatingPointRoundingRule = .toNearestOrAwayFromZero) {
        self.init(exactly: value.rounded(rule))
    }
}

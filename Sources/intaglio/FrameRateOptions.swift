import ArgumentParser

/// How many pictures a second are wanted.
struct FrameRateOptions: ParsableArguments {
    @Option(
        help: "Pictures a second that are wanted: what they move to and from DRAM, and whether the clock suffices.",
        transform: decimalNumber)
    var fps: Double?

    func validate() throws {
        guard fps.map({ $0 > 0 && $0 <= 1_000_000 }) ?? true else {
            throw ValidationError("--fps must be above 0 and at most 1000000, found \(fps!)")
        }
    }
}

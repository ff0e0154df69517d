/// What the options take whose values are numbers, sizes and other texts of a form: for answers to values that are
/// none.
struct OptionForm {
    let expected: String
    /// A value of the form.
    let example: String

    init(_ expected: String, _ example: String) { (self.expected, self.example) = (expected, example) }

    private static func numbers(_ lower: Int, _ upper: Int, _ example: Int) -> OptionForm {
        OptionForm("a whole number in \(lower)...\(upper)", "\(example)")
    }

    private static func numbers(from lower: Int, _ example: Int) -> OptionForm {
        OptionForm("a whole number from \(lower) on", "\(example)")
    }

    private static let size = OptionForm(
        "WIDTHxHEIGHT, each 1...65535, or one of 480p, 720p, 1080p, 1440p, 2160p, 4320p, 4k, 8k", "1920x1080")
    private static let part = OptionForm(
        "WIDTHxHEIGHT or WIDTHxHEIGHT+X+Y, sizes 1...65535, X and Y from 0 on", "64x64+352+224")
    private static let seed = OptionForm("a whole number in 0...\(UInt64.max)", "7")
    private static let offset = OptionForm("a whole number, also a negative one", "-128")
    private static let tensorFile = OptionForm("NAME=FILE, a tensor and its .npy file", "g_s.0=latents.npy")

    /// By option; where commands differ, by command and option.
    private static let forms: [String: OptionForm] = [
        "--activation-bits": numbers(8, 16, 16),
        "--at": OptionForm("y=ROW,x=COLUMN,c=CHANNEL, each from 0 on", "y=12,x=7,c=3"),
        "--codebooks": numbers(1, 256, 8), "--codebooks-per-octave": numbers(1, 64, 1),
        "--columns": OptionForm("names with commas between them, or all", "name,simulatedCycles"),
        "--count": numbers(1, 10_000_000, 20_000), "pictures --count": numbers(1, 10_000, 4),
        "--crop": part, "quantize --crop": numbers(16, 4096, 192), "study --crop": numbers(16, 4096, 256),
        "--crops": numbers(1, 1000, 2), "--expected-offset": offset, "--first": numbers(0, 1_000_000, 0),
        "--fps": OptionForm("a number above 0, at most 1000000", "30"), "--from": numbers(from: 0, 0),
        "--input": tensorFile, "--input-offset": offset,
        "--lambda": OptionForm("a number in 0..<100", "0.1"),
        "--lambda-factor": OptionForm("a number in 0...100", "1"), "--measured": numbers(from: 1, 24),
        "--memory": OptionForm(
            "bytes, or a whole number with K, M, G, T, KiB ... TiB (powers of 1,024) or KB ... TB (of 1,000)", "2GiB"),
        "--module": OptionForm("the name of a SystemVerilog module", "my_mac_array"),
        "--pictures": numbers(1, 10_000, 24), "--random": seed, "--random-machines": numbers(1, 100_000, 30),
        "--rate": numbers(from: 0, 0), "--seed": seed, "--size": size,
        "--sparsity": OptionForm("a number in 0...0.99", "0.5"),
        "--step": numbers(1, 1024, 16), "encode --step": numbers(1, 16_384, 16), "plan --step": numbers(1, 16_384, 16),
        "--suite": numbers(from: 1, 60), "--symbols-per-cycle": numbers(1, 64, 4), "--threads": numbers(1, 256, 4),
        "--to": numbers(from: 0, 9999), "--tolerance": numbers(from: 0, 0),
        "--units": OptionForm("one or more of \(UnitList.all), each once, with commas", "dma,macArray"),
        "--weight-bits": numbers(8, 12, 12),
    ]

    /// - Parameters:
    ///   - option: `--size`
    ///   - command: `plan`
    static func of(_ option: String, command: String) -> OptionForm? {
        forms["\(command) \(option)"] ?? forms[option]
    }
}

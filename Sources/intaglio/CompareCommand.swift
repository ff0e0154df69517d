import ArgumentParser
import Codec
import Curves
import Diagnostics
import FileFormats
import Images
import Reports

struct CompareCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "PSNR and MS-SSIM of a picture against its original; BD-rate of curves against others.",
        discussion: """
            Two PNG pictures, or two JSON files of rate-distortion curves: evaluation.json, published points, or one \
            curve as CompressAI writes it; FILE:NAME takes one curve. Every curve of the first is compared with every \
            one of the second.
            """)

    @Argument(help: "A PNG picture, or a JSON file of curves.") var picture: String
    @Argument(help: "The PNG picture that it was made from, or the curves to compare with.") var original: String
    @OptionGroup var memory: MemoryOptions
    @Option(name: .shortAndLong, help: "Draws the curves: an SVG file.") var output: String?
    @Flag(help: "Write the figures as one JSON document.") var json = false

    func run() throws {
        let budget = try memory.budget()
        var files = DistinctFiles()
        for file in [picture, original] { files.read(RateDistortionCurve.file(of: file), by: "the curves") }
        files.write(output, by: "--output")
        try files.requireDistinct()
        switch (RateDistortionCurve.isFile(picture), RateDistortionCurve.isFile(original)) {
        case (false, false):
            try refuseUnused(["--output": output != nil], goingWith: "curves")
            let quality = try pictureQuality(budget)
            try Console.result(json ? Document(quality, DocumentHeader()).text : quality.text)
        case (true, true):
            let comparison = CurveComparison(
                try RateDistortionCurve.curves(fileAndName: picture, memory: budget),
                against: try RateDistortionCurve.curves(fileAndName: original, memory: budget))
            if let output { try AtomicFile.write(comparison.plot, to: output) }
            try Console.result(json ? Document(comparison, DocumentHeader()).text : comparison.text)
        case (let first, _):
            throw Diagnostic(
                .curveFileInvalid, at: first ? original : picture, found: "a file that is no JSON, beside curves",
                expected: "two PNG pictures, or two JSON files of curves", remedy: "name two files of one kind")
        }
    }

    private func pictureQuality(_ memory: MemoryBudget) throws -> PictureQuality {
        let first = try PNGReader.read(path: picture, memory: memory).image
        let second = try PNGReader.read(path: original, memory: memory.beside(first.samples.count)).image
        return try PictureQuality(
            of: first, against: second, memory: memory.beside(first.samples.count + second.samples.count))
    }
}

import ArgumentParser
import Diagnostics
import Foundation
import Graph
import Images
import MachineDescription
import NetworkFiles
import Networks
import Quantization
import Reports
import Simulation
import Studies
import Text
import Threads

/// Whole quantized networks on whole pictures, run on the machine: the plain scheme, each ingredient alone, all
/// together.
struct StudySchemes: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schemes",
        abstract:
            "The plain scheme, each ingredient of S1 alone, and all together, on whole pictures through the machine.")

    @Option(help: "A bundled network's name, or a network file that carries float weights.") var network: String =
        NetworkSource.defaultName
    @Option(help: "A folder of PNG photographs for calibration.") var calibration: String
    @Option(help: "A folder of PNG pictures to run.") var images: String
    @Option(help: "How many calibration pictures.") var pictures = 24
    @Option(help: "Side of the square cut from the middle of each calibration picture.") var crop = 256
    @Option(help: "A built-in machine's name, or a machine file.") var machine = "mid"
    @Option(help: "Which of a variable-rate network's rates to run.") var rate = 0
    @OptionGroup var work: ThreadOptions
    @OptionGroup var memory: MemoryOptions
    @OptionGroup var results: StudyOutputOptions
    @Flag(help: "Print every picture of the last scheme (all ingredients) too.") var each = false
    @Flag(help: "Only the plain scheme and all ingredients together.") var brief = false

    func validate() throws { try requireStudyRanges(pictures: pictures, measured: nil, crop: crop) }

    func run() throws {
        let source = try NetworkSource.opening(network, memory: memory.budget())
        let float = try source.float()
        let machine = try MachineDescription.loadAndWarn(machine)
        try requireRate(rate, of: float.rateCount)
        let calibration = try calibrationPictures(
            self.calibration, count: pictures, side: crop, of: float.graph, memory: memory.budget())
        var refused: [Diagnostic] = []
        let originals = try studyPictures(images, atMost: nil, memory: memory.budget(), refused: &refused) {
            name, image, memory throws(Diagnostic) in
            StudiedPicture(
                name: name, image: image, float: try FloatRun(float, picture: image, rate: rate, memory: memory))
        }
        let schemes = SchemeStudy.schemes(for: machine, brief: brief)
        let runner = StudyRunner(
            float, calibration: calibration, machine: machine, rate: rate, threads: work.threads,
            memory: memory.budget(), runMemory: memory.budget(threads: work.threads))
        let table = GrowingTable(
            header: [
                "scheme", "mean loss\ndB", "worst\ndB", "entropy\nchange %", "latents\nsaturated", "of", "V", "W", "A",
            ],
            expected: schemes.map { [$0.name, "", "", "", "", "999,999,999", "15", "12", "36"] },
            width: TextStyle(of: 1).width)
        var output = try StudyOutput(table, results)
        var last: [(name: String, report: RunReport)] = []
        for (index, scheme) in schemes.enumerated() {
            Console.progress("scheme", index + 1, of: schemes.count)
            let runs = output.measured(scheme.name) { () throws(Diagnostic) in
                let quantized = try runner.quantized(by: scheme)
                let reports = try originals.map { picture throws(Diagnostic) in
                    (name: picture.name, report: try runner.report(of: quantized, on: picture))
                }
                return (quantized: quantized, reports: reports)
            }
            Console.endProgress()
            guard let (quantized, reports) = runs else { continue }
            last = reports
            let widths = [
                quantized.widths.activationBits, quantized.widths.weightBits, quantized.widths.accumulatorBits,
            ]
            let summary = SchemeStudy.Summary(last.map(\.report))
            try output.append(
                [scheme.name] + Self.words(summary) + widths.map { "\($0)" },
                [
                    "scheme": .text(scheme.name), "meanLossDecibels": .init(summary.loss.mean),
                    "worstLossDecibels": .init(summary.loss.worst),
                    "entropyChangePercent": .init(summary.entropyChangePercent),
                    "saturatedLatents": .integer(summary.saturatedLatents), "latents": .integer(summary.latents),
                    "activationBits": .integer(widths[0]), "weightBits": .integer(widths[1]),
                    "accumulatorBits": .integer(widths[2]),
                ])
        }
        try output.close(DocumentHeader(machine: machine, network: source.file.identity(rate: rate)))
        if each, !results.json { try Console.result(Self.pictures(last)) }
        try output.requireAll(pictures: refused, done: originals.count)
    }

    private static func words(_ summary: SchemeStudy.Summary) -> [String] {
        [
            summary.loss.mean.fixed(3), summary.loss.worst.fixed(3), summary.entropyChangePercent.fixed(3),
            summary.saturatedLatents.grouped, summary.latents.grouped,
        ]
    }

    private static func pictures(_ runs: [(name: String, report: RunReport)]) -> String {
        let rows = runs.compactMap { name, report -> [String]? in
            guard let quality = report.quality, let psnr = quality.psnr, let float = quality.psnrFloat else {
                return nil
            }
            let bits = report.empiricalBitsPerPixel
            let bitsFloat = quality.empiricalBitsPerPixelFloat ?? 0
            return [
                name, float.fixed(3), psnr.fixed(3), (float - psnr).fixed(3), bitsFloat.fixed(4), bits.fixed(4),
                ((bits / bitsFloat - 1) * 100).fixed(3),
                (report.latents ?? []).reduce(0) { $0 + $1.saturated }.grouped,
            ]
        }
        let table = GrowingTable(
            header: [
                "picture", "float\ndB", "quantized\ndB", "loss\ndB", "float\nbits/pixel", "quantized\nbits/pixel",
                "change\n%", "latents\nsaturated",
            ], expected: rows, width: TextStyle(of: 1).width)
        return table.text(of: rows)
    }
}

import ArgumentParser
import Calibration
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
import WeightCoding

struct StudyCoding: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "coding",
        abstract:
            "What zero weights and coded weights save, and what they lose, on whole pictures through the machine.",
        discussion: "Cycles with a weight decoder or zero skipping are estimates: no RTL has these units.")

    @Option(help: "A bundled network's name, or a network file that carries float weights.") var network: String =
        NetworkSource.defaultName
    @Option(help: "A folder of PNG photographs for calibration.") var calibration: String
    @Option(help: "A folder of PNG pictures to run.") var images: String
    @Option(help: "At most so many of them, evenly spaced through the folder.") var measured = 24
    @Option(help: "How many calibration pictures.") var pictures = 24
    @Option(help: "Side of the square cut from the middle of each calibration picture.") var crop = 256
    @Option(help: "Parts of each layer's weights that must be zero, with commas.") var sparsities = "0.5,0.7,0.8,0.9"
    @Option(help: "Bits of the dead zone's levels, with commas.") var levels = "8,4"
    @Option(
        help: "Where the largest weight code lies: \(WeightClipping.allCases.map(\.rawValue).joined(separator: ", ")).")
    var weightClipping: WeightClipping?
    @Option(help: "Weight codes that the decoder makes a cycle.") var symbolsPerCycle = 4
    @Option(help: "A built-in machine's name, or a machine file.") var machine = "mid"
    @Option(help: "Width x height of the picture that cycles are given for.") var size = PictureSize(
        width: 768, height: 512)
    @Option(help: "Which of a variable-rate network's rates to run.") var rate = 0
    @OptionGroup var work: ThreadOptions
    @OptionGroup var memory: MemoryOptions
    @OptionGroup var results: StudyOutputOptions

    func validate() throws {
        try requireStudyRanges(pictures: pictures, measured: measured, crop: crop)
        guard (1...64).contains(symbolsPerCycle) else {
            throw ValidationError("--symbols-per-cycle must be in 1...64, found \(symbolsPerCycle)")
        }
        _ = try zeroShares(sparsities)
        _ = try levelBits()
    }

    private func levelBits() throws -> [Int] {
        try parts(of: levels, option: "--levels").map { word in
            guard let bits = Int(word), (2...8).contains(bits) else {
                throw ValidationError("--levels takes numbers in 2...8, with commas, found '\(word)'")
            }
            return bits
        }
    }

    func run() throws {
        let source = try NetworkSource.opening(network, memory: memory.budget())
        let float = try source.float()
        let machine = try MachineDescription.loadAndWarn(machine)
        try requireRate(rate, of: float.rateCount)
        let calibration = try calibrationPictures(
            self.calibration, count: pictures, side: crop, of: float.graph, memory: memory.budget())
        var refused: [Diagnostic] = []
        let originals = try studyPictures(images, atMost: measured, memory: memory.budget(), refused: &refused) {
            name, image, memory throws(Diagnostic) in
            StudiedPicture(
                name: name, image: image, float: try FloatRun(float, picture: image, rate: rate, memory: memory))
        }
        let schemes = CodingStudy.schemes(
            for: machine, levelBits: try levelBits(), sparsities: try zeroShares(sparsities), clipping: weightClipping)
        let runner = StudyRunner(
            float, calibration: calibration, machine: machine, rate: rate, threads: work.threads,
            memory: memory.budget(), runMemory: memory.budget(threads: work.threads))
        let table = GrowingTable(
            header: [
                "weights", "zero\n%", "entropy\nbits", "coded\nbits", "coded\nread %", "cycles", "decoder\n%",
                "skipping\n%", "bound\n%", "loss dB\nmean", "\nworst", "W", "A",
            ],
            expected: schemes.map { [$0.name, "", "", "", "", "9,999,999,999", "", "", "", "", "", "12", "36"] },
            width: TextStyle(of: 1).width)
        var output = try StudyOutput(table, results)
        for (index, scheme) in schemes.enumerated() {
            Console.progress("scheme", index + 1, of: schemes.count)
            let figures = output.measured(scheme.name) { () throws(Diagnostic) in
                let quantized = try runner.quantized(by: scheme)
                let reports = try originals.map { picture throws(Diagnostic) in
                    try runner.report(of: quantized, on: picture)
                }
                let savings = try CodingStudy.Savings(
                    of: quantized, on: machine, width: size.width, height: size.height,
                    symbolsPerCycle: symbolsPerCycle)
                return (quantized: quantized, loss: QualityLoss(reports), savings: savings)
            }
            Console.endProgress()
            guard let (quantized, loss, savings) = figures else { continue }
            let summary = WeightCodingSummary(quantized)
            let row = [
                scheme.name, summary.zeroPercent.fixed(1), summary.entropyBits.fixed(2), summary.codedBits.fixed(2),
                savings.codedReadPercent.fixed(2), savings.simulatedCycles.grouped, savings.decoderPercent.fixed(2),
                savings.skippingPercent.fixed(2), savings.skippingBoundPercent.fixed(2), loss.mean.fixed(3),
                loss.worst.fixed(3), "\(quantized.widths.weightBits)", "\(quantized.widths.accumulatorBits)",
            ]
            try output.append(
                row,
                [
                    "scheme": .text(scheme.name), "zeroWeightsPercent": .init(summary.zeroPercent),
                    "entropyBitsPerWeight": .init(summary.entropyBits),
                    "codedBitsPerWeight": .init(summary.codedBits),
                    "codedReadPercent": .init(savings.codedReadPercent),
                    "simulatedCycles": .integer(savings.simulatedCycles),
                    "decoderPercent": .init(savings.decoderPercent),
                    "skippingPercent": .init(savings.skippingPercent),
                    "skippingBoundPercent": .init(savings.skippingBoundPercent),
                    "meanLossDecibels": .init(loss.mean), "worstLossDecibels": .init(loss.worst),
                    "weightBits": .integer(quantized.widths.weightBits),
                    "accumulatorBits": .integer(quantized.widths.accumulatorBits),
                ])
        }
        try output.close(DocumentHeader(machine: machine, network: source.file.identity(rate: rate)))
        try output.requireAll(pictures: refused, done: originals.count)
    }
}

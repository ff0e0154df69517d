import ArgumentParser
import Calibration
import Diagnostics
import Foundation
import Graph
import Images
import MachineDescription
import Networks
import Quantization
import Simulation
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
    @Flag(help: "Print every picture of the last scheme (all ingredients) too.") var each = false
    @Flag(help: "Only the plain scheme and all ingredients together.") var brief = false

    func validate() throws { try requireStudyRanges(pictures: pictures, measured: nil, crop: crop) }

    func run() throws {
        let float = try NetworkSource(network, memory: memory.budget()).float()
        let machine = try MachineDescription.loadAndWarn(machine)
        try requireRate(rate, of: float.rateCount)
        let calibration = try calibrationPictures(
            self.calibration, count: pictures, side: crop, of: float.graph, memory: memory.budget())
        var refused: [Diagnostic] = []
        let originals = try studyPictures(images, atMost: nil, memory: memory.budget(), refused: &refused) {
            name, image, memory throws(Diagnostic) in
            (name: name, image: image, float: try FloatRun(float, picture: image, rate: rate, memory: memory))
        }
        let schemes = schemes(for: machine)
        let table = GrowingTable(
            header: [
                "scheme", "mean loss dB", "worst dB", "entropy change %", "latents saturated", "of", "V", "W", "A",
            ],
            expected: schemes.map { [$0.0, "", "", "", "", "999,999,999", "15", "12", "36"] })
        try Console.result(table.heading)
        var last: [(name: String, report: RunReport)] = []
        for (name, options) in schemes {
            Console.progress(name)
            let quantized = try Quantizer(float, options: options).quantize(calibration, memory: memory.budget())
                .atRate(rate)
            last = try originals.map { original in
                let plan = try SimulationPlan(
                    network: quantized, machine: machine, width: original.image.width, height: original.image.height,
                    memory: memory.budget(threads: work.threads))
                return (
                    original.name,
                    try PictureRun(
                        plan, picture: PNGPicture(image: original.image), team: ThreadTeam(threads: work.threads)
                    ).report(float: original.float)
                )
            }
            Console.endProgress()
            let widths = [
                quantized.widths.activationBits, quantized.widths.weightBits, quantized.widths.accumulatorBits,
            ]
            try Console.result(table.text(of: [name] + Self.summary(last.map(\.report)) + widths.map { "\($0)" }))
        }
        if each { try Console.result(Self.pictures(last)) }
        try RefusedItems.requireNone(refused, done: originals.count, items: "pictures")
    }

    private func schemes(for machine: MachineDescription) -> [(String, QuantizationOptions)] {
        func limited(_ change: (inout QuantizationOptions) -> Void) -> QuantizationOptions {
            var options = QuantizationOptions.plain
            change(&options)
            return options.limited(to: machine)
        }
        let full = QuantizationOptions()
        let ends = [
            ("plain: linear, one scale a layer, one range a tensor", limited { _ in }),
            ("all ingredients", limited { $0 = full }),
        ]
        if brief { return ends }
        return [ends[0]] + [
            ("plain + weights by output channel", limited { $0.weightGrouping = .outputChannel }),
            ("plain + weight law \(full.weightLaw)", limited { $0.weightLaw = full.weightLaw }),
            ("plain + weight clipping searched", limited { $0.weightClipping = .searched }),
            ("plain + multiplexer, \(full.codebooks) codebooks", limited { $0.codebooks = full.codebooks }),
            ("plain + activation law \(full.activationLaw)", limited { $0.activationLaw = full.activationLaw }),
            ("plain + activation ranges searched", limited { $0.rangeSelection = .searched }),
            ("plain + mean removal", limited { $0.meanRemoval = full.meanRemoval }),
            ("plain + bias correction", limited { $0.correctsBias = true }),
            (
                "all but mean removal",
                limited {
                    $0 = full
                    $0.meanRemoval = .none
                }
            ),
        ] + [ends[1]]
    }

    private static func summary(_ reports: [RunReport]) -> [String] {
        let losses = reports.compactMap { report in
            report.quality.flatMap { quality in quality.psnr.flatMap { psnr in quality.psnrFloat.map { $0 - psnr } } }
        }
        let bits = reports.reduce(0.0) { $0 + ($1.latents ?? []).reduce(0) { $0 + $1.empiricalBitsPerPixel } }
        let bitsFloat = reports.reduce(0.0) { $0 + ($1.quality?.empiricalBitsPerPixelFloat ?? 0) }
        let latents = reports.flatMap { $0.latents ?? [] }
        return [
            (losses.reduce(0, +) / Double(max(losses.count, 1))).fixed(3), (losses.max() ?? 0).fixed(3),
            ((bits / bitsFloat - 1) * 100).fixed(3),
            latents.reduce(0) { $0 + $1.saturated }.grouped, latents.reduce(0) { $0 + $1.count }.grouped,
        ]
    }

    private static func pictures(_ runs: [(name: String, report: RunReport)]) -> String {
        var table = TextTable(header: [
            "picture", "float dB", "quantized dB", "loss dB", "float bits/pixel", "quantized bits/pixel", "change %",
            "saturated",
        ])
        for (name, report) in runs {
            guard let quality = report.quality, let psnr = quality.psnr, let float = quality.psnrFloat else { continue }
            let bits = (report.latents ?? []).reduce(0) { $0 + $1.empiricalBitsPerPixel }
            let bitsFloat = quality.empiricalBitsPerPixelFloat ?? 0
            table.append([
                name, float.fixed(3), psnr.fixed(3), (float - psnr).fixed(3), bitsFloat.fixed(4), bits.fixed(4),
                ((bits / bitsFloat - 1) * 100).fixed(3),
                (report.latents ?? []).reduce(0) { $0 + $1.saturated }.grouped,
            ])
        }
        return table.text
    }
}

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
        let float = try NetworkSource(network, memory: memory.budget()).float()
        let machine = try MachineDescription.loadAndWarn(machine)
        try requireRate(rate, of: float.rateCount)
        let calibration = try calibrationPictures(
            self.calibration, count: pictures, side: crop, of: float.graph, memory: memory.budget())
        var refused: [Diagnostic] = []
        let originals = try studyPictures(images, atMost: measured, memory: memory.budget(), refused: &refused) {
            _, image, memory throws(Diagnostic) in
            (image: image, float: try FloatRun(float, picture: image, rate: rate, memory: memory))
        }
        let schemes = try schemes(for: machine)
        let table = GrowingTable(
            header: [
                "weights", "zero %", "entropy bits", "coded bits", "coded read %", "cycles", "decoder %", "skipping %",
                "bound %", "mean loss dB", "worst dB", "W", "A",
            ],
            expected: schemes.map { [$0.0, "", "", "", "", "9,999,999,999", "", "", "", "", "", "12", "36"] })
        try Console.result(table.heading)
        for (name, options) in schemes {
            Console.progress(name)
            let quantized = try Quantizer(float, options: options).quantize(calibration, memory: memory.budget())
                .atRate(rate)
            let losses = try originals.compactMap { original -> Double? in
                let plan = try SimulationPlan(
                    network: quantized, machine: machine, width: original.image.width, height: original.image.height,
                    memory: memory.budget(threads: work.threads))
                let quality = try PictureRun(
                    plan, picture: PNGPicture(image: original.image), team: ThreadTeam(threads: work.threads)
                ).report(float: original.float).quality
                return quality.flatMap { quality in quality.psnr.flatMap { psnr in quality.psnrFloat.map { $0 - psnr } }
                }
            }
            let summary = WeightCodingSummary(quantized)
            Console.endProgress()
            let row =
                try [name, summary.zeroPercent.fixed(1), summary.entropyBits.fixed(2), summary.codedBits.fixed(2)]
                + savings(quantized, on: machine) + [
                    (losses.reduce(0, +) / Double(max(losses.count, 1))).fixed(3), (losses.max() ?? 0).fixed(3),
                    "\(quantized.widths.weightBits)",
                    "\(quantized.widths.accumulatorBits)",
                ]
            try Console.result(table.text(of: row))
        }
        try RefusedItems.requireNone(refused, done: originals.count, items: "pictures")
    }

    /// Every scheme has all other ingredients of `quantize`.
    private func schemes(for machine: MachineDescription) throws -> [(String, QuantizationOptions)] {
        var full = QuantizationOptions()
        full.weightClipping = weightClipping ?? full.weightClipping
        full = full.limited(to: machine)
        func changed(_ change: (inout QuantizationOptions) -> Void) -> QuantizationOptions {
            var options = full
            change(&options)
            return options
        }
        var schemes = [
            ("linear, one scale a layer", changed { ($0.weightLaw, $0.weightGrouping) = (.linear, .layer) }),
            ("linear", changed { $0.weightLaw = .linear }),
            ("\(full.weightLaw)", full),
        ]
        for bits in try levelBits() {
            for share in try zeroShares(sparsities) {
                schemes.append(
                    (
                        "dead zone, \(bits) bits, \(share) zero",
                        changed {
                            ($0.weightLaw, $0.weightSparsity) = (
                                .deadZone(numerator: 1, denominator: 16, levelBits: bits), share
                            )
                            $0.weightClipping = weightClipping ?? .none
                        }
                    ))
            }
        }
        return schemes
    }

    /// Percent of the weight traffic and of the cycles that coding, skipping and its bound save, each alone.
    private func savings(_ network: QuantizedNetwork, on machine: MachineDescription) throws -> [String] {
        func totals(_ change: (inout MachineDescription) -> Void) throws -> TotalsReport {
            var changed = machine
            (changed.weightDecoder, changed.macArray.zeroSkipping) = (nil, false)
            change(&changed)
            return try SimulationPlan(
                network: network, machine: changed, width: size.width, height: size.height, keepsCommands: false
            ).report().totals
        }
        func saved(_ part: Int, of whole: Int) -> String { ((1 - Double(part) / Double(max(whole, 1))) * 100).fixed(2) }
        let decoded = try totals {
            $0.weightDecoder = WeightDecoderDescription(law: .huffman, symbolsPerCycle: symbolsPerCycle)
        }
        let skipped = try totals { $0.macArray.zeroSkipping = true }
        guard let coding = decoded.weightCoding, let skipping = skipped.weightCoding else { return [] }
        let cycles = decoded.simulatedCycles
        return [
            saved(coding.codedWeightReadBytes ?? 0, of: coding.weightReadBytes), cycles.grouped,
            saved(coding.estimatedCycles, of: cycles),
            saved(skipping.estimatedCycles, of: cycles), saved(skipping.estimatedCyclesBound ?? cycles, of: cycles),
        ]
    }
}

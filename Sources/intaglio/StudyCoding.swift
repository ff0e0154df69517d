import ArgumentParser
import Calibration
import Diagnostics
import Foundation
import Graph
import Images
import MachineDescription
import Networks
import Quantization
import Reports
import Simulation
import Threads

struct StudyCoding: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "coding", abstract: "What zero weights and coded weights save, and what they lose, on whole pictures through the machine.",
        discussion: "Cycles with a weight decoder or zero skipping are estimates: no RTL has these units.")

    @Option(help: "A bundled network's name, or a network file that carries float weights.") var network: String = NetworkSource.defaultName
    @Option(help: "A folder of PNG photographs for calibration.") var calibration: String
    @Option(help: "A folder of PNG pictures to run.") var images: String
    @Option(help: "At most so many of them, evenly spaced through the folder.") var measured = 24
    @Option(help: "How many calibration pictures.") var pictures = 24
    @Option(help: "Side of the square cut from the middle of each calibration picture.") var crop = 256
    @Option(help: "Parts of each layer's weights that must be zero, with commas.") var sparsities = "0.5,0.7,0.8,0.9"
    @Option(help: "Bits of the dead zone's levels, with commas.") var levels = "8,4"
    @Option(help: "Where the largest weight code lies: \(WeightClipping.allCases.map(\.rawValue).joined(separator: ", ")).") var weightClipping: WeightClipping?
    @Option(help: "Weight codes that the decoder makes a cycle.") var symbolsPerCycle = 4
    @Option(help: "A built-in machine's name, or a machine file.") var machine = "mid"
    @Option(help: "Width x height of the picture that cycles are given for.") var size = PictureSize(width: 768, height: 512)
    @Option(help: "Which of a variable-rate network's rates to run.") var rate = 0
    @Option(help: "Threads.") var threads = ProcessInfo.processInfo.activeProcessorCount

    func validate() throws {
        guard (1...64).contains(symbolsPerCycle), measured >= 1, pictures >= 1, (16...4096).contains(crop) else {
            throw ValidationError("--symbols-per-cycle must be in 1...64, --crop in 16...4096, --measured and --pictures at least 1")
        }
        let shares = sparsities.split(separator: ",").map { Double($0) }
        let bits = levels.split(separator: ",").map { Int($0) }
        guard shares.allSatisfy({ $0.map((0...0.99).contains) ?? false }), bits.allSatisfy({ $0.map((2...8).contains) ?? false }) else {
            throw ValidationError("--sparsities takes numbers in 0...0.99, --levels in 2...8, with commas")
        }
    }

    func run() throws {
        let float = try NetworkSource(network).float()
        let machine = try MachineDescription.load(machine)
        let calibration = try CalibrationFolder.pictures(self.calibration, count: pictures, side: crop, multiple: float.graph.sizeMultiple)
        var originals: [(image: RGBImage, float: FloatRun)] = []
        for path in try CalibrationFolder.paths(images, atMost: measured) {
            Console.progress("float network on \(path)")
            let image = try PNGReader.read(path: path).image
            originals.append((image, try FloatRun(float, picture: image, rate: rate)))
        }
        let schemes = schemes(for: machine)
        let table = GrowingTable(
            header: ["weights", "zero %", "entropy bits", "coded bits", "coded read %", "cycles", "decoder %", "skipping %", "bound %", "mean loss dB", "worst dB", "W", "A"],
            expected: schemes.map { [$0.0, "", "", "", "", "9,999,999,999", "", "", "", "", "", "12", "36"] })
        try Console.result(table.heading)
        for (name, options) in schemes {
            Console.progress(name)
            let quantized = try Quantizer(float, options: options).quantize(calibration).atRate(rate)
            let losses = try originals.compactMap { original -> Double? in
                let plan = try SimulationPlan(network: quantized, machine: machine, width: original.image.width, height: original.image.height)
                let quality = try PictureRun(plan, picture: PNGPicture(image: original.image), team: ThreadTeam(threads: threads)).report(float: original.float).quality
                return quality.flatMap { quality in quality.psnr.flatMap { psnr in quality.psnrFloat.map { $0 - psnr } } }
            }
            let summary = WeightCodingSummary(quantized)
            Console.endProgress()
            let row =
                try [name, summary.zeroPercent.fixed(1), summary.entropyBits.fixed(2), summary.codedBits.fixed(2)] + savings(quantized, on: machine) + [
                    (losses.reduce(0, +) / Double(max(losses.count, 1))).fixed(3), (losses.max() ?? 0).fixed(3), "\(quantized.widths.weightBits)",
                    "\(quantized.widths.accumulatorBits)",
                ]
            try Console.result(table.text(of: row))
        }
    }

    /// Every scheme has all other ingredients of `quantize`.
    private func schemes(for machine: MachineDescription) -> [(String, QuantizationOptions)] {
        var full = QuantizationOptions()
        full.weightClipping = weightClipping ?? full.weightClipping
        full = full.limited(to: machine)
        func changed(_ change: (inout QuantizationOptions) -> Void) -> QuantizationOptions {
            var options = full
            change(&options)
            return options
        }
        var schemes = [
            ("linear, one scale a layer", changed { ($0.weightLaw, $0.weightGrouping) = (.linear, .layer) }), ("linear", changed { $0.weightLaw = .linear }),
            ("\(full.weightLaw)", full),
        ]
        for bits in levels.split(separator: ",").compactMap({ Int($0) }) {
            for share in sparsities.split(separator: ",").compactMap({ Double($0) }) {
                schemes.append(
                    ("dead zone, \(bits) bits, \(share) zero", changed {
                        ($0.weightLaw, $0.weightSparsity) = (.deadZone(numerator: 1, denominator: 16, levelBits: bits), share)
                        $0.weightClipping = weightClipping ?? .none
                    }))
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
            return try SimulationPlan(network: network, machine: changed, width: size.width, height: size.height, keepsCommands: false).report().totals
        }
        func saved(_ part: Int, of whole: Int) -> String { ((1 - Double(part) / Double(max(whole, 1))) * 100).fixed(2) }
        let decoded = try totals { $0.weightDecoder = WeightDecoderDescription(law: .huffman, symbolsPerCycle: symbolsPerCycle) }
        let skipped = try totals { $0.macArray.zeroSkipping = true }
        guard let coding = decoded.weightCoding, let skipping = skipped.weightCoding else { return [] }
        let cycles = decoded.simulatedCycles
        return [
            saved(coding.codedWeightReadBytes ?? 0, of: coding.weightReadBytes), cycles.grouped, saved(coding.estimatedCycles, of: cycles),
            saved(skipping.estimatedCycles, of: cycles), saved(skipping.estimatedCyclesBound ?? cycles, of: cycles),
        ]
    }
}

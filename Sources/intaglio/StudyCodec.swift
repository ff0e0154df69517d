import ArgumentParser
import Calibration
import Codec
import Curves
import Diagnostics
import Foundation
import Graph
import Images
import MachineDescription
import NetworkFiles
import Networks
import Quantization
import Reports
import Studies
import Text
import WeightCoding

/// What each choice of quantization costs a codec in bits: every scheme encodes and decodes the pictures at all rates,
/// on the machine.
struct StudyCodec: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "codec",
        abstract:
            """
            Grouping x law x clipping of the weights, number of codebooks, mean removal: memory, and BD-rate against \
            the float network.
            """,
        discussion: """
            Every row changes one choice of S1 in the scheme that `quantize` takes by itself. Streams are decoded and \
            compared with their encoder's reconstruction.
            Memory: codes of the weights; all parameters with multipliers, codebook tables and alignment. The laws are \
            closed forms and need no ROM, but for activations with
            tables. Coded bits: a weight in Huffman's code, each layer by itself. A row is printed when it is measured.
            """)

    @Option(help: "A bundled network's name, or a network file that carries float weights.") var network: String =
        NetworkSource.defaultName
    @Option(help: "A folder of PNG photographs for calibration.") var calibration: String
    @Option(help: "A folder of PNG pictures to encode.") var images: String
    @Option(help: "How many calibration pictures.") var pictures = 24
    @Option(help: "Side of the square cut from the middle of each calibration picture.") var crop = 256
    @Option(help: "At most this many pictures to encode, evenly spaced through the folder.") var measured: Int?
    @Option(help: "A built-in machine's name, or a machine file.") var machine = "mid"
    @Option(
        help: "Parts of each layer's weights that a dead zone makes zero, a row each, with commas. (default: 0.2,0.5)")
    var sparsities: String?
    @OptionGroup var work: ThreadOptions
    @OptionGroup var memory: MemoryOptions
    @OptionGroup var results: StudyOutputOptions
    @Flag(help: "Only the plain scheme and the whole one.") var brief = false

    func validate() throws {
        try requireStudyRanges(pictures: pictures, measured: measured, crop: crop)
        if brief { try refuseUnused(["--sparsities": sparsities != nil], goingWith: "all rows: leave --brief out") }
        _ = try shares()
    }

    private func shares() throws -> [Double] { try zeroShares(sparsities ?? "0.2,0.5") }

    func run() throws {
        let source = try NetworkSource.opening(self.network, memory: memory.budget())
        let network = try source.float().withLatentOperators()
        _ = try CodecTensors(network.graph)
        let machine = try MachineDescription.loadAndWarn(machine)
        let calibration = try calibrationPictures(
            self.calibration, count: pictures, side: crop, of: network.graph, memory: memory.budget())
        var refused: [Diagnostic] = []
        let measured = try studyPictures(images, atMost: measured, memory: memory.budget(), refused: &refused) {
            name, image, memory throws(Diagnostic) in
            (
                picture: (name: name, image: image),
                rows: try CodecStudy.floatRows(of: image, named: name, in: network, memory: memory)
            )
        }
        let study = CodecStudy(
            network, machine: machine, calibration: calibration, pictures: measured.map(\.picture),
            floatRows: measured.flatMap(\.rows), threads: work.threads, memory: memory.budget(),
            codecMemory: memory.budget(threads: work.threads))
        let schemes = CodecStudy.Scheme.all(for: machine, sparsities: try shares()).filter { !brief || $0.isEnd }
            .map(\.scheme)
        let table = GrowingTable(
            header: [
                "scheme", "weights\nB", "parameters\nB", "of float32\n%", "zero\n%", "coded\nbits",
                "BD-rate %\nPSNR", "\nMS-SSIM", "V", "W", "A",
            ],
            expected: schemes.map { [$0.name, "99,999,999", "99,999,999", "", "", "", "", "", "15", "12", "36"] },
            width: TextStyle(of: 1).width)
        var output = try StudyOutput(table, results)
        // Every choice studied has the whole scheme among its rows.
        var known: [QuantizationOptions: CodecStudy.Figures] = [:]
        for (index, scheme) in schemes.enumerated() {
            Console.progress("scheme", index + 1, of: schemes.count)
            let figures = output.measured(scheme.name) { () throws(Diagnostic) in
                if let measured = known[scheme.options] { return measured }
                return try study.figures(of: scheme.options)
            }
            Console.endProgress()
            guard let figures else { continue }
            known[scheme.options] = figures
            try output.append(
                [scheme.name] + Self.words(figures),
                [
                    "scheme": .text(scheme.name), "weightBytes": .integer(figures.weightBytes),
                    "parameterBytes": .integer(figures.parameterBytes),
                    "ofFloat32Percent": .init(figures.ofFloat32Percent),
                    "zeroWeightsPercent": .init(figures.coding.zeroPercent),
                    "codedBitsPerWeight": .init(figures.coding.codedBits),
                    "psnrCubicPercent": .init(figures.psnr?.cubicPercent),
                    "msSSIMCubicPercent": .init(figures.msSSIM?.cubicPercent),
                    "activationBits": .integer(figures.widths.activationBits),
                    "weightBits": .integer(figures.widths.weightBits),
                    "accumulatorBits": .integer(figures.widths.accumulatorBits),
                ])
        }
        try output.close(DocumentHeader(machine: machine, network: source.file.identity()))
        try output.requireAll(pictures: refused, done: measured.count)
    }

    private static func words(_ figures: CodecStudy.Figures) -> [String] {
        let widths = [figures.widths.activationBits, figures.widths.weightBits, figures.widths.accumulatorBits]
        return [figures.weightBytes.grouped, figures.parameterBytes.grouped, figures.ofFloat32Percent.fixed(2)]
            + [figures.coding.zeroPercent.fixed(1), figures.coding.codedBits.fixed(2)]
            + [figures.psnr, figures.msSSIM].map { $0?.cubicPercent.fixed(2) ?? "-" } + widths.map { "\($0)" }
    }
}

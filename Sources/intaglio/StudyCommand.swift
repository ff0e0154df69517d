import ArgumentParser
import Calibration
import Diagnostics
import FloatModel
import Graph
import Networks
import Quantization
import Reports
import Simulation
import Tensors

struct StudyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "study", abstract: "Print what each choice of quantization gains and what memory it costs.",
        subcommands: [StudyWeights.self, StudyCodebooks.self, StudyMeans.self, StudySchemes.self, StudyCodec.self, StudyCoding.self])
}

/// The network and the pictures of a study.
struct StudyOptions: ParsableArguments {
    @Option(help: "A bundled network's name, or a network file that carries float weights.") var network: String = NetworkSource.defaultName
    @Option(help: "A folder of PNG photographs that ranges and means come from.") var calibration: String
    @Option(help: "A folder of PNG pictures that PSNR is measured on; the calibration pictures without one.") var images: String?
    @Option(help: "How many calibration pictures.") var pictures = 8
    @Option(help: "How many pictures PSNR is measured on.") var measured = 4
    @Option(help: "Side of the square cut from the middle of each picture.") var crop = 256

    func validate() throws {
        guard pictures >= 1, measured >= 1, (16...4096).contains(crop) else {
            throw ValidationError("--pictures and --measured must be at least 1, --crop in 16...4096")
        }
    }

    func study() throws -> Study {
        try MatrixLibrary.load()
        let network = try NetworkSource(self.network).float()
        let multiple = network.graph.sizeMultiple
        let calibration = try CalibrationFolder.pictures(self.calibration, count: pictures, side: crop, multiple: multiple)
        let measured = try CalibrationFolder.pictures(images ?? self.calibration, count: self.measured, side: crop, multiple: multiple)
        return Study(network, calibration: calibration, pictures: measured)
    }

    func show(_ rows: [StudyRow], saturated: Bool = false, coded: Bool = false) throws {
        var table = TextTable(header: ["choice", "SQNR dB", "PSNR change dB", "weight B", "ROM bits", "select bits"] + (saturated ? ["latents outside 8 bits"] : []) + (coded ? ["zero %", "entropy bits"] : []))
        for row in rows {
            table.append(
                [
                    row.choice, row.signalToNoiseDecibels.fixed(2), row.psnrChangeDecibels.fixed(3), row.weightBytes.grouped, row.romBits.grouped,
                    row.selectBits.grouped,
                ] + (saturated ? [row.saturatedLatents.grouped] : []) + (coded ? [row.zeroPercent.fixed(1), row.entropyBits.fixed(2)] : []))
        }
        try Console.result(table.text)
    }
}

let studiedLaws: [Law] = [
    .linear, .power(numerator: 3, denominator: 2), .power(numerator: 2, denominator: 1), .logarithmic(parameter: 4), .minifloat(exponentBits: 3, mantissaBits: 4),
]

private let deadZones: [Law] = [(1, 32, 8), (1, 16, 8), (1, 8, 8), (1, 8, 4)].map { .deadZone(numerator: $0, denominator: $1, levelBits: $2) }

struct StudyWeights: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "weights", abstract: "Grouping x law of the weights, everything else float.")
    @OptionGroup var options: StudyOptions
    @Flag(help: "Put the largest code at the largest magnitude instead of searching.") var withoutClipping = false

    func run() throws {
        try options.show(options.study().weights(laws: studiedLaws + deadZones, clipping: withoutClipping ? .none : .searched), coded: true)
    }
}

struct StudyCodebooks: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "codebooks", abstract: "Law and number of activation codebooks, everything else float.")
    @OptionGroup var options: StudyOptions

    func run() throws {
        try options.show(options.study().codebooks(laws: Array(studiedLaws.prefix(4)), counts: [1, 2, 4, 8]))
    }
}

struct StudyMeans: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "means", abstract: "What is removed from the latents before they become 8 bits.")
    @OptionGroup var options: StudyOptions

    func run() throws { try options.show(options.study().means(), saturated: true) }
}

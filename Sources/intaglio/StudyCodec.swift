import ArgumentParser
import Calibration
import Codec
import Diagnostics
import Foundation
import Graph
import Images
import MachineDescription
import Networks
import Quantization
import Simulation
import Tensors
import Text

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
    @Flag(help: "Only the plain scheme and the whole one.") var brief = false

    func validate() throws {
        try requireStudyRanges(pictures: pictures, measured: measured, crop: crop)
        if brief { try refuseUnused(["--sparsities": sparsities != nil], goingWith: "all rows: leave --brief out") }
        _ = try shares()
    }

    private func shares() throws -> [Double] { try zeroShares(sparsities ?? "0.2,0.5") }

    func run() throws {
        let network = try NetworkSource(self.network, memory: memory.budget()).float().withLatentOperators()
        let machine = try MachineDescription.loadAndWarn(machine)
        let calibration = try calibrationPictures(
            self.calibration, count: pictures, side: crop, of: network.graph, memory: memory.budget())
        var refused: [Diagnostic] = []
        let measured = try studyPictures(images, atMost: measured, memory: memory.budget(), refused: &refused) {
            name, image, memory throws(Diagnostic) in
            (name: name, image: image, float: try floatRows(network, image, named: name, memory))
        }
        let originals = measured.map { (name: $0.name, image: $0.image) }
        let float = floatCurve(network, measured.flatMap(\.float))
        let schemes = CodecScheme.all(for: machine, sparsities: try shares()).filter { !brief || $0.isEnd }
        let table = GrowingTable(
            header: [
                "scheme", "weights B", "parameters B", "of float32 %", "zero %", "coded bits", "BD-rate PSNR %",
                "BD-rate MS-SSIM %", "V", "W", "A",
            ],
            expected: schemes.map { [$0.name, "99,999,999", "99,999,999", "", "", "", "", "", "15", "12", "36"] })
        try Console.result(table.heading)
        // Every choice studied has the whole scheme among its rows.
        var known: [QuantizationOptions: [String]] = [:]
        for scheme in schemes {
            Console.progress(scheme.name)
            let figures =
                try known[scheme.options] ?? figures(network, scheme.options, calibration, machine, originals, float)
            known[scheme.options] = figures
            Console.endProgress()
            try Console.result(table.text(of: [scheme.name] + figures))
        }
        try RefusedItems.requireNone(refused, done: originals.count, items: "pictures")
    }

    private func figures(
        _ network: FloatNetwork, _ options: QuantizationOptions, _ calibration: [Tensor<UInt8>],
        _ machine: MachineDescription,
        _ originals: [(name: String, image: RGBImage)], _ float: RateDistortionCurve
    ) throws -> [String] {
        var quantized = try Quantizer(network, options: options).quantize(calibration, memory: memory.budget())
        quantized = try CodecCalibration.prepared(quantized, prior: network.prior, pictures: calibration)
        let coding = WeightCodingSummary(quantized)
        let difference = try difference(quantized, machine, originals, float)
        return try parameters(quantized, machine) + [coding.zeroPercent.fixed(1), coding.codedBits.fixed(2)]
            + [difference.psnr, difference.msSSIM].map { $0?.cubicPercent.fixed(2) ?? "-" } + widths(quantized)
    }

    private func floatRows(
        _ network: FloatNetwork, _ image: RGBImage, named name: String, _ memory: MemoryBudget
    ) throws(Diagnostic) -> [Evaluation.Picture] {
        var rows: [Evaluation.Picture] = []
        for rate in 0..<network.rateCount {
            rows.append(
                try Evaluation.Picture(float: network, image, named: name, curve: "float", rate: rate, memory: memory))
        }
        return rows
    }

    private func floatCurve(_ network: FloatNetwork, _ rows: [Evaluation.Picture]) -> RateDistortionCurve {
        var evaluation = Evaluation(network: network.graph.name, machine: "")
        evaluation.pictures = rows
        evaluation.closeCurve("float")
        return evaluation.curves[0]
    }

    /// Of nearest symbols, against the float network.
    private func difference(
        _ network: QuantizedNetwork, _ machine: MachineDescription, _ originals: [(name: String, image: RGBImage)],
        _ float: RateDistortionCurve
    ) throws -> (psnr: BDRate.Result?, msSSIM: BDRate.Result?) {
        var codec = try PictureCodec(
            ProvenNetwork(network), machine: machine, threads: work.threads,
            memory: memory.budget(threads: work.threads))
        var evaluation = Evaluation(network: network.graph.name, machine: machine.name)
        for (name, image) in originals {
            for rate in 0..<codec.rateCount {
                evaluation.pictures += try codec.measure(
                    image, named: name, rate: rate,
                    quantizers: [("round", LatentQuantizer(.round, fractionBits: codec.fractionBits))])
            }
        }
        evaluation.closeCurve("round")
        return (
            try? BDRate.compare(evaluation.curves[0], to: float, by: .psnr),
            try? BDRate.compare(evaluation.curves[0], to: float, by: .msSSIM)
        )
    }

    private func parameters(_ network: QuantizedNetwork, _ machine: MachineDescription) throws -> [String] {
        let multiple = network.graph.sizeMultiple
        let totals = try SimulationPlan(network: network, machine: machine, width: multiple, height: multiple).report()
            .totals
        let share = 100 * Double(totals.parameterBytes) / Double(totals.parameterBytesFloat32)
        return [totals.weightBytes.grouped, totals.parameterBytes.grouped, share.fixed(2)]
    }

    private func widths(_ network: QuantizedNetwork) -> [String] {
        ["\(network.widths.activationBits)", "\(network.widths.weightBits)", "\(network.widths.accumulatorBits)"]
    }
}

/// A row of the study.
struct CodecScheme {
    let name: String
    let options: QuantizationOptions
    /// Nothing of S1, or all of it.
    var isEnd = false

    static func all(for machine: MachineDescription, sparsities: [Double]) -> [CodecScheme] {
        func scheme(
            _ name: String, isEnd: Bool = false, _ base: QuantizationOptions = QuantizationOptions(),
            _ change: (inout QuantizationOptions) -> Void = { _ in }
        ) -> CodecScheme {
            var options = base
            change(&options)
            return CodecScheme(name: name, options: options.limited(to: machine), isEnd: isEnd)
        }
        let ends = [scheme("plain 8 bits", isEnd: true, .plain), scheme("all of S1", isEnd: true)]
        let groupings: [(String, WeightGrouping)] = [("layer", .layer), ("output channel", .outputChannel)]
        let weights = groupings.flatMap { grouping in
            studiedLaws.flatMap { law in
                [WeightClipping.none, .searched].map { clipping in
                    scheme("weights by \(grouping.0), \(law)\(clipping == .searched ? ", clipped" : "")") {
                        ($0.weightGrouping, $0.weightLaw, $0.weightClipping) = (grouping.1, law, clipping)
                    }
                }
            }
        }
        let deadZones = sparsities.map { share in
            scheme("weights with a dead zone, \(share) zero") {
                ($0.weightLaw, $0.weightSparsity, $0.weightClipping) = (
                    .deadZone(numerator: 1, denominator: 16, levelBits: 8), share, .none
                )
            }
        }
        let codebooks = [1, 2, 4, 8].map { count in
            scheme(count == 1 ? "no multiplexer" : "multiplexer of \(count) codebooks") { $0.codebooks = count }
        }
        let laws = (studiedLaws.prefix(4) + [.table]).map { law in
            scheme("activations \(law)") { $0.activationLaw = law }
        }
        let means = MeanRemoval.allCases.map { removal in
            scheme("mean removal \(removal.rawValue)") { $0.meanRemoval = removal }
        }
        return [ends[0]] + weights + deadZones + codebooks + laws + means + [ends[1]]
    }
}

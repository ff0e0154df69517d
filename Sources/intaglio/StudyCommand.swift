import ArgumentParser
import Calibration
import Diagnostics
import Graph
import Images
import NetworkFiles
import Networks
import Quantization
import Reports
import Simulation
import Studies
import Tensors
import Text

struct StudyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "study", abstract: "Print what each choice of quantization gains and what memory it costs.",
        subcommands: [
            StudyWeights.self, StudyCodebooks.self, StudyMeans.self, StudySchemes.self, StudyCodec.self,
            StudyCoding.self,
        ])
}

/// The network and the pictures of a study.
struct StudyOptions: ParsableArguments {
    @Option(help: "A bundled network's name, or a network file that carries float weights.") var network: String =
        NetworkSource.defaultName
    @Option(help: "A folder of PNG photographs that ranges and means come from.") var calibration: String
    @Option(help: "A folder of PNG pictures that PSNR is measured on; the calibration pictures without one.")
    var images: String?
    @Option(help: "How many calibration pictures.") var pictures = 8
    @Option(help: "How many pictures PSNR is measured on.") var measured = 4
    @Option(help: "Side of the square cut from the middle of each picture.") var crop = 256
    @OptionGroup var memory: MemoryOptions
    @OptionGroup var results: StudyOutputOptions

    func validate() throws {
        try requireStudyRanges(pictures: pictures, measured: measured, crop: crop)
    }

    /// Measures rows, each printed as soon as it is there.
    ///
    /// - Parameter measure: calls the function that it is given with every row.
    func show(
        saturated: Bool = false, coded: Bool = false,
        _ measure: (Study, (StudyRow) throws(Diagnostic) -> Void) throws(Diagnostic) -> Void
    ) throws {
        let memory = memory.budget()
        let source = try NetworkSource.opening(self.network, memory: memory)
        let network = try source.float()
        let calibration = try calibrationPictures(
            self.calibration, count: pictures, side: crop, of: network.graph, memory: memory)
        var refused: [Diagnostic] = []
        let measured = try CalibrationFolder.pictures(
            images ?? self.calibration, count: self.measured, side: crop, multiple: network.graph.sizeMultiple,
            memory: memory, refused: &refused)
        guard !measured.isEmpty else { return try RefusedItems.requireNone(refused, done: 0, items: "pictures") }
        let study = Study(network, calibration: calibration, pictures: measured)
        try study.requireMemory(memory)
        let table = GrowingTable(
            header: ["choice", "SQNR\ndB", "PSNR\nchange dB", "weight\nB", "ROM\nbits", "select\nbits"]
                + (saturated ? ["latents outside\n8 bits"] : [])
                + (coded ? ["zero\n%", "entropy\nbits"] : []),
            expected: [["outputChannel, deadZone 1/16 8", "", "", "99,999,999", "999,999", "9,999,999"]],
            width: TextStyle(of: 1).width)
        var output = try StudyOutput(table, results)
        try measure(study) { row throws(Diagnostic) in
            let costs = [row.cost.weightBytes, row.cost.romBits, row.cost.selectBits].map(\.grouped)
            try output.append(
                [row.choice, row.signalToNoiseDecibels.fixed(2), row.psnrChangeDecibels.fixed(3)] + costs
                    + (saturated ? [row.saturatedLatents.grouped] : [])
                    + (coded ? [row.zeroPercent.fixed(1), row.entropyBits.fixed(2)] : []),
                ResultRecord(
                    [
                        ("choice", .text(row.choice)),
                        ("signalToNoiseDecibels", .init(row.signalToNoiseDecibels)),
                        ("psnrChangeDecibels", .init(row.psnrChangeDecibels)),
                        ("weightBytes", .integer(row.cost.weightBytes)), ("romBits", .integer(row.cost.romBits)),
                        ("selectBits", .integer(row.cost.selectBits)),
                    ] + (saturated ? [("saturatedLatents", .integer(row.saturatedLatents))] : [])
                        + (coded
                            ? [
                                ("zeroWeightsPercent", .init(row.zeroPercent)),
                                ("entropyBitsPerWeight", .init(row.entropyBits)),
                            ] : [])))
        }
        try output.close(DocumentHeader(network: source.file.identity()))
        try RefusedItems.requireNone(refused, done: measured.count, items: "pictures")
    }
}

/// - Parameters:
///   - pictures: for calibration.
///   - measured: pictures to measure, nil for all.
///   - crop: side of a calibration square.
func requireStudyRanges(pictures: Int, measured: Int?, crop: Int) throws {
    guard (1...10_000).contains(pictures) else {
        throw ValidationError("--pictures must be in 1...10000, found \(pictures)")
    }
    guard measured.map({ $0 >= 1 }) ?? true else {
        throw ValidationError("--measured must be at least 1, found \(measured!)")
    }
    guard (16...4096).contains(crop) else { throw ValidationError("--crop must be in 16...4096, found \(crop)") }
}

/// What a study measures on, a value a picture of a folder.
///
/// - Parameters:
///   - memory: for one picture beside those that have been read, which stay.
///   - refused: gets the pictures for which there is none, and sub-folders that cannot be read.
///   - measure: name relative to the folder, the picture, and what it may take.
/// - Throws: `RefusedItems` where there is no value at all.
func studyPictures<Value>(
    _ path: String, atMost count: Int?, memory: MemoryBudget, refused: inout [Diagnostic],
    _ measure: (String, RGBImage, MemoryBudget) throws(Diagnostic) -> Value
) throws -> [Value] {
    let folder = try PictureFolder.listed(path, atMost: count)
    refused += folder.refused
    var values: [Value] = []
    var keptBytes = 0
    for picture in folder.pictures {
        Console.progress("float network on \(picture.name)")
        do throws(Diagnostic) {
            let free = memory.beside(keptBytes)
            let image = try PNGReader.read(path: picture.path, memory: free).image
            // The picture, and what the float network makes of it.
            let byteCount = 2 * image.samples.count
            values.append(try measure(picture.name, image, free.beside(byteCount)))
            keptBytes += byteCount
        } catch {
            refused.append(error.within(picture.path))
        }
    }
    Console.endProgress()
    if values.isEmpty { try RefusedItems.requireNone(refused, done: 0, items: "pictures") }
    return values
}

/// Parts of the weights that are zero.
func zeroShares(_ list: String) throws -> [Double] {
    try parts(of: list, option: "--sparsities").map { word in
        guard let share = Double(decimal: word), (0...0.99).contains(share) else {
            throw ValidationError("--sparsities takes numbers in 0...0.99, with commas, found '\(word)'")
        }
        return share
    }
}

struct StudyWeights: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "weights", abstract: "Grouping x law of the weights, everything else float.")
    @OptionGroup var options: StudyOptions
    @Flag(help: "Put the largest code at the largest magnitude instead of searching.") var withoutClipping = false

    func run() throws {
        try options.show(coded: true) { study, show throws(Diagnostic) in
            _ = try study.weights(
                laws: StudiedLaws.closedForms + StudiedLaws.deadZones, clipping: withoutClipping ? .none : .searched,
                show: show)
        }
    }
}

struct StudyCodebooks: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "codebooks", abstract: "Law and number of activation codebooks, everything else float.")
    @OptionGroup var options: StudyOptions

    func run() throws {
        try options.show { study, show throws(Diagnostic) in
            _ = try study.codebooks(laws: Array(StudiedLaws.closedForms.prefix(4)), counts: [1, 2, 4, 8], show: show)
        }
    }
}

struct StudyMeans: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "means", abstract: "What is removed from the latents before they become 8 bits.")
    @OptionGroup var options: StudyOptions

    func run() throws {
        try options.show(saturated: true) { study, show throws(Diagnostic) in _ = try study.means(show: show) }
    }
}

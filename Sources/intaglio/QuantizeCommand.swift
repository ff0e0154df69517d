import ArgumentParser
import Calibration
import Diagnostics
import Graph
import Images
import MachineDescription
import NetworkFiles
import Networks
import Reports
import Simulation
import Tensors
import Text
import WeightCoding

struct QuantizeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "quantize",
        abstract: "Turn a float network into integers, with ranges from calibration photographs.",
        discussion:
            """
            The file that is written holds the integers and carries the float network along, so that `run --float` can \
            say what quantization cost.
            """
    )

    @Argument(help: "A float network file (see `intaglio import`).") var float: String
    @Option(
        help: "A folder of PNG photographs (sub-folders too), or of the network's inputs as .npy files."
    ) var calibration: String
    @Option(name: .shortAndLong, help: "The network file to write.") var output: String
    @Option(
        help:
            """
            With --input-scale: what the network was trained to see of samples 0...1, (sample - mean) / scale; one \
            number, or one for each channel with commas. A layer that does it is put in front.
            """
    ) var inputMean: String?
    @Option(help: "See --input-mean.") var inputScale: String?
    @Option(
        name: .customLong("input-layout"),
        help: "With .npy files: the order of their elements, nhwc or nchw. (default: nhwc)"
    ) var givenLayout: TensorDumpForm.Layout?
    @Option(help: "The machine whose widths V, W and A must suffice.") var machine = "mid"
    @OptionGroup var choices: QuantizationChoices
    @Flag(help: "Prepare the network for encode and decode: latents on a grid of 1/64 step, integer entropy tables.")
    var codec = false
    @Option(
        help:
            """
            The float network to carry along in place of the one that is quantized: where the second was fine-tuned \
            from the first.
            """
    ) var reference: String?
    @Flag(help: "Leave the float weights out of the file.") var withoutFloat = false
    @Flag(help: "Write what was quantized as one JSON document to standard output.") var json = false

    func validate() throws {
        guard reference == nil || !withoutFloat else {
            throw ValidationError(
                "--reference names a float network to carry along, --without-float carries none; give one of them")
        }
    }

    @OptionGroup var memory: MemoryOptions

    func run() throws {
        var files = DistinctFiles()
        files.read(float, by: "the float network")
        files.read(reference, by: "--reference")
        files.read(machine, by: "--machine")
        files.write(output, by: "--output")
        try files.requireDistinct()
        let machine = try MachineDescription.loadOrRefuse(machine)
        let options = try choices.options(for: machine)
        guard options.activations.codebooks <= machine.codebookMux.codebooks else {
            throw Diagnostic(
                .machineCodebooksExceeded, at: "--codebooks",
                found: "J = \(options.activations.codebooks.counted("codebook"))",
                expected: "at most \(machine.codebookMux.codebooks) on machine '\(machine.name)'",
                remedy: "ask for fewer, or for a machine with more")
        }
        let source = try NetworkSource.opening(float, memory: memory.budget())
        var network = try source.float()
        if codec {
            network = try network.withLatentOperators()
            // What cannot be coded is refused before the work.
            _ = try CodecTensors(network.graph)
        }
        let normalization = try inputNormalization()
        if let normalization { network = try network.normalizing(normalization) }
        let carried = try carriedFloat(network, normalization)
        let pictures = try calibrationSet(
            calibration, choices, layout: givenLayout, of: network, from: source, memory: memory.budget())
        var fidelity: [TensorFidelity] = []
        var quantized = try Quantizer(network, options: options).quantize(
            pictures, memory: memory.budget(), progress: { Console.progress("layer", $0, of: $1) },
            measured: { fidelity.append($0) })
        if codec {
            quantized = try CodecCalibration.prepared(quantized, prior: network.prior, pictures: pictures.photographs)
        }
        Console.endProgress()
        let file = NetworkFile(float: carried, quantized: quantized)
        try file.write(output)
        Console.note(
            """
            \(output): \(network.graph.name) with V \(quantized.widths.activationBits), W \
            \(quantized.widths.weightBits), A \(quantized.widths.accumulatorBits), calibrated on \
            \(pictures.text); \(WeightCodingSummary(quantized).text)
            """
        )
        let added = Set(quantized.graph.layers.map(\.name)).subtracting(network.graph.layers.map(\.name)).sorted()
        if !added.isEmpty {
            Console.note(
                """
                requantize layers that were added, before copies that cannot take their operand's format: \
                \(added.joined(separator: ", "))
                """)
        }
        let (widths, summary) = (quantized.widths, WeightCodingSummary(quantized))
        let report = QuantizationReport(
            output: output, activationBits: widths.activationBits, weightBits: widths.weightBits,
            accumulatorBits: widths.accumulatorBits, photographs: pictures.photographs.count,
            drawnPictures: pictures.pictures.count - pictures.photographs.count,
            zeroWeightsPercent: summary.zeroPercent, entropyBitsPerWeight: summary.entropyBits,
            codedBitsPerWeight: summary.codedBits, layers: fidelity)
        guard json else { return try Console.result(report.text) }
        try Console.document(report, DocumentHeader(machine: machine, network: file.identity()))
    }

    private func inputNormalization() throws -> InputNormalization? {
        guard inputMean != nil || inputScale != nil else { return nil }
        func numbers(_ list: String?, _ option: String, _ missing: Double) throws -> [Double] {
            try list.map { list in
                try parts(of: list, option: option, allowingRepeats: true).map { part in
                    guard let number = Double(decimal: part) else {
                        throw ValidationError("\(option) takes numbers with commas between them, found '\(list)'")
                    }
                    return number
                }
            } ?? [missing]
        }
        return InputNormalization(
            mean: try numbers(inputMean, "--input-mean", 0), scale: try numbers(inputScale, "--input-scale", 1))
    }

    /// What `run --float` and `evaluate --float` will compare with.
    private func carriedFloat(
        _ network: FloatNetwork, _ normalization: InputNormalization?
    ) throws -> FloatNetwork? {
        guard let reference else { return withoutFloat ? nil : network }
        var float = try NetworkSource.opening(reference, memory: memory.budget()).float()
        if codec { float = try float.withLatentOperators() }
        if let normalization { float = try float.normalizing(normalization) }
        guard float.graph.layers == network.graph.layers, float.graph.inputs == network.graph.inputs else {
            throw Diagnostic(
                .networkReferenceUnfit, at: "--reference \(reference)",
                found: "\(float.graph.name), whose layers differ from those of \(network.graph.name)",
                expected: "the same layers in the same order",
                remedy: "name the float network that fine-tuning started from")
        }
        float.graph.name = network.graph.name
        return float
    }
}

extension CalibrationPictures {
    /// What they are, as a part of a sentence.
    fileprivate var text: String {
        guard arePictures else { return pictures.count.counted("tensor") }
        let drawn = pictures.count - photographs.count
        return "\(photographs.count.counted("crop")) of photographs"
            + (drawn > 0 ? " and \(drawn.counted("drawn picture")) of \((kinds.count - 1).counted("kind"))" : "")
    }
}

/// The photographs of a folder, and the drawn kinds beside them where the network takes colour pictures and nothing
/// else is asked for; or the tensors of a folder.
func calibrationSet(
    _ folder: String, _ choices: QuantizationChoices, layout: TensorDumpForm.Layout?, of network: FloatNetwork,
    from source: NetworkSource, memory: MemoryBudget
) throws -> CalibrationPictures {
    let graph = network.graph
    if try CalibrationTensors.isFolder(folder) {
        try refuseUnused(
            [
                "--crops": choices.givenCrops != nil, "--crop": choices.givenCrop != nil,
                "--photographs-only": choices.photographsOnly,
            ], goingWith: "a folder of PNG photographs")
        let tensors = try CalibrationTensors(
            folder, count: choices.pictures, channels: graph.inputs[0].channels, layout: layout ?? .nhwc,
            takesVectors: source.extent.map { $0.width == 1 && $0.height == 1 } ?? network.takesVectors,
            memory: memory)
        return CalibrationPictures(tensors: tensors.codes, scale: tensors.scale)
    }
    try refuseUnused(["--input-layout": layout != nil], goingWith: "a folder of .npy files")
    // A network that is held to squares of one side takes them.
    let own = graph.inputs[0].extent
    let side = choices.givenCrop ?? own.flatMap { $0.height == $0.width ? $0.height : nil } ?? choices.crop
    let photographs = try calibrationPictures(
        folder, count: choices.pictures, crops: choices.crops, side: side, of: graph, memory: memory)
    let alone = CalibrationPictures(photographs: photographs)
    guard graph.inputs[0].channels == 3, !choices.photographsOnly else { return alone }
    let all = CalibrationPictures(photographs: photographs, drawnWithSide: side, multiple: graph.sizeMultiple)
    func isHeldTo(_ picture: Tensor<UInt8>?) -> Bool {
        picture?.shape.height == own?.height && picture?.shape.width == own?.width
    }
    // Pictures of another size are refused; drawn ones, which nobody asked for, are left out.
    guard let own, isHeldTo(photographs.first), !isHeldTo(all.pictures.last) else { return all }
    Console.note("no drawn pictures of \(own.width)x\(own.height), the network's only size: photographs alone")
    return alone
}

/// Calibration pictures, all of them: ranges from fewer pictures would be others, without a trace of it in the network.
///
/// - Throws: `RefusedItems` with every one that is refused.
func calibrationPictures(
    _ folder: String, count: Int, crops: Int = 1, side: Int, of graph: Graph, memory: MemoryBudget = .standard
) throws -> [Tensor<UInt8>] {
    var refused: [Diagnostic] = []
    let pictures = try CalibrationFolder.pictures(
        folder, count: count, crops: crops, side: side, multiple: graph.sizeMultiple, memory: memory, refused: &refused)
    guard refused.isEmpty else {
        throw RefusedItems(
            refused, others: pictures.count, items: "calibration pictures",
            consequence: "nothing was quantized, because ranges from fewer pictures would be others")
    }
    return pictures
}

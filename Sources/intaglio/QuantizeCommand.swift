public import ArgumentParser
public import Calibration
import Diagnostics
import FixedPoint
import Graph
import Images
import MachineDescription
import NetworkFiles
import Networks
import Quantization
import Simulation
import Tensors
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
    @Option(help: "A folder of PNG photographs (sub-folders too).") var calibration: String
    @Option(name: .shortAndLong, help: "The network file to write.") var output: String
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
        let machine = try MachineDescription.load(machine)
        let options = try choices.options(for: machine)
        guard options.codebooks <= machine.codebookMux.codebooks else {
            throw Diagnostic(
                .machineCodebooksExceeded, at: "--codebooks", found: "J = \(options.codebooks) codebooks",
                expected: "at most \(machine.codebookMux.codebooks) on machine '\(machine.name)'",
                remedy: "ask for fewer, or for a machine with more")
        }
        var network = try NetworkSource(float, memory: memory.budget()).float()
        if codec { network = try network.withLatentOperators() }
        let carried = try carriedFloat(network)
        let pictures = try calibrationSet(calibration, choices, of: network.graph, memory: memory.budget())
        var quantized = try Quantizer(network, options: options).quantize(pictures, memory: memory.budget()) {
            Console.progress("quantizing \($0)")
        }
        if codec {
            quantized = try CodecCalibration.prepared(quantized, prior: network.prior, pictures: pictures.photographs)
        }
        Console.endProgress()
        let drawn =
            pictures.kinds.count > 1
            ? """
             and \(pictures.pictures.count - pictures.photographs.count) drawn pictures of \(pictures.kinds.count - 1) \
            kinds
            """
            : ""
        try NetworkFile(float: carried, quantized: quantized).write(output)
        Console.say(
            """
            \(output): \(network.graph.name) with V \(quantized.widths.activationBits), W \
            \(quantized.widths.weightBits), A \(quantized.widths.accumulatorBits), calibrated on \
            \(pictures.photographs.count) crops of photographs\(drawn); \(WeightCodingSummary(quantized).text)
            """
        )
    }

    /// What `run --float` and `evaluate --float` will compare with.
    private func carriedFloat(_ network: FloatNetwork) throws -> FloatNetwork? {
        guard let reference else { return withoutFloat ? nil : network }
        var float = try NetworkSource(reference, memory: memory.budget()).float()
        if codec { float = try float.withLatentOperators() }
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

/// The photographs of a folder, and the drawn kinds beside them where the network takes colour pictures and nothing
/// else is asked for.
func calibrationSet(
    _ folder: String, _ choices: QuantizationChoices, of graph: Graph, memory: MemoryBudget
) throws -> CalibrationPictures {
    let photographs = try calibrationPictures(
        folder, count: choices.pictures, crops: choices.crops, side: choices.crop, of: graph, memory: memory)
    guard graph.inputs[0].channels == 3, !choices.photographsOnly else {
        return CalibrationPictures(photographs: photographs)
    }
    return CalibrationPictures(photographs: photographs, drawnWithSide: choices.crop, multiple: graph.sizeMultiple)
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

/// The choices of quantization, shared by `quantize` and `study`.
struct QuantizationChoices: ParsableArguments {
    @Flag(help: "Classic 8 bits: linear, one scale a layer, one range a tensor, no mean removal, no search.")
    var plain = false
    @Option(help: "Law of the weights: linear, 'power P/Q', 'logarithmic A', 'minifloat E M', 'deadZone P/Q B', table.")
    var weights: String?
    @Option(
        help:
            """
            With a deadZone law: the part of each layer's weights that must be zero, 0...0.99; every layer gets the \
            narrowest dead zone for it.
            """
    ) var sparsity: Double?
    @Option(help: "Which weights share a scale: \(WeightGrouping.allCases.map(\.rawValue).joined(separator: ", ")).")
    var grouping: WeightGrouping?
    @Option(
        help: "Where the largest weight code lies: \(WeightClipping.allCases.map(\.rawValue).joined(separator: ", ")).")
    var weightClipping: WeightClipping?
    @Option(help: "Law of the activation codebooks.") var activations: String?
    @Option(help: "J: codebooks a tensor behind the multiplexer; 1 is no multiplexer.") var codebooks: Int?
    @Option(
        help:
            """
            How many codebooks it takes to halve the range; more choose a channel's range more closely and reach fewer \
            octaves. (default: 1)
            """
    ) var codebooksPerOctave: Int?
    @Option(
        help:
            """
            What is removed from the latents: \(MeanRemoval.allCases.map(\.rawValue).joined(separator: ", ")); unless \
            none, other codebooks may lie about a channel's median.
            """
    ) var meanRemoval: MeanRemoval?
    @Flag(help: "The same as --mean-removal none.") var noMeanRemoval = false
    @Option(
        help:
            """
            Where the largest activation entry lies: \(RangeSelection.allCases.map(\.rawValue).joined(separator: ", ")).
            """
    ) var ranges: RangeSelection?
    @Flag(
        inversion: .prefixedNo,
        help:
            """
            Let biases take up the mean error where all kinds of pictures share it; --bias-correction also those that \
            were trained with learned clips, which keep theirs otherwise.
            """
    ) var biasCorrection: Bool?
    @Flag(help: "Search all ranges even if the float network was fine-tuned and brings its own.")
    var ignoreLearnedRanges = false
    @Option(help: "Rounding rule of requantization.") var rounding: RoundingRule?
    @Option(help: "V: bits of decoded activations (at most the machine's).") var activationBits: Int?
    @Option(help: "W: bits of decoded weights (at most the machine's).") var weightBits: Int?
    @Option(help: "How many calibration photographs, evenly spaced through the folder.") var pictures = 24
    @Option(help: "How many squares are cut from each photograph, all over it; one alone is cut from the middle.")
    var crops = 2
    @Option(help: "Side of a square.") var crop = 192
    @Flag(
        help:
            """
            Calibrate on the photographs alone; otherwise a chart of saturated colours and drawn pictures (see \
            `intaglio pictures`) count as much as they do.
            """
    ) var photographsOnly = false

    func validate() throws {
        guard (1...10_000).contains(pictures) else {
            throw ValidationError("--pictures must be in 1...10000, found \(pictures)")
        }
        guard (1...1_000).contains(crops) else { throw ValidationError("--crops must be in 1...1000, found \(crops)") }
        guard (16...4096).contains(crop) else { throw ValidationError("--crop must be in 16...4096, found \(crop)") }
        guard sparsity.map((0...0.99).contains) ?? true else {
            throw ValidationError("--sparsity must be in 0...0.99, found \(sparsity!)")
        }
        guard sparsity == nil || weights?.hasPrefix("deadZone") == true else {
            throw ValidationError("--sparsity goes with --weights 'deadZone P/Q B'")
        }
        guard codebooks.map((1...256).contains) ?? true else {
            throw ValidationError("--codebooks must be in 1...256, found \(codebooks!)")
        }
        guard !noMeanRemoval || meanRemoval == nil else {
            throw ValidationError("--no-mean-removal is --mean-removal none: give one of them")
        }
        if codebooks ?? (plain ? 1 : 8) == 1 {
            try refuseUnused(
                ["--codebooks-per-octave": codebooksPerOctave != nil],
                goingWith: "several codebooks: --codebooks 2...256")
        }
        if weights.map({ $0 == "linear" }) ?? plain {
            try refuseUnused(["--weight-bits": weightBits != nil], goingWith: "another law: linear weights take 8 bits")
        }
        if activations == "table" {
            try refuseUnused(
                ["--ranges": ranges != nil, "--codebooks-per-octave": codebooksPerOctave != nil],
                goingWith: "a law with a formula: a table is fitted and has no range to choose")
        }
        if plain {
            try refuseUnused(
                ["--ignore-learned-ranges": ignoreLearnedRanges],
                goingWith: "the choices without --plain, which takes no learned ranges anyway")
        }
        guard codebooksPerOctave.map((1...64).contains) ?? true else {
            throw ValidationError("--codebooks-per-octave must be in 1...64, found \(codebooksPerOctave!)")
        }
    }

    func options(for machine: MachineDescription) throws -> QuantizationOptions {
        let (largestActivationBits, largestWeightBits) = (machine.macArray.activationBits, machine.macArray.weightBits)
        guard activationBits.map({ (8...largestActivationBits).contains($0) }) ?? true else {
            throw ValidationError(
                """
                --activation-bits must be in 8...\(largestActivationBits), the V of machine \(machine.name), found \
                \(activationBits!)
                """
            )
        }
        guard weightBits.map({ (8...largestWeightBits).contains($0) }) ?? true else {
            throw ValidationError(
                """
                --weight-bits must be in 8...\(largestWeightBits), the W of machine \(machine.name), found \
                \(weightBits!)
                """
            )
        }
        var options = plain ? QuantizationOptions.plain : QuantizationOptions()
        if let weights { options.weightLaw = try Law(weights, at: "--weights") }
        if let activations { options.activationLaw = try Law(activations, at: "--activations") }
        options.weightSparsity = sparsity
        options.weightGrouping = grouping ?? options.weightGrouping
        if case .deadZone = options.weightLaw { options.weightClipping = .none }
        options.weightClipping = weightClipping ?? options.weightClipping
        options.codebooks = codebooks ?? options.codebooks
        options.codebooksPerOctave = codebooksPerOctave ?? options.codebooksPerOctave
        options.meanRemoval = noMeanRemoval ? .none : meanRemoval ?? options.meanRemoval
        options.rangeSelection = ranges ?? options.rangeSelection
        options.correctsBias = biasCorrection ?? options.correctsBias
        options.correctsTrainedBias = biasCorrection ?? false
        if ignoreLearnedRanges { options.takesLearnedRanges = false }
        options.rounding = rounding ?? options.rounding
        options.activationBits = activationBits ?? options.activationBits
        options.weightBits = weightBits ?? options.weightBits
        return options.limited(to: machine)
    }
}

extension WeightGrouping: ExpressibleByArgument {}
extension WeightClipping: ExpressibleByArgument {}
extension MeanRemoval: ExpressibleByArgument {}
extension RangeSelection: ExpressibleByArgument {}

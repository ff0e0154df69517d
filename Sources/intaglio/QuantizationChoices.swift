public import ArgumentParser
public import Calibration
import FixedPoint
import MachineDescription
import Quantization

/// The choices of `quantize`: what is given takes the place of a default of `QuantizationOptions`.
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
            """,
        transform: decimalNumber
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
    @Option(help: "How many calibration photographs or tensors, evenly spaced through the folder.") var pictures = 24
    @Option(
        name: .customLong("crops"),
        help:
            """
            How many squares are cut from each photograph, all over it; one alone is cut from the middle. (default: 2)
            """
    ) var givenCrops: Int?
    @Option(name: .customLong("crop"), help: "Side of a square. (default: 192)") var givenCrop: Int?
    @Flag(
        help:
            """
            Calibrate on the photographs alone; otherwise a chart of saturated colours and drawn pictures (see \
            `intaglio pictures`) count as much as they do.
            """
    ) var photographsOnly = false

    var crops: Int { givenCrops ?? 2 }
    var crop: Int { givenCrop ?? 192 }

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
        try choose(&options.weights)
        try choose(&options.activations)
        options.corrections.bias = biasCorrection ?? options.corrections.bias
        options.corrections.trainedBias = biasCorrection ?? false
        if ignoreLearnedRanges { options.takesLearnedRanges = false }
        options.arithmetic.rounding = rounding ?? options.arithmetic.rounding
        return options.limited(to: machine)
    }

    private func choose(_ options: inout WeightOptions) throws {
        if let weights { options.law = try Law(weights, at: "--weights") }
        if case .deadZone = options.law { options.clipping = .none }
        options.sparsity = sparsity
        options.grouping = grouping ?? options.grouping
        options.clipping = weightClipping ?? options.clipping
        options.bits = weightBits ?? options.bits
    }

    private func choose(_ options: inout ActivationOptions) throws {
        if let activations { options.law = try Law(activations, at: "--activations") }
        options.codebooks = codebooks ?? options.codebooks
        options.codebooksPerOctave = codebooksPerOctave ?? options.codebooksPerOctave
        options.meanRemoval = noMeanRemoval ? .none : meanRemoval ?? options.meanRemoval
        options.rangeSelection = ranges ?? options.rangeSelection
        options.bits = activationBits ?? options.bits
    }
}

extension WeightGrouping: ExpressibleByArgument {}
extension WeightClipping: ExpressibleByArgument {}
extension MeanRemoval: ExpressibleByArgument {}
extension RangeSelection: ExpressibleByArgument {}

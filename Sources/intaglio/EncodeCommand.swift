public import ArgumentParser
public import Codec
import Diagnostics
import EntropyCoding
import Foundation
import Images
import MachineDescription
import NetworkFiles
import Reports
import Simulation
import Text

/// How latents are quantized.
struct QuantizerOptions: ParsableArguments {
    @Option(
        help:
            """
            \(QuantizerKind.allCases.map(\.rawValue).joined(separator: ", ")) (the last with --trellis). (default: \
            \(QuantizerKind.round.rawValue))
            """
    ) var quantizer: QuantizerKind?
    @Option(help: "Step in sixteenths of a symbol step: 16 scalar, 9 trellis (union step) unless said otherwise.")
    var step: Int?
    @Option(help: "Squared symbol steps that one bit is worth (rdoq and trellis).", transform: decimalNumber)
    var lambda: Double?
    @Option(
        help: "A trellis table: a line a state with the next states for even and odd indices and the quantizer, 0 or 1."
    ) var trellis: String?

    private var kind: QuantizerKind { quantizer ?? .round }

    func validate() throws {
        guard (kind == .trellis) == (trellis != nil) else {
            throw ValidationError("--trellis FILE goes with --quantizer trellis")
        }
        guard lambda.map({ $0 >= 0 && $0 < 100 }) ?? true else {
            throw ValidationError("--lambda must be in 0..<100, found \(lambda!)")
        }
        guard step.map(DecisionSettings.steps.contains) ?? true else {
            throw ValidationError("--step must be in \(DecisionSettings.steps), found \(step!)")
        }
    }

    /// lambda where nothing weighs bits.
    func refuseUnusedLambda() throws {
        if kind == .round {
            try refuseUnused(
                ["--lambda": lambda != nil],
                goingWith: "a quantizer that weighs bits: --quantizer rdoq, tcq4, tcq8 or trellis")
        }
    }

    /// For latents of F fraction bits.
    func latentQuantizer(fractionBits: Int) throws -> LatentQuantizer {
        let table = try trellis.map { try TrellisTable(contentsOf: $0) }
        let steps = try step.map { try gridSteps(sixteenths: $0, fractionBits: fractionBits) }
        return LatentQuantizer(kind, fractionBits: fractionBits, step: steps, lambda: lambda, trellis: table)
    }
}

/// Steps of the latents' grid.
///
/// - Throws: for a step between those of the grid, which would silently become another; `codecStepOutOfRange`.
func gridSteps(sixteenths: Int, fractionBits: Int) throws -> Int {
    guard sixteenths << fractionBits % 16 == 0 else {
        throw ValidationError(
            """
            --step must be a multiple of \(16 >> fractionBits) on this network's grid of 1/\(1 << fractionBits) symbol \
            step, found \(sixteenths)
            """
        )
    }
    let steps = LatentQuantizer.gridSteps(sixteenths: sixteenths, fractionBits: fractionBits)
    guard DecisionSettings.steps.contains(steps) else {
        throw Diagnostic(
            .codecStepOutOfRange, at: "--step", found: "\(sixteenths), \(steps) grid steps",
            expected: "at most \((DecisionSettings.steps.upperBound << 4) >> fractionBits)",
            remedy: "choose a smaller step")
    }
    return steps
}

extension QuantizerKind: ExpressibleByArgument {}

/// Which prepared network, on which machine.
struct CodecOptions: ParsableArguments {
    @Option(help: "A bundled network's name, or a network file that `quantize --codec` wrote.") var network =
        NetworkSource.defaultName
    @Option(help: "A built-in machine's name, or a machine file.") var machine = "mid"
    @OptionGroup var work: ThreadOptions
    @OptionGroup var memory: MemoryOptions

    /// What is left to pictures and their codec.
    func budget() -> MemoryBudget { memory.budget(threads: work.threads) }

    func codec() throws -> PictureCodec {
        let source = try NetworkSource.opening(network, includingFloat: false, memory: memory.budget())
        return try PictureCodec(
            source.provenAtAllRates(), machine: .loadAndWarn(machine), threads: work.threads, memory: budget())
    }

    /// Of a document about what this codec did.
    func header(of codec: PictureCodec, rate: Int? = nil) -> DocumentHeader {
        DocumentHeader(
            machine: codec.machine, network: NetworkFile(quantized: codec.network).identity(rate: rate))
    }
}

struct EncodeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "encode", abstract: "Encode a picture into a bitstream.",
        discussion:
            """
            Runs the analysis transforms on the machine, chooses symbols, and writes them with integer tables: any \
            machine decodes the file.
            """
    )

    @Argument(help: "A PNG picture of any size.") var picture: String
    @OptionGroup var codec: CodecOptions
    @OptionGroup var quantizer: QuantizerOptions
    @Option(help: "Which of a variable-rate network's rates (0 is the lowest).") var rate = 0
    @Option(name: .shortAndLong, help: "The file to write.") var output: String
    @Option(help: "Also write the picture that a decoder will show.") var reconstruction: String?
    @Option(help: "Also write symbols and reconstructed latents as .npy files into this folder.") var latents: String?
    @Flag(help: "Write what was encoded as one JSON document to standard output.") var json = false

    func validate() throws { try quantizer.refuseUnusedLambda() }

    func run() throws {
        var files = DistinctFiles()
        files.read(picture, by: "the picture")
        files.read(self.codec.network, by: "--network")
        files.read(self.codec.machine, by: "--machine")
        files.read(quantizer.trellis, by: "--trellis")
        files.write(output, by: "--output")
        files.write(reconstruction, by: "--reconstruction")
        try files.requireDistinct()
        let original = try PNGReader.read(path: picture, memory: self.codec.budget()).image
        var codec = try codec.codec()
        let quantizer = try quantizer.latentQuantizer(fractionBits: codec.fractionBits)
        let analysis = try codec.analyse(original, rate: rate)
        let encoded = try codec.encode(analysis, quantizer: quantizer)
        try AtomicFile.write(encoded.bytes, to: output)
        if let reconstruction { try PNGWriter.write(encoded.reconstruction, to: reconstruction) }
        if let latents {
            let name = String(picture.split(separator: "/").last ?? "")
            var folder = try LatentFolder(
                at: latents, of: codec, rates: [rate], quantizers: [(quantizer.kind.rawValue, quantizer)],
                includingSymbols: true, header: self.codec.header(of: codec))
            try folder.write(
                codec.quantizedLatents(analysis, quantizer: quantizer), of: name, original, rate: rate,
                quantizer: quantizer.kind.rawValue)
            if let hyperLatents = codec.hyperLatentValues(analysis) {
                try folder.write(hyperLatents: hyperLatents, of: name, rate: rate)
            }
            try folder.writeIndex()
        }
        let budget = try codec.budget(
            width: original.width, height: original.height, rate: rate, quantizer: quantizer,
            streamBytes: encoded.bytes.count)
        let report = try CodedPictureReport(encoded, original: original, budget: budget)
        if json {
            try Console.document(report, self.codec.header(of: codec, rate: rate))
        } else {
            try Console.result(report.text(TextStyle(of: 1)))
        }
        if let clipping = report.clipping { Console.warn(clipping.sentence) }
    }
}

struct DecodeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "decode", abstract: "Decode a bitstream into the picture that its encoder reconstructed.")

    @Argument(help: "A file that `encode` wrote.") var stream: String
    @OptionGroup var codec: CodecOptions
    @Option(name: .shortAndLong, help: "The PNG picture to write.") var output: String
    @Flag(help: "Write what was decoded as one JSON document to standard output.") var json = false

    func run() throws {
        var files = DistinctFiles()
        files.read(stream, by: "the stream")
        files.read(codec.network, by: "--network")
        files.read(codec.machine, by: "--machine")
        files.write(output, by: "--output")
        try files.requireDistinct()
        var codec = try codec.codec()
        let picture = try codec.decode(StreamFile(stream))
        try PNGWriter.write(picture, to: output)
        guard json else { return Console.note("wrote \(output), \(picture.width)x\(picture.height)") }
        let record: ResultRecord = [
            "output": .text(output), "width": .integer(picture.width), "height": .integer(picture.height),
        ]
        try Console.document(record, self.codec.header(of: codec))
    }
}

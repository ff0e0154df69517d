import ArgumentParser
import Codec
import Diagnostics
import Foundation
import Graph
import Images
import MachineDescription
import Networks
import Simulation

struct EvaluateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate", abstract: "Encode and decode a folder of pictures at every rate; curves and BD-rate.",
        discussion: """
            Rates are those of the files that would be written; every stream is decoded and compared with its encoder's reconstruction. The curve of the first quantizer is
            the anchor of the others; --against adds curves of other result files or of published points.
            """)

    @Argument(help: "A folder of PNG pictures (sub-folders too).") var folder: String
    @OptionGroup var codec: CodecOptions
    @Option(help: "Quantizers, with commas: \(QuantizerKind.allCases.dropLast().map(\.rawValue).joined(separator: ", ")).") var quantizers = "round,rdoq,tcq4,tcq8"
    @Option(help: "Rates of the network, with commas; all without it.") var rates: String?
    @Option(help: "Step in sixteenths of a symbol step for all scalar quantizers; the trellis takes 9/16 of it.") var step = 16
    @Option(help: "A factor on every quantizer's own lambda.") var lambdaFactor = 1.0
    @Option(help: "At most this many pictures, evenly spaced through the folder.") var pictures: Int?
    @Option(help: "A JSON file of curves: another evaluation, or published points; FILE:NAME takes one curve. May be repeated.") var against: [String] = []
    @Flag(name: .customLong("float"), help: "Measure the float network that the file carries too.") var runsFloat = false
    @Option(name: .shortAndLong, help: "Folder for evaluation.json, pictures.csv and curves.svg.") var output: String?
    @Flag(help: "Write the evaluation as one JSON document to standard output.") var json = false

    func validate() throws {
        guard (1...1024).contains(step) else { throw ValidationError("--step must be in 1...1024, found \(step)") }
        guard lambdaFactor >= 0, lambdaFactor <= 100 else { throw ValidationError("--lambda-factor must be in 0...100, found \(lambdaFactor)") }
        guard pictures.map({ $0 > 0 }) ?? true else { throw ValidationError("--pictures must be at least 1") }
        _ = try kinds()
        _ = try chosenRates()
    }

    func run() throws {
        let others = try against.flatMap(curves)
        var codec = try codec.codec()
        let float = runsFloat ? try NetworkSource(self.codec.network, includingFloat: true).float() : nil
        let paths = try chosenPaths()
        let rates = try chosenRates() ?? Array(0..<codec.rateCount)
        let quantizers = try kinds().map { ($0.rawValue, quantizer($0)) }
        var evaluation = Evaluation(network: codec.network.graph.name, machine: codec.machine.name)
        for (index, path) in paths.enumerated() {
            Console.progress("picture \(index + 1) of \(paths.count)")
            let original = try PNGReader.read(path: path).image
            let name = String(path.split(separator: "/").last ?? "")
            for rate in rates {
                evaluation.pictures += try codec.measure(original, named: name, rate: rate, quantizers: quantizers, prior: float?.prior)
                if let float { evaluation.pictures.append(try Evaluation.Picture(float: float, original, named: name, curve: "float", rate: rate)) }
            }
        }
        Console.endProgress()
        for name in quantizers.map(\.0) + (float == nil ? [] : ["float"]) { evaluation.closeCurve(name) }
        evaluation.compare(with: others)
        if let output { try evaluation.write(to: output) }
        try Console.result(json ? evaluation.jsonText() : evaluation.text)
    }

    private func quantizer(_ kind: QuantizerKind) -> LatentQuantizer {
        let isTrellis = kind == .tcq4 || kind == .tcq8
        let own = LatentQuantizer(kind, step: isTrellis ? max(1, (step * 9 + 8) / 16) : step)
        return LatentQuantizer(kind, step: own.step, lambda: own.lambda * lambdaFactor)
    }

    private func kinds() throws -> [QuantizerKind] {
        try quantizers.split(separator: ",").map { word in
            guard let kind = QuantizerKind(rawValue: String(word)), kind != .trellis else { throw ValidationError("--quantizers has no '\(word)'") }
            return kind
        }
    }

    private func chosenRates() throws -> [Int]? {
        try rates?.split(separator: ",").map { word in
            guard let rate = Int(word), rate >= 0 else { throw ValidationError("--rates has no '\(word)'") }
            return rate
        }
    }

    private func chosenPaths() throws -> [String] {
        let paths = try CalibrationFolder.paths(folder)
        guard let pictures, pictures < paths.count else { return paths }
        return (0..<pictures).map { paths[$0 * paths.count / pictures] }
    }

    /// `FILE` or `FILE:NAME`.
    private func curves(_ argument: String) throws -> [RateDistortionCurve] {
        let parts = argument.split(separator: ":", maxSplits: 1).map(String.init)
        let all = try RateDistortionCurve.curves(inJSON: StreamFile.read(parts[0]), at: parts[0])
        guard parts.count == 2 else { return all }
        let chosen = all.filter { $0.name == parts[1] }
        guard !chosen.isEmpty else {
            throw Diagnostic(
                .curveFileInvalid, at: parts[0], found: "no curve '\(parts[1])'", expected: "one of \(all.map(\.name).joined(separator: ", "))", remedy: "name one of these")
        }
        return chosen
    }
}

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
            Rates are those of the files that would be written; unless --without-decoding, every stream is decoded and compared with its encoder's reconstruction. The curve
            of the first quantizer is the anchor of the others; --against adds curves of other result files or of published points.
            """)

    @OptionGroup var folder: CodedFolderOptions
    @OptionGroup var codec: CodecOptions
    @Option(help: "A JSON file of curves: another evaluation, or published points; FILE:NAME takes one curve. May be repeated.") var against: [String] = []
    @Flag(help: "Take the encoder's reconstruction for the decoder's picture and decode nothing.") var withoutDecoding = false
    @Flag(name: .customLong("float"), help: "Measure the float network that the file carries too.") var runsFloat = false
    @Option(name: .shortAndLong, help: "Folder for evaluation.json, pictures.csv and curves.svg.") var output: String?
    @Flag(help: "Write the evaluation as one JSON document to standard output.") var json = false

    func run() throws {
        let others = try against.flatMap(curves)
        var codec = try codec.codec()
        let float = runsFloat ? try NetworkSource(self.codec.network, includingFloat: true).float() : nil
        let pictures = try folder.chosenPictures()
        let rates = try folder.chosenRates(of: codec)
        let quantizers = try folder.chosenQuantizers(for: codec)
        var evaluation = Evaluation(network: codec.network.graph.name, machine: codec.machine.name)
        for (index, picture) in pictures.enumerated() {
            Console.progress("picture \(index + 1) of \(pictures.count)")
            let original = try PNGReader.read(path: picture.path).image
            let name = String(picture.name.split(separator: "/").last ?? "")
            for rate in rates {
                evaluation.pictures += try codec.measure(original, named: name, rate: rate, quantizers: quantizers, prior: float?.prior, decodes: !withoutDecoding)
                if let float { evaluation.pictures.append(try Evaluation.Picture(float: float, original, named: name, curve: "float", rate: rate)) }
            }
        }
        Console.endProgress()
        for name in quantizers.map(\.0) + (float == nil ? [] : ["float"]) { evaluation.closeCurve(name) }
        if float != nil, quantizers.contains(where: { $0.name == "round" }) { evaluation.compareWithFloat("round", float: evaluation.curves.last!) }
        evaluation.compare(with: others)
        if let output { try evaluation.write(to: output) }
        try Console.result(json ? evaluation.jsonText() : evaluation.text)
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

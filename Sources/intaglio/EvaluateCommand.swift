import ArgumentParser
import Codec
import Curves
import Diagnostics
import Foundation
import Graph
import Images
import MachineDescription
import NetworkFiles
import Networks
import Reports
import Simulation
import Synchronization

struct EvaluateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate", abstract: "Encode and decode a folder of pictures at every rate; curves and BD-rate.",
        discussion: """
            Rates are those of the files that would be written; unless --without-decoding, every stream is decoded and \
            compared with its encoder's reconstruction. The curve
            of the first quantizer is the anchor of the others; --against adds curves of other result files or of \
            published points.
            """)

    @OptionGroup var folder: CodedFolderOptions
    @OptionGroup var codec: CodecOptions
    @Option(
        help:
            """
            A JSON file of curves: another evaluation, or published points; FILE:NAME takes one curve. May be repeated.
            """
    ) var against: [String] = []
    @Flag(help: "Take the encoder's reconstruction for the decoder's picture and decode nothing.") var withoutDecoding =
        false
    @Flag(name: .customLong("float"), help: "Measure the float network that the file carries too.") var runsFloat =
        false
    @Option(name: .shortAndLong, help: "Folder for evaluation.json, pictures.csv and curves.svg.") var output: String?
    @Flag(help: "Write the evaluation as one JSON document to standard output.") var json = false

    func run() throws {
        let others = try against.flatMap {
            try RateDistortionCurve.curves(fileAndName: $0, memory: self.codec.budget())
        }
        var codec = try codec.codec()
        let float =
            runsFloat
            ? try NetworkSource.opening(self.codec.network, includingFloat: true, memory: self.codec.budget()).float()
            : nil
        let pictures = try folder.chosenPictures()
        let rates = try folder.chosenRates(of: codec)
        let quantizers = try folder.chosenQuantizers(for: codec)
        let results = try output.map { path throws(Diagnostic) in try EvaluationFolder(at: path) }
        var start = Evaluation(network: codec.network.graph.name, machine: codec.machine.name)
        start.refused = pictures.refused
        let measured = Mutex(start)
        let curves = quantizers.map(\.name) + (float == nil ? [] : ["float"])
        let (count, json, output) = (pictures.pictures.count, json, output)
        let header = self.codec.header(of: codec)
        try Interruption.keeping({
            Self.showInterrupted(measured.withLock { $0 }, curves, of: count, json: json, header, output: output)
        }) { () throws in
            for (index, picture) in pictures.pictures.enumerated() {
                Console.progress("picture", index + 1, of: count)
                do {
                    let rows = try measure(picture, &codec, rates, quantizers, float)
                    measured.withLock { $0.pictures += rows }
                    try results?.append(rows)
                } catch let refusal as RefusedPicture {
                    measured.withLock { $0.refused.append(refusal.diagnostic) }
                }
            }
        }
        Console.endProgress()
        var evaluation = measured.withLock { $0 }
        let done = Set(evaluation.pictures.map(\.picture)).count
        guard done > 0 else { return try RefusedItems.requireNone(evaluation.refused, done: 0, items: "pictures") }
        for name in curves { evaluation.closeCurve(name) }
        if float != nil, quantizers.contains(where: { $0.name == "round" }) {
            evaluation.compareWithFloat("round", float: evaluation.curves.last!)
        }
        evaluation.compare(with: others)
        evaluation.closeClipping()
        let document = Document(evaluation, header).text
        try results?.complete(evaluation, document: document)
        try Console.result(json ? document : evaluation.text)
        if let clipping = evaluation.clipping { Console.warn(clipping.sentence) }
        try RefusedItems.requireNone(evaluation.refused, done: done, items: "pictures")
    }

    private struct RefusedPicture: Error {
        let diagnostic: Diagnostic
    }

    /// - Returns: rows of all rates, so that the means of a curve are over the same pictures.
    private func measure(
        _ picture: InputFolder.Item, _ codec: inout PictureCodec, _ rates: [Int],
        _ quantizers: [(name: String, quantizer: LatentQuantizer)], _ float: FloatNetwork?
    ) throws(RefusedPicture) -> [Evaluation.Picture] {
        var rows: [Evaluation.Picture] = []
        do throws(Diagnostic) {
            let original = try PNGReader.read(path: picture.path, memory: self.codec.budget()).image
            for rate in rates {
                rows += try codec.measure(
                    original, named: picture.name, rate: rate, quantizers: quantizers, prior: float?.prior,
                    decodes: !withoutDecoding)
                if let float {
                    rows.append(
                        try Evaluation.Picture(
                            float: float, original, named: picture.name, curve: "float", rate: rate,
                            memory: self.codec.budget()))
                }
            }
        } catch {
            throw RefusedPicture(diagnostic: error.within(picture.path))
        }
        return rows
    }

    /// What there is when a signal ends the program.
    private static func showInterrupted(
        _ measured: Evaluation, _ curves: [String], of count: Int, json: Bool, _ header: DocumentHeader,
        output: String?
    ) {
        var evaluation = measured
        evaluation.complete = false
        for name in curves { evaluation.closeCurve(name) }
        evaluation.closeClipping()
        let done = Set(evaluation.pictures.map(\.picture)).count
        Console.endProgress()
        if done > 0 { try? Console.result(json ? Document(evaluation, header).text : evaluation.text) }
        if let clipping = evaluation.clipping { Console.warn(clipping.sentence) }
        Console.say(
            """
            interrupted after \(done) of \(count) \
            pictures\(output.map { ": their rows are in \($0)/pictures.csv" } ?? "")
            """
        )
    }
}

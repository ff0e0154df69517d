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
    @OptionGroup var networks: EvaluatedNetworks
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
            try RateDistortionCurve.curves(fileAndName: $0, memory: networks.budget())
        }
        var codecs = try networks.codecs()
        let floats = runsFloat ? try networks.floats() : nil
        let pictures = try folder.chosenPictures()
        let joined = EvaluatedNetworks.rates(of: codecs)
        let rates = try folder.chosenRates(of: joined.count).map { ($0, joined[$0].codec, joined[$0].rate) }
        let quantizers = try codecs.map { try folder.chosenQuantizers(for: $0) }
        let results = try output.map { path throws(Diagnostic) in try EvaluationFolder(at: path) }
        var start = Evaluation(network: EvaluatedNetworks.name(of: codecs), machine: codecs[0].machine.name)
        start.refused = pictures.refused
        let measured = Mutex(start)
        let curves = quantizers[0].map(\.name) + (floats == nil ? [] : ["float"])
        let (count, json, output) = (pictures.pictures.count, json, output)
        let header = networks.header(of: codecs)
        try Interruption.keeping({
            Self.showInterrupted(measured.withLock { $0 }, curves, of: count, json: json, header, output: output)
        }) { () throws in
            for (index, picture) in pictures.pictures.enumerated() {
                Console.progress("picture", index + 1, of: count)
                do {
                    let rows = try measure(picture, &codecs, rates, quantizers, floats)
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
        if floats != nil, quantizers[0].contains(where: { $0.name == "round" }) {
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

    /// - Parameters:
    ///   - rates: the curve's, with the network whose it is and which of its own.
    ///   - quantizers: of each network.
    /// - Returns: rows of all rates, so that the means of a curve are over the same pictures.
    private func measure(
        _ picture: InputFolder.Item, _ codecs: inout [PictureCodec], _ rates: [(rate: Int, codec: Int, own: Int)],
        _ quantizers: [[(name: String, quantizer: LatentQuantizer)]], _ floats: [FloatNetwork]?
    ) throws(RefusedPicture) -> [Evaluation.Picture] {
        var rows: [Evaluation.Picture] = []
        do throws(Diagnostic) {
            let original = try PNGReader.read(path: picture.path, memory: networks.budget()).image
            for (rate, codec, own) in rates {
                let float = floats?[codec]
                var measured = try codecs[codec].measure(
                    original, named: picture.name, rate: own, quantizers: quantizers[codec], prior: float?.prior,
                    decodes: !withoutDecoding)
                if let float {
                    measured.append(
                        try Evaluation.Picture(
                            float: float, original, named: picture.name, curve: "float", rate: own,
                            memory: networks.budget()))
                }
                for index in measured.indices { measured[index].rate = rate }
                rows += measured
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

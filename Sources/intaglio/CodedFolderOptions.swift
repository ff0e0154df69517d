import ArgumentParser
import Codec
import Diagnostics
import EntropyCoding
import Foundation
import Networks
import Simulation
import Text

extension PictureFolder {
    /// What is not entered is said.
    static func listed(_ path: String, atMost count: Int? = nil) throws(Diagnostic) -> PictureFolder {
        let folder = try PictureFolder(path, atMost: count)
        for link in folder.skippedLinks { Console.say("\(link.printable) is a link to a folder and is not entered") }
        return folder
    }
}

/// Which pictures of a folder, at which rates, with which quantizers.
struct CodedFolderOptions: ParsableArguments {
    @Argument(help: "A folder of PNG pictures (sub-folders too).") var folder: String
    @Option(
        help: "Quantizers, with commas: \(QuantizerKind.allCases.dropLast().map(\.rawValue).joined(separator: ", ")).")
    var quantizers = "round,rdoq,tcq4,tcq8"
    @Option(help: "Rates of the network, with commas; all without it.") var rates: String?
    @Option(help: "Step in sixteenths of a symbol step for all scalar quantizers; the trellis takes 9/16 of it.")
    var step = 16
    @Option(help: "A factor on every quantizer's own lambda. (default: 1)", transform: decimalNumber)
    var lambdaFactor: Double?
    @Option(help: "At most this many pictures, evenly spaced through the folder.") var pictures: Int?

    func validate() throws {
        guard (1...1024).contains(step) else { throw ValidationError("--step must be in 1...1024, found \(step)") }
        guard lambdaFactor.map((0...100).contains) ?? true else {
            throw ValidationError("--lambda-factor must be in 0...100, found \(lambdaFactor!)")
        }
        guard pictures.map({ $0 > 0 }) ?? true else {
            throw ValidationError("--pictures must be at least 1, found \(pictures!)")
        }
        if try kinds() == [.round] {
            try refuseUnused(
                ["--lambda-factor": lambdaFactor != nil], goingWith: "a quantizer that weighs bits: rdoq, tcq4 or tcq8")
        }
        _ = try namedRates()
    }

    /// Each under the name of its kind.
    func chosenQuantizers(for codec: PictureCodec) throws -> [(name: String, quantizer: LatentQuantizer)] {
        let scalar = try gridSteps(sixteenths: step, fractionBits: codec.fractionBits)
        let quantizers = try kinds().map {
            (name: $0.rawValue, quantizer: quantizer($0, fractionBits: codec.fractionBits, scalar: scalar))
        }
        for (_, quantizer) in quantizers { try codec.requireFit(quantizer) }
        return quantizers
    }

    /// - Throws: `rateOutOfRange`.
    func chosenRates(of count: Int) throws -> [Int] {
        let rates = try namedRates() ?? Array(0..<count)
        for rate in rates { try requireRate(rate, of: count, option: "--rates") }
        return rates
    }

    /// Names are relative to the folder.
    func chosenPictures() throws -> PictureFolder { try PictureFolder.listed(folder, atMost: pictures) }

    private func quantizer(_ kind: QuantizerKind, fractionBits: Int, scalar: Int) -> LatentQuantizer {
        let isTrellis = kind == .tcq4 || kind == .tcq8
        let own = LatentQuantizer(
            kind, fractionBits: fractionBits, step: isTrellis ? max(1, (scalar * 9 + 8) / 16) : scalar)
        return LatentQuantizer(
            kind, fractionBits: fractionBits, step: own.step, lambda: own.lambda * (lambdaFactor ?? 1))
    }

    private func kinds() throws -> [QuantizerKind] {
        try parts(of: quantizers, option: "--quantizers").map { word in
            guard let kind = QuantizerKind(rawValue: word), kind != .trellis else {
                let names = QuantizerKind.allCases.dropLast().map(\.rawValue)
                throw ValidationError(
                    """
                    --quantizers has no '\(word)'; there are: \(names.joined(separator: ", "))\
                    \(closestName(to: word, among: names).map { ". Did you mean '\($0)'?" } ?? "")
                    """)
            }
            return kind
        }
    }

    private func namedRates() throws -> [Int]? {
        guard let rates else { return nil }
        let numbers = try parts(of: rates, option: "--rates").map { word in
            guard let rate = Int(word), rate >= 0 else {
                throw ValidationError("--rates takes numbers from 0 on, found '\(word)'")
            }
            return rate
        }
        guard Set(numbers).count == numbers.count else { throw ValidationError("--rates has a rate twice: \(rates)") }
        return numbers
    }
}

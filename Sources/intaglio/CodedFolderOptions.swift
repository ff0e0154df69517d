import ArgumentParser
import Codec
import EntropyCoding
import Foundation
import Simulation

/// Which pictures of a folder, at which rates, with which quantizers.
struct CodedFolderOptions: ParsableArguments {
    @Argument(help: "A folder of PNG pictures (sub-folders too).") var folder: String
    @Option(help: "Quantizers, with commas: \(QuantizerKind.allCases.dropLast().map(\.rawValue).joined(separator: ", ")).") var quantizers = "round,rdoq,tcq4,tcq8"
    @Option(help: "Rates of the network, with commas; all without it.") var rates: String?
    @Option(help: "Step in sixteenths of a symbol step for all scalar quantizers; the trellis takes 9/16 of it.") var step = 16
    @Option(help: "A factor on every quantizer's own lambda.") var lambdaFactor = 1.0
    @Option(help: "At most this many pictures, evenly spaced through the folder.") var pictures: Int?

    func validate() throws {
        guard (1...1024).contains(step) else { throw ValidationError("--step must be in 1...1024, found \(step)") }
        guard lambdaFactor >= 0, lambdaFactor <= 100 else { throw ValidationError("--lambda-factor must be in 0...100, found \(lambdaFactor)") }
        guard pictures.map({ $0 > 0 }) ?? true else { throw ValidationError("--pictures must be at least 1") }
        _ = try kinds()
        _ = try namedRates()
    }

    /// Each under the name of its kind.
    func chosenQuantizers(for codec: PictureCodec) throws -> [(name: String, quantizer: LatentQuantizer)] {
        try kinds().map { ($0.rawValue, quantizer($0, fractionBits: codec.fractionBits)) }
    }

    func chosenRates(of codec: PictureCodec) throws -> [Int] { try namedRates() ?? Array(0..<codec.rateCount) }

    /// Paths, and names relative to the folder.
    func chosenPictures() throws -> [(name: String, path: String)] {
        try CalibrationFolder.paths(folder, atMost: pictures).map { (String($0.dropFirst(folder.count + 1)), $0) }
    }

    private func quantizer(_ kind: QuantizerKind, fractionBits: Int) -> LatentQuantizer {
        let isTrellis = kind == .tcq4 || kind == .tcq8
        let scalar = LatentQuantizer.gridSteps(sixteenths: step, fractionBits: fractionBits)
        let own = LatentQuantizer(kind, fractionBits: fractionBits, step: isTrellis ? max(1, (scalar * 9 + 8) / 16) : scalar)
        return LatentQuantizer(kind, fractionBits: fractionBits, step: own.step, lambda: own.lambda * lambdaFactor)
    }

    private func kinds() throws -> [QuantizerKind] {
        try quantizers.split(separator: ",").map { word in
            guard let kind = QuantizerKind(rawValue: String(word)), kind != .trellis else { throw ValidationError("--quantizers has no '\(word)'") }
            return kind
        }
    }

    private func namedRates() throws -> [Int]? {
        try rates?.split(separator: ",").map { word in
            guard let rate = Int(word), rate >= 0 else { throw ValidationError("--rates has no '\(word)'") }
            return rate
        }
    }
}

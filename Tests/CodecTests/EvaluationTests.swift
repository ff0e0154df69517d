import Codec
import Curves
import Diagnostics
import EntropyCoding
import FileFormats
import Foundation
import TestSupport
import Testing

@Suite struct EvaluationFileTests {
    @Test("What an evaluation writes is a file of curves")
    func written() throws {
        let expected = RateDistortionCurve(
            name: "n",
            points: [.init(bitsPerPixel: 0.1, psnr: 30, msSSIM: nil), .init(bitsPerPixel: 0.2, psnr: 31, msSSIM: nil)])
        var evaluation = Evaluation(network: "n", machine: "m")
        evaluation.curves = [expected]
        evaluation.compareWithFloat("n", float: expected)
        let text = JSONDocument.text(of: evaluation)
        #expect(try RateDistortionCurve.curves(inJSON: Array(text.utf8), at: "t") == [expected])
    }

    @Test("Curves that are read under a name that is taken get a number, so that what is written can be read again")
    func numbered() throws {
        let curve = RateDistortionCurve(
            name: "round",
            points: (1...4).map { .init(bitsPerPixel: Double($0) / 8, psnr: 28 + 2 * Double($0), msSSIM: nil) })
        var evaluation = Evaluation(network: "n", machine: "m")
        evaluation.curves = [curve]
        evaluation.compare(with: [curve, curve])
        #expect(
            evaluation.curves.map(\.name) == ["round", "round (2)", "round (3)"]
                && evaluation.differences.map(\.anchor) == ["round (2)", "round (3)"])
        let text = JSONDocument.text(of: evaluation)
        #expect(try RateDistortionCurve.curves(inJSON: Array(text.utf8), at: "t") == evaluation.curves)
    }

    @Test("Trellis tables come from text files with any ends of lines, of at most 1 MiB")
    func trellisTables() throws {
        let scratch = try ScratchFolder()
        defer { scratch.remove() }
        let folder = scratch.url.path
        try AtomicFile.write("\u{FEFF}# four states\r\n0 2 0\r\n2 0 0\r\n1 3 1\r\n3 1 1\r\n", to: folder + "/t")
        #expect(try TrellisTable(contentsOf: folder + "/t") == .fourStates)
        try AtomicFile.write(Array(repeating: 0x23, count: (1 << 20) + 1), to: folder + "/long")
        for name in ["/long", "/none", ""] {
            #expect { _ = try TrellisTable(contentsOf: folder + name) } throws: {
                ($0 as? Diagnostic)?.code == .trellisTableInvalid
            }
        }
    }
}

/// What `evaluate --float` says that 8 bits cost.
@Suite struct QuantizationLossTests {
    private func picture(
        _ curve: String, rate: Int, bits: Double, model: Double?, psnr: Double
    ) throws -> Evaluation.Picture {
        var fields: [String: Any] = [
            "curve": curve, "rate": rate, "picture": "p", "width": 8, "height": 8, "bytes": 1, "bitsPerPixel": bits,
            "psnr": psnr, "msSSIM": 1 - pow(10, -psnr / 20),
        ]
        fields["modelBitsPerPixel"] = model
        return try JSONDecoder().decode(Evaluation.Picture.self, from: JSONSerialization.data(withJSONObject: fields))
    }

    @Test("Files of 5 % more bits whose symbols are worth 2 % more")
    func twoRates() throws {
        var evaluation = Evaluation(network: "n", machine: "m")
        for (rate, (bits, psnr)) in [(0.1, 27.0), (0.2, 29.3), (0.4, 32.1), (0.8, 35)].enumerated() {
            evaluation.pictures.append(try picture("float", rate: rate, bits: bits, model: nil, psnr: psnr))
            evaluation.pictures.append(
                try picture("round", rate: rate, bits: 1.05 * bits, model: 1.02 * bits, psnr: psnr))
        }
        evaluation.closeCurve("float")
        evaluation.compareWithFloat("round", float: evaluation.curves[0])
        let losses = try #require(evaluation.quantizationLosses)
        #expect(losses.map(\.bits) == ["files", "distributions"])
        for (loss, percent) in zip(losses, [5.0, 2.0]) {
            #expect(abs(loss.psnr!.cubicPercent! - percent) < 1e-9 && abs(loss.msSSIM!.cubicPercent! - percent) < 1e-9)
        }
        #expect(evaluation.text.contains("8 bits cost  bits of"))
    }

    @Test(
        "Sixteenths of a symbol step become grid steps: the nearest, at least one",
        arguments: [(16, 6, 64), (9, 6, 36), (16, 4, 16), (9, 4, 9), (9, 2, 2), (1, 0, 1), (24, 0, 2)])
    func gridSteps(_ sixteenths: Int, _ fractionBits: Int, _ expected: Int) {
        #expect(LatentQuantizer.gridSteps(sixteenths: sixteenths, fractionBits: fractionBits) == expected)
    }
}

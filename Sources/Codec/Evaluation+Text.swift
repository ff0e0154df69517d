import Curves
import FileFormats
import Text

extension Evaluation {
    /// The first line of `pictures.csv`.
    public static let csvHeader = CSVText.row([
        "curve", "rate", "picture", "width", "height", "bytes", "bitsPerPixel", "idealBitsPerPixel",
        "modelBitsPerPixel", "psnr", "msSSIM", "escapes",
        "encodeSimulatedCycles", "decodeSimulatedCycles", "encodeEstimatedCycles", "decodeEstimatedCycles",
    ])

    /// A row a picture, rate and curve.
    public static func csvRows(_ pictures: [Picture]) -> String {
        pictures.map { row in
            let head: [String] = [
                row.curve, "\(row.rate)", row.picture, "\(row.width)", "\(row.height)", "\(row.bytes)",
                Self.text(row.bitsPerPixel, 6),
            ]
            let ideal: [String] = [row.idealBitsPerPixel, row.modelBitsPerPixel].map { bits in
                bits.map { Self.text($0, 6) } ?? ""
            }
            let quality: [String] = [
                row.psnr.map { Self.text($0, 4) } ?? "", row.msSSIM.map { Self.text($0, 6) } ?? "",
            ]
            let counts: [String] = [
                row.escapes, row.encodeSimulatedCycles, row.decodeSimulatedCycles, row.encodeEstimatedCycles,
                row.decodeEstimatedCycles,
            ].map { count in count.map { "\($0)" } ?? "" }
            return CSVText.row(head + ideal + quality + counts)
        }.joined()
    }

    /// The curves as a table, then the differences, then what the integers cost.
    public var text: String {
        var parts = [RateDistortionCurve.table(of: curves)]
        if !differences.isEmpty {
            var table = DifferenceTable()
            for row in differences { table.append(row.curve, row.anchor, psnr: row.psnr, msSSIM: row.msSSIM) }
            parts.append(table.text)
        }
        if let quantizationLosses {
            var table = DifferenceTable(headings: ("8 bits cost", "bits of"))
            for row in quantizationLosses { table.append(row.curve, row.bits, psnr: row.psnr, msSSIM: row.msSSIM) }
            parts.append(table.text)
        }
        return parts.joined(separator: "\n")
    }

    private static func text(_ value: Double, _ digits: Int) -> String { value.fixed(digits) }
}

import Diagnostics
import FileFormats
import Foundation
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

    /// The curves as a table, then the differences.
    public var text: String {
        var lines = ["curve                     bits/pixel   PSNR dB    MS-SSIM"]
        for curve in curves {
            for point in curve.points {
                lines.append(
                    Self.padded(curve.name.printableWord, 24) + "  "
                        + Self.leading(Self.text(point.bitsPerPixel, 4), 10)
                        + Self.leading(Self.text(point.psnr, 3), 10)
                        + Self.leading(point.msSSIM.map { Self.text($0, 5) } ?? "-", 11))
            }
        }
        if !differences.isEmpty {
            lines += [
                "",
                """
                BD-rate in percent of     against                   PSNR cubic  piecewise  MS-SSIM cubic  piecewise
                """,
            ]
            lines += differences.map { Self.row($0.curve, $0.anchor, $0.psnr, $0.msSSIM) }
        }
        if let quantizationLosses {
            lines += [
                "",
                """
                8 bits cost in percent    bits of                   PSNR cubic  piecewise  MS-SSIM cubic  piecewise
                """,
            ]
            lines += quantizationLosses.map { Self.row($0.curve, $0.bits, $0.psnr, $0.msSSIM) }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func row(
        _ first: String, _ second: String, _ psnr: BDRate.Result?, _ msSSIM: BDRate.Result?
    ) -> String {
        func percent(_ value: Double?, _ width: Int) -> String { leading(value.map { text($0, 2) } ?? "-", width) }
        return padded(first.printableWord, 24) + "  " + padded(second.printableWord, 24)
            + percent(psnr?.cubicPercent, 12) + percent(psnr?.piecewisePercent, 11)
            + percent(msSSIM?.cubicPercent, 15) + percent(msSSIM?.piecewisePercent, 11)
    }

    private static func text(_ value: Double, _ digits: Int) -> String { String(format: "%.\(digits)f", value) }
    private static func padded(_ text: String, _ width: Int) -> String {
        text.count >= width ? text : text + String(repeating: " ", count: width - text.count)
    }
    private static func leading(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }
}

public import Diagnostics
import Foundation

extension Evaluation {
    public func jsonText() -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        // An evaluation holds finite numbers and strings only, which always encode.
        return String(decoding: try! encoder.encode(self), as: UTF8.self) + "\n"
    }

    /// A row a picture, rate and curve.
    public var csv: String {
        let header = "curve,rate,picture,width,height,bytes,bitsPerPixel,idealBitsPerPixel,modelBitsPerPixel,psnr,msSSIM,escapes,encodeSimulatedCycles,decodeSimulatedCycles,encodeEstimatedCycles,decodeEstimatedCycles"
        let rows = pictures.map { row in
            let head: [String] = [row.curve, "\(row.rate)", row.picture, "\(row.width)", "\(row.height)", "\(row.bytes)", Self.text(row.bitsPerPixel, 6)]
            let ideal: [String] = [row.idealBitsPerPixel, row.modelBitsPerPixel].map { bits in bits.map { Self.text($0, 6) } ?? "" }
            let quality: [String] = [row.psnr.map { Self.text($0, 4) } ?? "", row.msSSIM.map { Self.text($0, 6) } ?? ""]
            let counts: [String] = [
                row.escapes, row.encodeSimulatedCycles, row.decodeSimulatedCycles, row.encodeEstimatedCycles, row.decodeEstimatedCycles,
            ].map { count in count.map { "\($0)" } ?? "" }
            return (head + ideal + quality + counts).joined(separator: ",")
        }
        return ([header] + rows).joined(separator: "\n") + "\n"
    }

    /// The curves as a table, then the differences.
    public var text: String {
        var lines = ["curve                         bits/pixel   PSNR dB    MS-SSIM"]
        for curve in curves {
            for point in curve.points {
                lines.append(
                    Self.padded(curve.name, 28) + "  " + Self.leading(Self.text(point.bitsPerPixel, 4), 10) + Self.leading(Self.text(point.psnr, 3), 10)
                        + Self.leading(point.msSSIM.map { Self.text($0, 5) } ?? "-", 11))
            }
        }
        guard !differences.isEmpty else { return lines.joined(separator: "\n") + "\n" }
        lines += ["", "BD-rate in percent of         against                       PSNR cubic  piecewise  MS-SSIM cubic  piecewise"]
        for difference in differences {
            func percent(_ value: Double?, _ width: Int) -> String { Self.leading(value.map { Self.text($0, 2) } ?? "-", width) }
            lines.append(
                Self.padded(difference.curve, 28) + "  " + Self.padded(difference.anchor, 28) + percent(difference.psnr?.cubicPercent, 12)
                    + percent(difference.psnr?.piecewisePercent, 11) + percent(difference.msSSIM?.cubicPercent, 15) + percent(difference.msSSIM?.piecewisePercent, 11))
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func text(_ value: Double, _ digits: Int) -> String { String(format: "%.\(digits)f", value) }
    private static func padded(_ text: String, _ width: Int) -> String { text.count >= width ? text : text + String(repeating: " ", count: width - text.count) }
    private static func leading(_ text: String, _ width: Int) -> String { String(repeating: " ", count: max(0, width - text.count)) + text }

    /// Writes `evaluation.json`, `pictures.csv` and `curves.svg`.
    ///
    /// - Throws: `outputUnwritable`, `outputDeviceFull`.
    public func write(to folder: String) throws(Diagnostic) {
        try OutputFolder.create(at: folder)
        try AtomicFile.write(jsonText(), to: folder + "/evaluation.json")
        try AtomicFile.write(csv, to: folder + "/pictures.csv")
        try AtomicFile.write(CurvePlot(curves).svg, to: folder + "/curves.svg")
    }
}

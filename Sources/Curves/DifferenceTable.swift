import Text

/// Differences of curves as a table with a line for each measure, and the remarks below it.
public struct DifferenceTable {
    private var table: TextTable
    private var remarks: [String] = []
    private var hasPoints = false

    /// - Parameter headings: of the first two columns, which name the two curves.
    public init(headings: (String, String) = ("curve", "against")) {
        table = TextTable(
            header: [
                headings.0, headings.1, "by", "BD-rate %", "piecewise %", "dB at equal bits", "bits % at equal dB",
            ], leftColumns: 3)
    }

    public mutating func append(
        _ first: String, _ second: String, psnr: QualityDifference?, msSSIM: QualityDifference?
    ) {
        for (quality, difference) in [(CurveQuality.psnr, psnr), (.msSSIM, msSSIM)] {
            guard let difference else {
                remarks.append("\(first) against \(second): not every point has an \(quality.name)")
                continue
            }
            func text(_ value: Double?, _ digits: Int, mark: String = "") -> String {
                value.map { $0.fixed(digits) + mark } ?? "-"
            }
            let mark = difference.comparesPoints ? "*" : ""
            table.append([
                first, second, quality.name, text(difference.cubicPercent, 2), text(difference.piecewisePercent, 2),
                text(difference.decibels, 3, mark: mark), text(difference.bitsPercent, 2, mark: mark),
            ])
            remarks += difference.remarks.map { "\(first) against \(second) by \(quality.name): \($0)" }
            if difference.comparesPoints { hasPoints = true }
        }
    }

    public var text: String {
        let explained = hasPoints ? ["* point by point, as the curves have no range in common"] : []
        return table.text + (remarks + explained).map { $0.printable + "\n" }.joined()
    }
}

import Text

/// Curves, others, and how each of the first differs from each of the others.
///
///     let comparison = CurveComparison(mine, against: published)
///     print(comparison.text)
public struct CurveComparison: Encodable, Sendable {
    /// Those that are compared, then those that they are compared with; a name that is taken has a number behind it.
    public let curves: [RateDistortionCurve]
    public let differences: [CurveDifference]
    private let own: Int

    private enum CodingKeys: String, CodingKey { case curves, differences }

    public init(_ curves: [RateDistortionCurve], against others: [RateDistortionCurve]) {
        let others = others.named(apartFrom: curves)
        self.curves = curves + others
        own = curves.count
        differences = curves.flatMap { curve in others.map { CurveDifference(of: curve, against: $0) } }
    }

    /// The points as a table, then the differences.
    public var text: String {
        var table = DifferenceTable()
        for row in differences { table.append(row.curve, row.anchor, psnr: row.psnr, msSSIM: row.msSSIM) }
        return RateDistortionCurve.table(of: curves) + "\n" + table.text
    }

    /// An SVG file, named after its curves where they are few.
    public var plot: String {
        let (own, others) = (Self.title(curves.prefix(own)), Self.title(curves.dropFirst(own)))
        return CurvePlot(curves, own: curves.count, title: "\(own) against \(others)").svg
    }

    private static func title(_ curves: ArraySlice<RateDistortionCurve>) -> String {
        curves.count <= 2 ? curves.map(\.name).joined(separator: ", ") : curves.count.counted("curve")
    }
}

extension [RateDistortionCurve] {
    /// The same, each whose name is taken, by one of `others` or by one before it, with a number: `round (2)`.
    public func named(apartFrom others: [RateDistortionCurve]) -> [RateDistortionCurve] {
        var names = Set(others.map(\.name))
        return map { one in
            var curve = one
            var number = 2
            while !names.insert(curve.name).inserted {
                curve.name = "\(one.name) (\(number))"
                number += 1
            }
            return curve
        }
    }
}

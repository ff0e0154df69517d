import MachineDescription
public import Simulation
public import Text

/// Plans side by side: what differs, then cycles, pictures a second, traffic and memories, each beside its ratio to the
/// first plan's.
public struct PlanComparison: Sendable {
    public let text: String

    /// - Parameters:
    ///   - plans: two or more, each by a short name.
    ///   - style: of the text.
    public init(_ plans: [(name: String, report: RunReport)], style: TextStyle = .plain) {
        let first = plans[0].report.totals
        let columns = plans.enumerated().flatMap { index, plan in
            [FittedTable.Column(plan.name, shortest: 12)] + (index == 0 ? [] : [FittedTable.Column("ratio")])
        }
        var table = FittedTable([.init("", isLeft: true)] + columns)
        for quantity in Quantity.all + (first.frameRate == nil ? [] : Quantity.ofFrameRate) {
            var row = [quantity.name]
            for (index, plan) in plans.enumerated() {
                row.append(quantity.text(plan.report.totals))
                guard index > 0 else { continue }
                let ratio = quantity.value(plan.report.totals).flatMap { value in
                    quantity.value(first).map { Self.ratio(value, to: $0) }
                }
                row.append(ratio ?? "")
            }
            table.append(row)
        }
        text = table.text(width: style.width, inGroups: Self.groups(plans.count))
    }

    /// The columns of each of so many things side by side: the first has no ratio.
    static func groups(_ count: Int) -> [Range<Int>] {
        (0..<count).map { $0 == 0 ? 1..<2 : 2 * $0..<2 * $0 + 2 }
    }

    static func ratio(_ value: Double, to first: Double) -> String { first == 0 ? "-" : (value / first).fixed(3) }

    /// A row.
    private struct Quantity {
        let name: String
        /// Nil for words.
        let value: (TotalsReport) -> Double?
        let text: (TotalsReport) -> String

        static func count(_ name: String, _ field: @escaping (TotalsReport) -> Int) -> Quantity {
            Quantity(name: name, value: { Double(field($0)) }, text: { field($0).grouped })
        }

        static func number(_ name: String, _ digits: Int, _ field: @escaping (TotalsReport) -> Double) -> Quantity {
            Quantity(name: name, value: field, text: { field($0).fixed(digits) })
        }

        /// Of plans with a wanted frame rate.
        static var ofFrameRate: [Quantity] {
            [
                number("wanted a second", 2) { $0.frameRate?.framesPerSecond ?? 0 },
                number("  DRAM GB/s", 3) { $0.frameRate?.dramGigabytesPerSecond ?? 0 },
                number("  of the bus GB/s", 3) { $0.frameRate?.dramGigabytesPerSecondPeak ?? 0 },
                Quantity(
                    name: "  needed MHz", value: { $0.frameRate?.neededClockMegahertz ?? 0 },
                    text: { totals in
                        totals.frameRate.map {
                            "\($0.neededClockMegahertz.fixed(3)) \($0.isMet ? "met" : "not met")"
                        } ?? ""
                    }),
            ]
        }

        static var all: [Quantity] {
            [
                count("MACs", \.usefulMACs), count("cycles", \.simulatedCycles),
                Quantity(
                    name: "bound by", value: { _ in nil },
                    text: { totals in totals.binding.map { "\($0.resource.rawValue)" } ?? "" }),
                count("lower bound cycles", \.lowerBoundCycles), number("ms", 3, \.milliseconds),
                number("pictures a second", 2, \.framesPerSecond), number("util %", 1) { 100 * $0.utilization },
                count("DRAM B", \.dramBytes), count("  input B", \.dramByCause.input),
                count("  input again B", \.dramByCause.inputAgain), count("  weights B", \.dramByCause.weights),
                count("  parameters B", \.dramByCause.parameters), count("  output B", \.dramByCause.output),
                count("SRAM in use B", \.sramPeakBytes), count("SRAM there B", \.sramBytes),
            ]
        }
    }
}

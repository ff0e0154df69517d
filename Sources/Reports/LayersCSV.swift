import Diagnostics
public import Simulation
import Text

/// One row a layer, one column a field, under the names of the JSON contract.
public struct LayersCSV: Sendable {
    public let text: String

    public init(_ report: RunReport) { text = Self.rows([("", report)]).map(CSVText.row).joined() }

    /// Of several plans; the first column says which.
    public init(_ plans: [(name: String, report: RunReport)]) {
        let rows = Self.rows(plans)
        let names = ["plan"] + plans.flatMap { plan in plan.report.layers.map { _ in plan.name } }
        text = zip(names, rows).map { CSVText.row([$0] + $1) }.joined()
    }

    private static func rows(_ plans: [(name: String, report: RunReport)]) -> [[String]] {
        let reasons = Set(plans.flatMap { $0.report.layers.flatMap { $0.stallCycles.keys } }).sorted()
        let columns = firstColumns + reasons.map(stalls) + lastColumns
        let rows = plans.flatMap { plan in
            plan.report.layers.enumerated().map { index, layer in ["\(index)"] + columns.map { $0.field(layer) } }
        }
        return [["layerID"] + columns.map(\.name)] + rows
    }

    private struct Column: Sendable {
        let name: String
        let field: @Sendable (LayerReport) -> String

        init(_ name: String, _ field: @escaping @Sendable (LayerReport) -> String) {
            (self.name, self.field) = (name, field)
        }
    }

    private static let firstColumns: [Column] = [
        Column("name") { $0.name },
        Column("operator") { $0.operator },
        Column("outputShape") { $0.outputShape },
        Column("usefulMACs") { "\($0.usefulMACs)" },
        Column("issuedMACs") { "\($0.issuedMACs)" },
        Column("simulatedCycles") { "\($0.simulatedCycles)" },
        Column("computeCycles") { "\($0.computeCycles)" },
    ]

    private static func stalls(_ reason: String) -> Column {
        Column("stallCycles.\(reason)") { "\($0.stallCycles[reason] ?? 0)" }
    }

    private static let lastColumns: [Column] = [
        Column("utilization") { "\($0.utilization)" },
        Column("weightBytes") { "\($0.weightBytes)" },
        Column("dramReadBytes") { "\($0.dramReadBytes)" },
        Column("dramWriteBytes") { "\($0.dramWriteBytes)" },
        Column("dramByCause.input") { "\($0.dramByCause.input)" },
        Column("dramByCause.inputAgain") { "\($0.dramByCause.inputAgain)" },
        Column("dramByCause.weights") { "\($0.dramByCause.weights)" },
        Column("dramByCause.parameters") { "\($0.dramByCause.parameters)" },
        Column("dramByCause.partialSums") { "\($0.dramByCause.partialSums)" },
        Column("dramByCause.output") { "\($0.dramByCause.output)" },
        Column("sramReadBytes") { "\($0.sramReadBytes)" },
        Column("sramWriteBytes") { "\($0.sramWriteBytes)" },
        Column("weightBufferPeakBytes") { "\($0.weightBufferPeakBytes)" },
        Column("activationBufferPeakBytes") { "\($0.activationBufferPeakBytes)" },
        Column("accumulatorBufferPeakBytes") { "\($0.accumulatorBufferPeakBytes)" },
        Column("parameterMemoryPeakBytes") { "\($0.parameterMemoryPeakBytes)" },
        Column("lowerBoundCycles") { "\($0.lowerBoundCycles)" },
        Column("lowerBoundBytes") { "\($0.lowerBoundBytes)" },
        Column("boundBy") { $0.boundBy.rawValue },
        Column("saturatedOutputs") { $0.saturatedOutputs.map(String.init) ?? "" },
        Column("saturatedShare") { $0.saturatedShare.map { "\($0)" } ?? "" },
        Column("worstChannel") { $0.worstChannel.map { "\($0.channel)" } ?? "" },
        Column("worstChannelSaturatedOutputs") { $0.worstChannel.map { "\($0.saturatedOutputs)" } ?? "" },
        Column("outputDigest") { $0.outputDigest ?? "" },
    ]
}

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
        var header = [
            "layerID", "name", "operator", "outputShape", "usefulMACs", "issuedMACs", "simulatedCycles",
            "computeCycles",
        ]
        header += reasons.map { "stallCycles.\($0)" }
        header += [
            "utilization", "weightBytes", "dramReadBytes", "dramWriteBytes", "dramByCause.input",
            "dramByCause.inputAgain", "dramByCause.weights", "dramByCause.parameters", "dramByCause.partialSums",
            "dramByCause.output", "sramReadBytes", "sramWriteBytes", "weightBufferPeakBytes",
            "activationBufferPeakBytes", "accumulatorBufferPeakBytes", "parameterMemoryPeakBytes", "lowerBoundCycles",
            "lowerBoundBytes", "boundBy", "saturatedOutputs",
            "saturatedShare", "worstChannel",
            "worstChannelSaturatedOutputs", "outputDigest",
        ]
        var rows = [header]
        for (index, layer) in plans.flatMap({ $0.report.layers.enumerated() }) {
            var row = [
                "\(index)", layer.name, layer.operator, layer.outputShape, "\(layer.usefulMACs)", "\(layer.issuedMACs)",
                "\(layer.simulatedCycles)",
                "\(layer.computeCycles)",
            ]
            row += reasons.map { "\(layer.stallCycles[$0] ?? 0)" }
            let causes = layer.dramByCause
            row += [
                "\(layer.utilization)", "\(layer.weightBytes)", "\(layer.dramReadBytes)", "\(layer.dramWriteBytes)",
                "\(causes.input)", "\(causes.inputAgain)", "\(causes.weights)", "\(causes.parameters)",
                "\(causes.partialSums)", "\(causes.output)", "\(layer.sramReadBytes)",
                "\(layer.sramWriteBytes)", "\(layer.weightBufferPeakBytes)", "\(layer.activationBufferPeakBytes)",
                "\(layer.accumulatorBufferPeakBytes)", "\(layer.parameterMemoryPeakBytes)",
                "\(layer.lowerBoundCycles)",
                "\(layer.lowerBoundBytes)", layer.boundBy.rawValue, layer.saturatedOutputs.map(String.init) ?? "",
                layer.saturatedShare.map { "\($0)" } ?? "", layer.worstChannel.map { "\($0.channel)" } ?? "",
                layer.worstChannel.map { "\($0.saturatedOutputs)" } ?? "", layer.outputDigest ?? "",
            ]
            rows.append(row)
        }
        return rows
    }
}

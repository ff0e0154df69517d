import Diagnostics
public import Simulation
import Text

/// One row a layer, one column a field, under the names of the JSON contract.
public struct LayersCSV: Sendable {
    public let text: String

    public init(_ report: RunReport) {
        let reasons = Set(report.layers.flatMap { $0.stallCycles.keys }).sorted()
        var header = [
            "layerID", "name", "operator", "outputShape", "usefulMACs", "issuedMACs", "simulatedCycles",
            "computeCycles",
        ]
        header += reasons.map { "stallCycles.\($0)" }
        header += [
            "utilization", "weightBytes", "dramReadBytes", "dramWriteBytes", "sramReadBytes", "sramWriteBytes",
            "weightBufferPeakBytes",
            "activationBufferPeakBytes", "lowerBoundCycles", "lowerBoundBytes", "boundBy", "saturatedOutputs",
            "saturatedShare", "worstChannel",
            "worstChannelSaturatedOutputs", "outputDigest",
        ]
        var rows = [header]
        for (index, layer) in report.layers.enumerated() {
            var row = [
                "\(index)", layer.name, layer.operator, layer.outputShape, "\(layer.usefulMACs)", "\(layer.issuedMACs)",
                "\(layer.simulatedCycles)",
                "\(layer.computeCycles)",
            ]
            row += reasons.map { "\(layer.stallCycles[$0] ?? 0)" }
            row += [
                "\(layer.utilization)", "\(layer.weightBytes)", "\(layer.dramReadBytes)", "\(layer.dramWriteBytes)",
                "\(layer.sramReadBytes)",
                "\(layer.sramWriteBytes)", "\(layer.weightBufferPeakBytes)", "\(layer.activationBufferPeakBytes)",
                "\(layer.lowerBoundCycles)",
                "\(layer.lowerBoundBytes)", layer.boundBy.rawValue, layer.saturatedOutputs.map(String.init) ?? "",
                layer.saturatedShare.map { "\($0)" } ?? "", layer.worstChannel.map { "\($0.channel)" } ?? "",
                layer.worstChannel.map { "\($0.saturatedOutputs)" } ?? "", layer.outputDigest ?? "",
            ]
            rows.append(row)
        }
        self.text = rows.map(CSVText.row).joined()
    }
}

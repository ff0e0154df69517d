import Simulation
import Text

/// A column of the table of layers, by the name of its field in the JSON document.
public enum LayerColumn: String, CaseIterable, Sendable {
    case name, `operator`, outputShape, usefulMACs, issuedMACs, simulatedCycles, computeCycles, stalledCycles,
        utilization
    case boundBy, weightBytes, dramBytes, dramReadBytes, dramWriteBytes
    case input, inputAgain, weights, parameters, output
    case sramPeakBytes, weightBufferPeakBytes, activationBufferPeakBytes, accumulatorBufferPeakBytes
    case parameterMemoryPeakBytes, lowerBoundCycles, lowerBoundBytes, saturatedOutputs, outputDigest

    /// Those that decide.
    public static let standard: [LayerColumn] = [
        .name, .operator, .usefulMACs, .simulatedCycles, .utilization, .boundBy, .dramBytes, .sramPeakBytes,
    ]

    /// Whether the field is there only after a run.
    public var isOfRuns: Bool { self == .saturatedOutputs || self == .outputDigest }

    var header: String {
        switch self {
        case .name: "layer"
        case .operator: "operator"
        case .outputShape: "output"
        case .usefulMACs: "MACs"
        case .issuedMACs: "issued MACs"
        case .simulatedCycles: "cycles"
        case .computeCycles: "compute"
        case .stalledCycles: "stalled"
        case .utilization: "util %"
        case .boundBy: "bound by"
        case .weightBytes: "weight B"
        case .dramBytes: "DRAM B"
        case .dramReadBytes: "DRAM read B"
        case .dramWriteBytes: "DRAM write B"
        case .input: "input B"
        case .inputAgain: "again B"
        case .weights: "weights B"
        case .parameters: "parameters B"
        case .output: "output B"
        case .sramPeakBytes: "SRAM B"
        case .weightBufferPeakBytes: "weight buffer B"
        case .activationBufferPeakBytes: "activation buffer B"
        case .accumulatorBufferPeakBytes: "accumulators B"
        case .parameterMemoryPeakBytes: "parameter memory B"
        case .lowerBoundCycles: "bound cycles"
        case .lowerBoundBytes: "bound B"
        case .saturatedOutputs: "saturated"
        case .outputDigest: "digest"
        }
    }

    func text(_ layer: LayerReport) -> String {
        switch self {
        case .name: layer.name
        case .operator: layer.operator
        case .outputShape: layer.outputShape
        case .usefulMACs: layer.usefulMACs.grouped
        case .issuedMACs: layer.issuedMACs.grouped
        case .simulatedCycles: layer.simulatedCycles.grouped
        case .computeCycles: layer.computeCycles.grouped
        case .stalledCycles: (layer.simulatedCycles - layer.computeCycles).grouped
        case .utilization: (layer.utilization * 100).fixed(1)
        case .boundBy: layer.boundBy.rawValue
        case .weightBytes: layer.weightBytes.grouped
        case .dramBytes: layer.dramBytes.grouped
        case .dramReadBytes: layer.dramReadBytes.grouped
        case .dramWriteBytes: layer.dramWriteBytes.grouped
        case .input: layer.dramByCause.input.grouped
        case .inputAgain: layer.dramByCause.inputAgain.grouped
        case .weights: layer.dramByCause.weights.grouped
        case .parameters: layer.dramByCause.parameters.grouped
        case .output: layer.dramByCause.output.grouped
        case .sramPeakBytes: layer.sramPeakBytes.grouped
        case .weightBufferPeakBytes: layer.weightBufferPeakBytes.grouped
        case .activationBufferPeakBytes: layer.activationBufferPeakBytes.grouped
        case .accumulatorBufferPeakBytes: layer.accumulatorBufferPeakBytes.grouped
        case .parameterMemoryPeakBytes: layer.parameterMemoryPeakBytes.grouped
        case .lowerBoundCycles: layer.lowerBoundCycles.grouped
        case .lowerBoundBytes: layer.lowerBoundBytes.grouped
        case .saturatedOutputs: layer.saturatedOutputs?.grouped ?? ""
        case .outputDigest: String((layer.outputDigest ?? "").prefix(12))
        }
    }

    /// Of all layers: a sum, or the largest.
    func text(_ totals: TotalsReport) -> String {
        switch self {
        case .name: "total"
        case .operator, .outputShape, .outputDigest: ""
        case .usefulMACs: totals.usefulMACs.grouped
        case .issuedMACs: totals.issuedMACs.grouped
        case .simulatedCycles: totals.simulatedCycles.grouped
        case .computeCycles: totals.computeCycles.grouped
        case .stalledCycles: (totals.simulatedCycles - totals.computeCycles).grouped
        case .utilization: (totals.utilization * 100).fixed(1)
        case .boundBy: totals.binding?.resource.rawValue ?? ""
        case .weightBytes: totals.weightBytes.grouped
        case .dramBytes: totals.dramBytes.grouped
        case .dramReadBytes: totals.dramReadBytes.grouped
        case .dramWriteBytes: totals.dramWriteBytes.grouped
        case .input: totals.dramByCause.input.grouped
        case .inputAgain: totals.dramByCause.inputAgain.grouped
        case .weights: totals.dramByCause.weights.grouped
        case .parameters: totals.dramByCause.parameters.grouped
        case .output: totals.dramByCause.output.grouped
        case .sramPeakBytes: totals.sramPeakBytes.grouped
        case .weightBufferPeakBytes: totals.weightBufferPeakBytes.grouped
        case .activationBufferPeakBytes: totals.activationBufferPeakBytes.grouped
        case .accumulatorBufferPeakBytes: totals.accumulatorBufferPeakBytes.grouped
        case .parameterMemoryPeakBytes: totals.parameterMemoryPeakBytes.grouped
        case .lowerBoundCycles: totals.lowerBoundCycles.grouped
        case .lowerBoundBytes: totals.lowerBoundBytes.grouped
        case .saturatedOutputs: totals.saturatedOutputs?.grouped ?? ""
        }
    }

    func column(_ style: TextStyle) -> FittedTable.Column {
        switch self {
        case .name: .init(header, isLeft: true, shortest: 12)
        case .operator: .init(header, isLeft: true, shortest: 12, expendability: 2)
        case .outputShape: .init(header, expendability: 4)
        case .simulatedCycles: .init(header)
        case .utilization:
            .init(header) { text, padded in style.coloured(padded, Self.colour(of: Double(text) ?? 0)) }
        case .boundBy: .init(header, isLeft: true, shortest: 8)
        case .usefulMACs: .init(header, expendability: 3)
        case .sramPeakBytes: .init(header, expendability: 4)
        case .dramBytes: .init(header, expendability: 1)
        default: .init(header, expendability: 5)
        }
    }

    static func colour(of percent: Double) -> TextColour { percent >= 80 ? .green : percent >= 40 ? .yellow : .red }
}

/// The table of layers in some columns, with a row of totals.
struct LayerTable {
    let text: String

    init(_ report: RunReport, columns: [LayerColumn], style: TextStyle) {
        let bar = style.isTerminal ? columns.firstIndex(of: .utilization).map { $0 + 1 } : nil
        var shown = columns.map { $0.column(style) }
        if let bar {
            shown.insert(
                .init("", isLeft: true, expendability: 9) { text, padded in
                    style.coloured(padded, LayerColumn.colour(of: 100 * Double(text.count) / Double(Self.barWidth)))
                }, at: bar)
        }
        var table = FittedTable(shown)
        func append(_ fields: [String], utilization: Double?) {
            var fields = fields
            if let bar { fields.insert(utilization.map(Self.bar) ?? "", at: bar) }
            table.append(fields)
        }
        for layer in report.layers { append(columns.map { $0.text(layer) }, utilization: layer.utilization) }
        append(columns.map { $0.text(report.totals) }, utilization: report.totals.utilization)
        text = table.text(width: style.width)
    }

    private static let barWidth = 10

    private static func bar(_ share: Double) -> String {
        String(repeating: "█", count: Int((share * Double(barWidth)).rounded()))
    }
}

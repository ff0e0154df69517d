import Simulation
import Text

/// A column of the table of layers, by the name of its field in the JSON document.
public enum LayerColumn: String, CaseIterable, Sendable {
    case name, `operator`, outputShape, usefulMACs, issuedMACs, simulatedCycles, computeCycles, stalledCycles,
        utilization
    case boundBy, weightBytes, dramBytes, dramReadBytes, dramWriteBytes
    case input, inputAgain, weights, parameters, partialSums, output
    case sramPeakBytes, weightBufferPeakBytes, activationBufferPeakBytes, accumulatorBufferPeakBytes
    case parameterMemoryPeakBytes, lowerBoundCycles, lowerBoundBytes, saturatedOutputs, saturatedShare
    case worstChannel, outputDigest

    /// Those that decide.
    public static let standard: [LayerColumn] = [
        .name, .operator, .usefulMACs, .simulatedCycles, .utilization, .boundBy, .dramBytes, .sramPeakBytes,
    ]

    /// Whether the field is there only after a run.
    public var isOfRuns: Bool {
        switch self {
        case .saturatedOutputs, .saturatedShare, .worstChannel, .outputDigest: true
        default: false
        }
    }

    /// What stands above it.
    public var header: String {
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
        case .partialSums: "partial sums B"
        case .output: "output B"
        case .sramPeakBytes: "SRAM B"
        case .weightBufferPeakBytes: "weight buffer B"
        case .activationBufferPeakBytes: "activation buffer B"
        case .accumulatorBufferPeakBytes: "accumulators B"
        case .parameterMemoryPeakBytes: "parameter memory B"
        case .lowerBoundCycles: "bound cycles"
        case .lowerBoundBytes: "bound B"
        case .saturatedOutputs: "saturated"
        case .saturatedShare: "saturated %"
        case .worstChannel: "worst channel"
        case .outputDigest: "digest"
        }
    }

    func text(_ layer: LayerReport) -> String {
        switch self {
        case .name: layer.name
        case .operator: layer.operator
        case .outputShape: layer.outputShape
        case .boundBy: layer.boundBy.rawValue
        case .saturatedShare: layer.saturatedShare.map { (100 * $0).fixed(3) } ?? ""
        case .worstChannel: layer.worstChannel.map { "\($0.channel)" } ?? ""
        case .outputDigest: String((layer.outputDigest ?? "").prefix(12))
        default: figure(layer)
        }
    }

    /// Of all layers: a sum, or the largest.
    func text(_ totals: TotalsReport) -> String {
        switch self {
        case .name: "total"
        case .operator, .outputShape, .saturatedShare, .worstChannel, .outputDigest: ""
        case .boundBy: totals.binding?.resource.rawValue ?? ""
        default: figure(totals)
        }
    }

    /// What a layer and the totals have alike.
    private func figure(_ figures: some ReportedFigures) -> String {
        switch self {
        case .usefulMACs: figures.usefulMACs.grouped
        case .issuedMACs: figures.issuedMACs.grouped
        case .simulatedCycles: figures.simulatedCycles.grouped
        case .computeCycles: figures.computeCycles.grouped
        case .stalledCycles: (figures.simulatedCycles - figures.computeCycles).grouped
        case .utilization: (figures.utilization * 100).fixed(1)
        case .weightBytes: figures.weightBytes.grouped
        case .dramBytes: figures.dramBytes.grouped
        case .dramReadBytes: figures.dramReadBytes.grouped
        case .dramWriteBytes: figures.dramWriteBytes.grouped
        case .input: figures.dramByCause.input.grouped
        case .inputAgain: figures.dramByCause.inputAgain.grouped
        case .weights: figures.dramByCause.weights.grouped
        case .parameters: figures.dramByCause.parameters.grouped
        case .partialSums: figures.dramByCause.partialSums.grouped
        case .output: figures.dramByCause.output.grouped
        case .sramPeakBytes: figures.sramPeakBytes.grouped
        case .weightBufferPeakBytes: figures.weightBufferPeakBytes.grouped
        case .activationBufferPeakBytes: figures.activationBufferPeakBytes.grouped
        case .accumulatorBufferPeakBytes: figures.accumulatorBufferPeakBytes.grouped
        case .parameterMemoryPeakBytes: figures.parameterMemoryPeakBytes.grouped
        case .lowerBoundCycles: figures.lowerBoundCycles.grouped
        case .lowerBoundBytes: figures.lowerBoundBytes.grouped
        case .saturatedOutputs: figures.saturatedOutputs?.grouped ?? ""
        case .name, .operator, .outputShape, .boundBy, .saturatedShare, .worstChannel, .outputDigest:
            preconditionFailure("\(self) is no figure")
        }
    }

    func column(_ style: TextStyle) -> FittedTable.Column {
        switch self {
        case .name: .init(header, isLeft: true, shortest: 12, keepsEnd: true)
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

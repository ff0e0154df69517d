/// What a report says of a layer and of all layers alike, under the names of the JSON contract.
public protocol ReportedFigures {
    var usefulMACs: Int { get }
    var issuedMACs: Int { get }
    var simulatedCycles: Int { get }
    var computeCycles: Int { get }
    var utilization: Double { get }
    var weightBytes: Int { get }
    var dramBytes: Int { get }
    var dramReadBytes: Int { get }
    var dramWriteBytes: Int { get }
    var dramByCause: DRAMTraffic { get }
    var sramPeakBytes: Int { get }
    var weightBufferPeakBytes: Int { get }
    var activationBufferPeakBytes: Int { get }
    var accumulatorBufferPeakBytes: Int { get }
    var parameterMemoryPeakBytes: Int { get }
    var lowerBoundCycles: Int { get }
    var lowerBoundBytes: Int { get }
    var saturatedOutputs: Int? { get }
}

extension LayerReport: ReportedFigures {}
extension TotalsReport: ReportedFigures {}

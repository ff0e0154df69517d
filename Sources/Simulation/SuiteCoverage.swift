import Commands
import Conformance
import FixedPoint
import Geometry
import Graph
import Lowering
import MachineDescription
import Networks
import Quantization
import Schedules
import Tensors
import Text

/// What seeded layer cases reached on one machine or several.
public struct SuiteCoverage: Sendable {
    private var cases = 0
    private var operators: Set<String> = []
    private var roundingRules: Set<RoundingRule> = []
    /// Codebooks that a tensor has, and that a channel selects.
    private var codebookCounts: Set<Int> = []
    private var selects: Set<Int> = []
    private var lanes: [Lane: Use] = [:]
    private var casesWithMergedGroups = 0
    private var casesWithPhases = 0
    private var casesWithKernelRows = 0
    private var casesWithRowGroups = 0
    private var casesWithTileGroups = 0
    private var addresses: [String: AddressLines] = [:]
    private var outputs = 0
    private var saturatedOutputs = 0

    enum Lane: String, CaseIterable, Sendable { case input, output, pixel }

    /// Commands whose last group of lanes is full, and ragged.
    struct Use: Sendable {
        var full = 0
        var ragged = 0
    }

    public init() {}

    public mutating func add(_ run: ConformanceRun) {
        cases += 1
        let (network, plan) = (run.layerCase.network, run.plan)
        if plan.schedule.layers.contains(where: { $0.lanes == .mergedGroups }) { casesWithMergedGroups += 1 }
        if plan.schedule.layers.contains(where: { $0.lanes == .phases }) { casesWithPhases += 1 }
        if plan.schedule.layers.contains(where: { $0.lanes == .kernelRow }) { casesWithKernelRows += 1 }
        if plan.schedule.groups.contains(where: { !$0.ringRows.isEmpty }) { casesWithRowGroups += 1 }
        if plan.schedule.groups.contains(where: \.ringRows.isEmpty) { casesWithTileGroups += 1 }
        operators.formUnion(network.graph.layers.map(\.operator.name))
        for parameters in network.parameters.values {
            if let rule = parameters.roundingRule { roundingRules.insert(rule) }
        }
        for case .codes(let set) in network.formats.values {
            codebookCounts.insert(set.codebooks.count)
            selects.formUnion(set.selects.map { Int($0) })
        }
        outputs += plan.geometry.layers.indices.reduce(0) { $0 + plan.geometry.result(of: $1).shape.count }
        saturatedOutputs += run.saturatedOutputs
        for command in plan.program.commands { add(command, plan.machine) }
    }

    private mutating func add(_ command: Command, _ machine: MachineDescription) {
        let array = machine.macArray
        switch command.operation {
        case .load(let transfer), .store(let transfer):
            let capacity =
                switch transfer.buffer {
                case .weightBuffer: machine.weightBuffer.bytes
                case .activationBuffer: machine.activationBuffer.bytes
                case .parameterMemory: machine.parameterMemory.bytes
                }
            addresses[transfer.buffer.rawValue, default: AddressLines()].add(
                transfer.bufferRange, capacity: capacity)
        case .accumulate(let pass):
            for (lane, count, width) in [
                (Lane.input, pass.inputChannels, array.inputChannelLanes),
                (.output, pass.outputChannels, array.outputChannelLanes), (.pixel, pass.columns, array.pixelLanes),
            ] {
                if count % width == 0 {
                    lanes[lane, default: Use()].full += 1
                } else {
                    lanes[lane, default: Use()].ragged += 1
                }
            }
            guard !pass.first || !pass.last else { return }
            let sums = pass.rows * pass.columns * pass.groups * pass.outputChannels
            addresses["accumulatorBuffer", default: AddressLines()].add(
                pass.accumulatorAddress..<pass.accumulatorAddress + sums,
                capacity: 8 * machine.accumulatorBuffer.bytes / array.accumulatorBits)
        case .elementwise: break
        }
    }

    /// A line for each thing covered.
    public var text: String {
        let missing = RoundingRule.allCases.filter { !roundingRules.contains($0) }.map(\.rawValue)
        var lines = [
            "cases        \(cases.grouped), \(operators.count.counted("operator"))",
            "rounding     \(roundingRules.count) of \(RoundingRule.allCases.count) rules"
                + (missing.isEmpty ? "" : ", not \(missing.joined(separator: ", "))"),
            """
            codebooks    \(codebookCounts.sorted().map(String.init).joined(separator: ", ")) a tensor; selects \
            \(selects.sorted().map(String.init).joined(separator: ", "))
            """,
        ]
        lines += [
            "lanes        "
                + Lane.allCases.map {
                    """
                    \($0.rawValue) \((lanes[$0]?.full ?? 0).grouped) full and \((lanes[$0]?.ragged ?? 0).grouped) ragged
                    """
                }.joined(separator: ", ")
                    + """
                     (commands by their last group); groups merged in \(casesWithMergedGroups.groupedCount("case")), \
                    phases joined in \(casesWithPhases.grouped), kernel rows in \(casesWithKernelRows.grouped)
                    """
        ]
        lines.append(
            """
            groups       layers run together by rows in \(casesWithRowGroups.grouped) cases, tile by tile in \
            \(casesWithTileGroups.grouped)
            """)
        lines += [
            "addresses    "
                + ["weightBuffer", "activationBuffer", "parameterMemory", "accumulatorBuffer"].map {
                    "\($0) \(addresses[$0]?.text ?? "none")"
                }.joined(separator: ", ")
                + " (lines seen at 0 and at 1)"
        ]
        lines.append("saturation   \(saturatedOutputs.grouped) of \(outputs.grouped) outputs")
        return lines.joined(separator: "\n") + "\n"
    }
}

/// Which address lines of a buffer were seen at 0 and at 1.
struct AddressLines: Sendable {
    private var zeros = 0
    private var ones = 0
    private var capacity = 0

    mutating func add(_ range: Range<Int>, capacity: Int) {
        self.capacity = max(self.capacity, capacity)
        guard let (low, high) = range.isEmpty ? nil : (range.lowerBound, range.upperBound - 1) else { return }
        for line in 0..<AddressLines.width(capacity) {
            let bit = 1 << line
            // As long as 2^line consecutive addresses see both levels, or what lies at the two ends.
            if range.count > bit || low & bit != 0 || high & bit != 0 { ones |= bit }
            if range.count > bit || low & bit == 0 || high & bit == 0 { zeros |= bit }
        }
    }

    /// Lines that address `capacity` words.
    private static func width(_ capacity: Int) -> Int { Int.bitWidth - max(0, capacity - 1).leadingZeroBitCount }

    var text: String { "\((zeros & ones).nonzeroBitCount) of \(AddressLines.width(capacity))" }
}

extension LayerParameters {
    /// nil for operators that round by one rule of their own, or not at all.
    fileprivate var roundingRule: RoundingRule? {
        switch self {
        case .accumulation(let accumulation): accumulation.postProcessing.rounding
        case .requantization(let postProcessing): postProcessing.rounding
        case .addition(let addition): addition.rounding
        case .twoStageAddition(let addition): addition.postProcessing.rounding
        default: nil
        }
    }
}

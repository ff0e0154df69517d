import Commands
public import Diagnostics
import Geometry
import Graph
import Lowering
import MachineDescription
import Networks
public import Simulation
import Timing

/// A plan's timeline in the Chrome trace format, which Perfetto and chrome://tracing open: one slice a command on its
/// engine's track, the layers, and what the compute engine waited for. A cycle is written as a microsecond.
///
///     layers     |    conv0    |       gdn0      | ...
///     load       #####  #####  ####
///     compute          ####### ######
///     stalls     LLLLLLF     DDF    DL                one colour a reason
///     store                    ####   ####
public struct TimelineTrace: Sendable {
    private let plan: SimulationPlan

    /// `plan` keeps its commands.
    public init(_ plan: SimulationPlan) {
        precondition(plan.program.commands.count == plan.timeline.commands.count, "a plan whose commands were kept")
        self.plan = plan
    }

    /// Writes the file whole or not at all.
    public func write(to path: String) throws(Diagnostic) {
        var file = try BufferedFile(path: path)
        try file.append(
            #"{"displayTimeUnit":"ms","otherData":{"timestamps":"cycles","#
                + #""cycles":\#(plan.timeline.totalCycles)},"traceEvents":["#
        )
        let process = quoted("\(plan.network.graph.name) on \(plan.machine.name)")
        try file.append(
            "\n" + #"{"ph":"M","pid":1,"name":"process_name","args":{"name":\#(process)}}"#
        )
        for track in TraceTrack.allCases {
            try file.append(
                ",\n"
                    + #"""
                    {"ph":"M","pid":1,"tid":\#(track.id),"name":"thread_name","args":{"name":"\#(track.rawValue)"}}
                    """#
            )
            try file.append(
                ",\n"
                    + #"""
                    {"ph":"M","pid":1,"tid":\#(track.id),"name":"thread_sort_index","args":{"sort_index":\#(track.id)}}
                    """#
            )
        }
        let names = plan.layout.layers.map { quoted($0.name) }
        try appendLayers(names, to: &file)
        for (index, command) in plan.program.commands.enumerated() {
            try file.append(commandEvent(index, command, layer: names[command.layer]))
        }
        for slice in stallSlices(
            of: plan.program.commands, groups: plan.layout.groups, timed: plan.timeline, on: plan.machine) {
            try file.append(
                event(
                    .stalls, name: #""\#(slice.reason.rawValue)""#, slice.cycles.lowerBound, slice.cycles.count,
                    #""cname":"\#(slice.reason.colourName)","args":{"layer":\#(names[slice.layer])}"#))
        }
        try file.append("\n]}\n")
        try file.commit()
    }

    private func appendLayers(_ names: [String], to file: inout BufferedFile) throws(Diagnostic) {
        // Layers of a group run in turns: one slice for all of them.
        for group in plan.layout.groups {
            let layers = plan.timeline.layers.filter { group.contains($0.layer) }
            func sum(_ field: KeyPath<LayerTiming, Int>) -> Int { layers.reduce(0) { $0 + $1[keyPath: field] } }
            guard let last = layers.map(\.completion).max(), sum(\.simulatedCycles) > 0 else { continue }
            let name =
                group.count == 1 ? names[group.lowerBound] : quoted(group.map(layerName).joined(separator: " + "))
            let macs = #""args":{"computeCycles":\#(sum(\.computeCycles)),"issuedMACs":\#(sum(\.issuedMACs))}"#
            try file.append(
                event(.layers, name: name, last - sum(\.simulatedCycles) + 1, sum(\.simulatedCycles), macs))
        }
    }

    private func layerName(_ index: Int) -> String {
        plan.layout.layers[index].name
    }

    private func commandEvent(_ index: Int, _ command: Command, layer: String) -> String {
        let timing = plan.timeline.commands[index]
        var arguments = #""command":\#(index),"layer":\#(layer),"kind":"\#(command.kind)","cycles":\#(timing.cycles)"#
        switch command.operation {
        case .load(let transfer), .store(let transfer): arguments += #","bytes":\#(transfer.bytes)"#
        case .accumulate, .elementwise:
            let cost = CommandCost(of: command, on: plan.machine)!
            arguments +=
                #","fill":\#(cost.fillCycles),"compute":\#(cost.computeCycles)"#
                + #","bankConflict":\#(cost.bankConflictCycles),"drain":\#(cost.drainCycles)"#
        }
        if timing.boundBy >= 0 { arguments += #","waitedFor":"\#(SemaphoreSet.name(timing.boundBy))""# }
        if timing.boundByCommand >= 0 { arguments += #","signalledBy":\#(timing.boundByCommand)"# }
        return event(
            TraceTrack(command.engine), name: #""\#(command.kind)""#, timing.start, timing.cycles,
            #""args":{\#(arguments)}"#)
    }

    /// A complete event; `name` is quoted already.
    private func event(_ track: TraceTrack, name: String, _ start: Int, _ cycles: Int, _ rest: String) -> String {
        ",\n" + #"{"ph":"X","pid":1,"tid":\#(track.id),"ts":\#(start),"dur":\#(cycles),"name":\#(name),\#(rest)}"#
    }
}

/// The tracks from top to bottom.
private enum TraceTrack: String, CaseIterable {
    case layers, load, compute, stalls, store

    init(_ engine: Engine) {
        switch engine {
        case .load: self = .load
        case .compute: self = .compute
        case .store: self = .store
        }
    }

    var id: Int { TraceTrack.allCases.firstIndex(of: self)! + 1 }
}

extension StallReason {
    /// A colour of the trace viewer's palette.
    fileprivate var colourName: String {
        switch self {
        case .waitingForLoad: "terrible"
        case .waitingForStore: "bad"
        case .bankConflict: "yellow"
        case .dependency: "thread_state_iowait"
        case .bufferFull: "olive"
        case .fill: "grey"
        case .drain: "thread_state_runnable"
        }
    }
}

/// A JSON string.
private func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
        switch scalar {
        case "\"": result += "\\\""
        case "\\": result += "\\\\"
        case "\0"..."\u{1F}": result += "\\u00" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
        default: result.unicodeScalars.append(scalar)
        }
    }
    return result + "\""
}

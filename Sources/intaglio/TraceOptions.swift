import ArgumentParser
import Diagnostics
import Simulation
import Traces

/// What of a plan's timeline goes to files.
struct TraceOptions: ParsableArguments {
    @Option(help: "Write the timeline of engines, layers and stalls to this file, for Perfetto or chrome://tracing.")
    var timeline: String?
    @Option(help: "Write a waveform (VCD) of a window of cycles to this file.") var waveform: String?
    @Option(name: .customLong("from"), help: "With --waveform: the first cycle. (default: 0)") var givenFrom: Int?
    @Option(help: "With --waveform: the last cycle; without it \(Waveform.defaultCycles) cycles.") var to: Int?
    @Option(
        help: ArgumentHelp(
            "With --waveform: these units, with commas; all without it: \(UnitList.all).", valueName: "units"))
    var units: UnitList?

    var isEmpty: Bool { timeline == nil && waveform == nil }
    private var from: Int { givenFrom ?? 0 }

    func validate() throws {
        if waveform == nil {
            try refuseUnused(
                ["--from": givenFrom != nil, "--to": to != nil, "--units": units != nil], goingWith: "--waveform FILE")
        }
        guard from >= 0, to ?? from >= from else {
            throw ValidationError("--from and --to are cycles, 0 <= from <= to; found \(from) and \(to ?? from)")
        }
    }

    /// - Parameters:
    ///   - picture: that is read, if any.
    ///   - figures: files that --figures writes.
    ///   - tensors: files that --input reads.
    func requireDistinct(
        networks: [String], machines: [String], schedules: [String], picture: String? = nil, tensors: [String] = [],
        figures: [String] = []
    ) throws {
        var files = DistinctFiles()
        files.read(picture, by: "--image")
        for tensor in tensors { files.read(tensor, by: "--input") }
        for network in networks { files.read(network, by: "--network") }
        for machine in machines { files.read(machine, by: "--machine") }
        for schedule in schedules { files.read(schedule, by: "--schedule") }
        files.write(timeline, by: "--timeline")
        files.write(waveform, by: "--waveform")
        for path in figures { files.write(path, by: "--figures") }
        try files.requireDistinct()
    }

    /// Writes the files that were asked for; none where the window is refused.
    func write(_ plan: SimulationPlan) throws {
        guard !isEmpty else { return }
        try plan.requireMemory(bytesPerCommand: 256, for: "timeline and waveform")
        let last = to ?? from.addingReportingOverflow(Waveform.defaultCycles - 1).partialValue
        let dump = Waveform(plan, units: (units ?? UnitList()).units, window: from...max(from, last))
        if waveform != nil, dump == nil {
            throw ValidationError("--from \(from) is after the last cycle, \(plan.report().totals.simulatedCycles - 1)")
        }
        if let timeline { try TimelineTrace(plan).write(to: timeline) }
        if let waveform { try dump?.write(to: waveform) }
    }
}

/// Unit names with commas.
struct UnitList: ExpressibleByArgument {
    static let all = WaveformUnit.allCases.map(\.rawValue).joined(separator: ",")
    let units: Set<WaveformUnit>

    init() { units = Set(WaveformUnit.allCases) }

    init?(argument: String) {
        guard let names = try? parts(of: argument, option: "--units") else { return nil }
        let units = names.compactMap(WaveformUnit.init)
        guard units.count == names.count else { return nil }
        self.units = Set(units)
    }
}

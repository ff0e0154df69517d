import ArgumentParser
import Diagnostics
import MachineDescription
import NetworkFiles
import Networks
import Schedules

/// What is planned: each network on each machine, or one of each by several schedules.
struct PlanSubjects: ParsableArguments {
    @Option(
        name: .customLong("network"),
        help: ArgumentHelp(
            """
            A bundled network's name, a network file, a .tflite or .onnx model; to plan alone, an architecture \
            NAME:N[,M] or a SCALE-Sim topology (.csv). Several stand side by side. \
            (default: \(NetworkSource.defaultName))
            """, valueName: "network")) var networks: [String] = []
    @Option(
        name: .customLong("machine"),
        help: ArgumentHelp(
            "A built-in machine's name, or a machine file; several stand side by side. (default: mid)",
            valueName: "machine")) var machines: [String] = []
    @Option(
        name: .customLong("schedule"),
        help: ArgumentHelp(
            """
            A schedule file; without one the best schedule found is used. Several stand side by side: for one network \
            and machine, or one for each in their order.
            """, valueName: "schedule")) var schedules: [String] = []
    @Option(
        name: .customLong("rate"),
        help: "Which of a variable-rate network's rates to run, 0 is the lowest. (default: 0)") var givenRate: Int?
    @OptionGroup var shapes: ShapeOptions
    @OptionGroup var memory: MemoryOptions

    var rate: Int { givenRate ?? 0 }

    /// One plan: the words that name what it is of.
    struct Subject {
        var network: String
        var machine: String
        var schedule: String?
        /// What differs from the others.
        var name: String
    }

    func validate() throws {
        for (option, given) in [("--network", networks), ("--machine", machines), ("--schedule", schedules)] {
            if let twice = given.indices.first(where: { given[..<$0].contains(given[$0]) }) {
                throw ValidationError("\(option) \(given[twice]) is given twice: give it once")
            }
        }
        let pairs = max(1, networks.count) * max(1, machines.count)
        guard schedules.isEmpty || pairs == 1 || schedules.count == pairs else {
            throw ValidationError(
                """
                \(schedules.count) schedules for \(pairs) pairs of network and machine: give one for each, or none
                """)
        }
    }

    /// The networks, each once.
    ///
    /// - Throws: the diagnostics of opening them.
    func sources() throws -> [String: PlannedSource] {
        let names = Set(subjects.map(\.network)).sorted()
        try PlannedSource.refuseUnused(shapes, for: names)
        var sources: [String: PlannedSource] = [:]
        for name in names { sources[name] = try .opening(name, shapes: shapes.extents(), memory: memory.budget()) }
        return sources
    }

    /// Every plan, machines fastest.
    var subjects: [Subject] {
        let networks = networks.isEmpty ? [NetworkSource.defaultName] : networks
        let machines = machines.isEmpty ? ["mid"] : machines
        let pairs = networks.flatMap { network in machines.map { (network, $0) } }
        let count = max(pairs.count, schedules.count)
        return (0..<count).map { index in
            let (network, machine) = pairs.count == 1 ? pairs[0] : pairs[index]
            let schedule = schedules.isEmpty ? nil : schedules[index]
            var parts: [String] = []
            if networks.count > 1 { parts.append(Self.shortName(network, among: networks)) }
            if machines.count > 1 { parts.append(Self.shortName(machine, among: machines)) }
            if parts.isEmpty, let schedule { parts.append(Self.shortName(schedule, among: schedules)) }
            return Subject(
                network: network, machine: machine, schedule: schedule,
                name: parts.joined(separator: " "))
        }
    }

    /// The last part of a path, where no other path has the same.
    static func shortName(_ path: String, among paths: [String]) -> String {
        func last(_ path: String) -> Substring { path.split(separator: "/").last ?? path[...] }
        return paths.count { last($0) == last(path) } == 1 ? String(last(path)) : path
    }
}

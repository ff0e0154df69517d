import Commands
import Diagnostics
import Foundation
import Geometry
import Graph
import Lowering
import Networks
import Schedules
import Scheduling
import Simulation
import TestSupport
import Testing
import Timing
import Traces

@Suite struct TimelineTraceTests {
    private struct Trace: Decodable {
        var traceEvents: [Event]
        var otherData: Totals

        struct Totals: Decodable { var cycles: Int }
        struct Event: Decodable {
            var ph: String
            var tid: Int?
            var ts: Int?
            var dur: Int?
            var name: String
            var cname: String?
            var args: Arguments
        }
        struct Arguments: Decodable {
            var name: String?
            var command: Int?
            var layer: String?
            var kind: String?
            var cycles: Int?
            var computeCycles: Int?
        }

        /// Slices of the track of this name.
        func slices(_ track: String) throws -> [Event] {
            let id = try #require(traceEvents.first { $0.name == "thread_name" && $0.args.name == track }?.tid)
            return traceEvents.filter { $0.ph == "X" && $0.tid == id }
        }
    }

    private func trace(_ plan: SimulationPlan) throws -> Trace {
        let folder = try ScratchFolder()
        defer { folder.remove() }
        let path = folder.path("trace.json")
        try TimelineTrace(plan).write(to: path)
        return try JSONDecoder().decode(Trace.self, from: Data(contentsOf: URL(fileURLWithPath: path)))
    }

    @Test(arguments: builtInMachines) func everyCommandIsASliceOfItsEngine(machine: String) throws {
        let plan = try plan(on: machine)
        let trace = try trace(plan)
        #expect(trace.otherData.cycles == plan.timeline.totalCycles)
        var seen = 0
        for engine in Engine.allCases {
            for slice in try trace.slices(engine.rawValue) {
                let index = try #require(slice.args.command)
                let (command, timing) = (plan.program.commands[index], plan.timeline.commands[index])
                #expect(
                    command.engine == engine && slice.ts == timing.start && slice.dur == timing.cycles
                        && slice.args.cycles == timing.cycles)
                #expect(slice.args.layer == plan.network.graph.layers[command.layer].name)
                #expect(slice.name == slice.args.kind)
                seen += 1
            }
        }
        #expect(seen == plan.program.commands.count)
    }

    @Test func layersFillTheRunAndStallsAreColouredByReason() throws {
        let plan = try plan(on: "mid", width: 200, height: 120)
        let trace = try trace(plan)
        let layers = try trace.slices("layers")
        // A slice for each layer, or for the layers of a group together.
        let names = plan.network.graph.layers.map(\.name)
        let single = Set(names).subtracting(plan.schedule.groups.flatMap(\.layers))
        let expected = names.compactMap { name in
            single.contains(name)
                ? name : plan.schedule.groups.first { $0.layers.first == name }?.layers.joined(separator: " + ")
        }
        #expect(!plan.schedule.groups.isEmpty && layers.map(\.name) == expected)
        #expect(layers.first?.ts == 0 && layers.reduce(0) { $0 + $1.dur! } == plan.timeline.totalCycles)
        for (one, next) in zip(layers, layers.dropFirst()) { #expect(one.ts! + one.dur! == next.ts!) }

        let stalls = try trace.slices("stalls")
        for reason in StallReason.allCases {
            let cycles = plan.timeline.layers.reduce(0) { $0 + $1.stallCycles[reason] }
            #expect(stalls.filter { $0.name == reason.rawValue }.reduce(0) { $0 + $1.dur! } == cycles, "\(reason)")
        }
        let colours = Dictionary(grouping: stalls, by: \.name).mapValues { Set($0.map(\.cname)) }
        #expect(colours.values.allSatisfy { $0.count == 1 && !$0.contains(nil) })
        #expect(Set(colours.values.map { $0.first! }).count == colours.count)
    }

    @Test func aPathThatCannotBeWrittenIsRefused() throws {
        let plan = try plan(on: "small", width: 16, height: 16)
        #expect { try TimelineTrace(plan).write(to: "/nonexistent-folder/trace.json") } throws: {
            ($0 as? Diagnostic)?.code == .outputUnwritable
        }
    }
}

public import ArgumentParser
import Conformance
import Diagnostics
import Foundation
import Images
import MachineDescription
import NetworkFiles
public import RTL
import Reports
import Simulation
import Synchronization
import Text

extension VerifyCommand {
    /// The machine against its RTL: seeded cases, a network, or one of its layers.
    func verifyRTL() throws {
        let temporary = work == nil ? try TemporaryFolder(named: "intaglio-rtl") : nil
        defer { temporary?.remove() }
        let directory = URL(fileURLWithPath: temporary?.path ?? work ?? ".")
        let reports: [RTLReport]
        if let suite {
            reports = try SuiteMachines(options, randomCount: randomMachines).machines.map {
                try suiteReport(suite, on: $0.machine, in: directory)
            }
        } else {
            reports = [try networkReport(in: directory)]
        }
        if json {
            let machine = randomMachines == nil ? try options.machineDescription() : nil
            let network = suite == nil ? try options.source().file.identity(rate: options.rate) : nil
            try Console.document(
                RTLReports(reports: reports), DocumentHeader(machine: machine, network: network))
        } else {
            try Console.result(reports.map(\.text).joined(separator: "\n"))
        }
        if let failure = reports.lazy.compactMap(\.failure).first { throw DifferenceFound(message: failure) }
        let count = reports.reduce(0) { $0 + $1.cases.count }
        if !json {
            try Console.result(
                "\(count) \(count == 1 ? "case" : "cases"), 0 differing codes, 0 commands at other cycles\n")
        }
    }

    private func suiteReport(_ count: Int, on machine: MachineDescription, in directory: URL) throws -> RTLReport {
        let build = try machineBuild(machine, in: directory)
        defer { Console.endProgress() }
        var report = RTLReport(machine: machine.name, simulator: build.simulator.rawValue)
        let generator = LayerCaseGenerator(limits: CaseLimits(machine))
        let done = Mutex((cases: 0, failures: 0))
        try Interruption.keeping({
            Console.say(
                """
                interrupted after \(done.withLock { $0.cases }) of \(count) cases on \(machine.name), \
                \(done.withLock { $0.failures }) of them with differences
                """)
        }) { () throws in
            for offset in 0..<count {
                let seed = (seed ?? 0) &+ UInt64(offset)
                Console.progress("\(machine.name): case", offset + 1, of: count)
                // Of several machines none takes another's files.
                let name = (randomMachines == nil ? "" : machine.name + ".") + "case.\(seed)"
                report.cases.append(
                    try RTLVerification(
                        generator.suiteCase(seed: seed), on: build, directory: folder(name, in: directory),
                        threads: team.threads,
                        memory: options.memory.budget(threads: team.threads)))
                let failed = report.cases.last?.failure != nil
                done.withLock { $0 = ($0.cases + 1, $0.failures + (failed ? 1 : 0)) }
            }
        }
        return report
    }

    private func networkReport(in directory: URL) throws -> RTLReport {
        let machine = try options.machineDescription()
        // Read and proved before minutes go into a build.
        let source = try options.source()
        let inputs = try input.inputs(
            of: source.proven(rate: options.rate), from: source, crop: crop, memory: options.memory.budget())
        if let layer { try inputs.requireRuns(layer) }
        let build = try machineBuild(machine, in: directory)
        defer { Console.endProgress() }
        Console.progress("running \(layer ?? "all layers")")
        var report = RTLReport(machine: machine.name, simulator: build.simulator.rawValue)
        report.cases.append(
            try RTLVerification(
                on: inputs, only: layer, schedule: options.scheduleFile(), by: build,
                directory: folder(layer ?? "all-layers", in: directory),
                threads: team.threads, memory: options.memory.budget(threads: team.threads)))
        return report
    }

    private func machineBuild(_ machine: MachineDescription, in directory: URL) throws -> MachineBuild {
        let simulator = simulate ?? .verilator
        Console.progress("building the RTL of \(machine.name) with \(simulator.rawValue)")
        return try MachineBuild(
            machine, simulator: simulator, directory: folder("\(machine.name).\(simulator.rawValue)", in: directory),
            cache: work == nil ? BuildCache.ofUser : nil)
    }

    private func folder(_ name: String, in directory: URL) throws(Diagnostic) -> URL {
        URL(fileURLWithPath: try OutputFolder.path(directory.path, name))
    }
}

/// One for each machine.
private struct RTLReports: Encodable {
    var reports: [RTLReport]
}

/// What `verify --against rtl` found on one machine.
private struct RTLReport: Encodable {
    let machine: String
    let simulator: String
    var cases: [RTLVerification] = []

    /// The first difference of the first case that has one.
    var failure: String? { cases.lazy.compactMap(\.failure).first }

    var text: String {
        var table = FittedTable([
            .init("case", isLeft: true, shortest: 24), .init("elements"), .init("differ"), .init("commands"),
            .init("other cycles"), .init("predicted cycles", expendability: 3), .init("RTL cycles"),
            .init("model ms", expendability: 2), .init("RTL ms", expendability: 1),
        ])
        for verification in cases {
            table.append([
                verification.name, verification.elements.grouped, verification.differingElements.grouped,
                verification.commands.grouped,
                verification.differingCommands.grouped, verification.simulatedCycles.grouped,
                verification.rtlCycles.grouped,
                (verification.modelSeconds * 1000).fixed(1), (verification.rtlSeconds * 1000).fixed(1),
            ])
        }
        return table.text(width: TextStyle(of: 1).width)
    }
}

extension Simulator: ExpressibleByArgument {}

/// A part of a picture, written `WxH` (from the upper left corner) or `WxH+X+Y`.
struct PictureCrop: ExpressibleByArgument {
    let size: PictureSize
    let x: Int
    let y: Int

    init?(argument: String) {
        let parts = argument.split(separator: "+", omittingEmptySubsequences: false)
        guard parts.count == 1 || parts.count == 3, let size = PictureSize(argument: String(parts[0])) else {
            return nil
        }
        guard let x = parts.count == 3 ? Int(parts[1]) : 0, let y = parts.count == 3 ? Int(parts[2]) : 0, x >= 0, y >= 0
        else { return nil }
        (self.size, self.x, self.y) = (size, x, y)
    }

    /// The picture of `--image` (the built-in one without it), cut to `--crop`. Without either the middle of the
    /// built-in one, since whole pictures take a simulator hours, or what fits a network of one extent.
    static func picture(
        _ path: String?, _ crop: PictureCrop?, of source: NetworkSource, memory: MemoryBudget
    ) throws -> RGBImage {
        let image = try path.map { try PNGReader.read(path: $0, memory: memory).image } ?? source.testPicture
        if let crop { return try crop.applied(to: image) }
        return path == nil && source.extent == nil ? try middle.applied(to: image) : image
    }

    private static let middle = PictureCrop(argument: "64x64+352+224")!

    private func applied(to image: RGBImage) throws -> RGBImage {
        guard size.width <= image.width, x <= image.width - size.width, size.height <= image.height,
            y <= image.height - size.height
        else {
            throw Diagnostic(
                .cropOutside, at: "--crop", found: "\(size)+\(x)+\(y) in a picture of \(image.width)x\(image.height)",
                expected: "a part of the picture",
                remedy: "choose a smaller part")
        }
        return image.cropped(top: y, left: x, width: size.width, height: size.height)
    }
}

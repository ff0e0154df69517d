public import ArgumentParser
import Conformance
import Diagnostics
import Foundation
import Images
import Reports
public import RTL
import MachineDescription
import Simulation

extension VerifyCommand {
    /// The machine against its RTL: seeded cases, a network, or one of its layers.
    func verifyRTL() throws {
        let machine = try options.machineDescription()
        let temporary = work == nil ? try TemporaryFolder(named: "intaglio-rtl") : nil
        defer { temporary?.remove() }
        let directory = URL(fileURLWithPath: temporary?.path ?? work ?? ".")
        let simulator = simulate ?? .verilator
        // Read and proved before minutes go into a build.
        let subject = suite == nil ? (picture: try PictureCrop.picture(image, crop, memory: options.memory.budget()), network: try options.proven()) : nil
        Console.progress("building the RTL of \(machine.name) with \(simulator.rawValue)")
        let build = try MachineBuild(machine, simulator: simulator, directory: folder("\(machine.name).\(simulator.rawValue)", in: directory))
        var report = RTLReport(machine: machine.name, simulator: simulator.rawValue)
        if let suite {
            let array = machine.macArray
            let first = seed ?? 0
            let generator = LayerCaseGenerator(
                limits: CaseLimits(activationBits: array.activationBits, weightBits: array.weightBits, accumulatorBits: array.accumulatorBits,
                    hasTableNormalization: machine.normalization.method == .table))
            for offset in 0..<suite {
                let seed = first &+ UInt64(offset)
                Console.progress("case \(offset + 1) of \(suite)")
                report.cases.append(
                    try RTLVerification(
                        generator.layerCase(seed: seed), on: build, directory: folder("case.\(seed)", in: directory), threads: team.threads, memory: options.memory.budget(threads: team.threads)))
            }
            Console.endProgress()
        } else if let subject {
            let name = layer ?? "all layers"
            Console.progress("running \(name)")
            defer { Console.endProgress() }
            report.cases.append(
                try RTLVerification(
                    network: subject.network, picture: subject.picture, only: layer, schedule: options.scheduleFile(), on: build,
                    directory: folder(layer ?? "all-layers", in: directory), threads: team.threads, memory: options.memory.budget(threads: team.threads)))
        }
        try Console.result(json ? report.jsonText : report.text)
        if let failure = report.failure { throw DifferenceFound(message: failure) }
        if !json { try Console.result("\(report.cases.count) \(report.cases.count == 1 ? "case" : "cases"), 0 differing codes, 0 commands at other cycles\n") }
    }

    private func folder(_ name: String, in directory: URL) throws(Diagnostic) -> URL { URL(fileURLWithPath: try OutputFolder.path(directory.path, name)) }
}

/// What `verify --against rtl` found.
private struct RTLReport: Encodable {
    let machine: String
    let simulator: String
    var cases: [RTLVerification] = []

    /// The first difference of the first case that has one.
    var failure: String? { cases.lazy.compactMap(\.failure).first }

    var jsonText: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        // Strings, integers and wall times always encode.
        return String(decoding: try! encoder.encode(self), as: UTF8.self) + "\n"
    }

    var text: String {
        var table = TextTable(header: ["case", "elements", "differ", "commands", "other cycles", "predicted cycles", "RTL cycles", "model ms", "RTL ms"], leftColumns: 1)
        for verification in cases {
            table.append([
                verification.name, verification.elements.grouped, verification.differingElements.grouped, verification.commands.grouped,
                verification.differingCommands.grouped, verification.simulatedCycles.grouped, verification.rtlCycles.grouped,
                (verification.modelSeconds * 1000).fixed(1), (verification.rtlSeconds * 1000).fixed(1),
            ])
        }
        return table.text
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
        guard parts.count == 1 || parts.count == 3, let size = PictureSize(argument: String(parts[0])) else { return nil }
        guard let x = parts.count == 3 ? Int(parts[1]) : 0, let y = parts.count == 3 ? Int(parts[2]) : 0, x >= 0, y >= 0 else { return nil }
        (self.size, self.x, self.y) = (size, x, y)
    }

    /// The picture of `--image` (the built-in one without it), cut to `--crop`. Without either the middle of the built-in one: whole pictures take a simulator hours.
    static func picture(_ path: String?, _ crop: PictureCrop?, memory: MemoryBudget) throws -> RGBImage {
        let image = try path.map { try PNGReader.read(path: $0, memory: memory).image } ?? TestPicture.draw()
        if let crop { return try crop.applied(to: image) }
        return path == nil ? try middle.applied(to: image) : image
    }

    private static let middle = PictureCrop(argument: "64x64+352+224")!

    private func applied(to image: RGBImage) throws -> RGBImage {
        guard size.width <= image.width, x <= image.width - size.width, size.height <= image.height, y <= image.height - size.height else {
            throw Diagnostic(
                .cropOutside, at: "--crop", found: "\(size)+\(x)+\(y) in a picture of \(image.width)x\(image.height)", expected: "a part of the picture",
                remedy: "choose a smaller part")
        }
        var samples: [UInt8] = []
        for row in y..<y + size.height {
            let first = (row * image.width + x) * 3
            samples += image.samples[first..<first + size.width * 3]
        }
        return RGBImage(width: size.width, height: size.height, samples: samples)
    }
}

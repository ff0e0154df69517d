import ArgumentParser
import Diagnostics
import MachineDescription
import NetworkFiles
import Networks
import Reports
import Schedules

/// Which network on which machine.
struct NetworkOptions: ParsableArguments {
    @Option(
        help: """
            A bundled network's name, a network file, a .tflite or .onnx model. (default: \(NetworkSource.defaultName))
            """)
    var network: String?
    @Option(name: .customLong("machine"), help: "A built-in machine's name, or a machine file. (default: mid)")
    var givenMachine: String?
    @Option(help: "A schedule file; without one the best schedule found is used.") var schedule: String?
    @Option(
        name: .customLong("rate"),
        help: "Which of a variable-rate network's rates to run, 0 is the lowest. (default: 0)") var givenRate: Int?

    @OptionGroup var memory: MemoryOptions

    var rate: Int { givenRate ?? 0 }
    var machine: String { givenMachine ?? "mid" }
    var namesMachine: Bool { givenMachine != nil }

    func source(includingFloat: Bool = false) throws -> NetworkSource {
        try .opening(
            network ?? NetworkSource.defaultName, includingFloat: includingFloat, memory: memory.budget())
    }

    /// Of a document about this network on this machine.
    func header(_ machine: MachineDescription? = nil) throws -> DocumentHeader {
        try DocumentHeader(
            machine: machine ?? .load(self.machine), network: source().file.identity(rate: rate))
    }

    func quantized() throws -> QuantizedNetwork { try source().quantized(rate: rate) }

    /// What runs.
    func proven() throws -> ProvenNetwork { try source().proven(rate: rate) }

    func machineDescription() throws -> MachineDescription { try .loadAndWarn(machine) }

    /// Where only the machine matters.
    func refuseNetwork(goingWith purpose: String) throws {
        try refuseUnused(
            ["--network": network != nil, "--schedule": schedule != nil, "--rate": givenRate != nil], goingWith: purpose
        )
    }

    /// The same on a command line, for a command to paste.
    var words: [String] {
        [("--network", network), ("--machine", givenMachine), ("--schedule", schedule)].flatMap { name, value in
            value.map { [name, $0] } ?? []
        } + (givenRate.map { ["--rate", "\($0)"] } ?? [])
    }

    func scheduleFile() throws -> Schedule? { try schedule.map { try Schedule(contentsOf: $0) } }
}

/// A picture's extent, written `WxH` or by a name of video: `1080p`, `4k`.
struct PictureSize: ExpressibleByArgument {
    var width: Int
    var height: Int

    init(width: Int, height: Int) {
        self.width = width
        self.height = height
    }

    /// Width to height as 16 to 9.
    private static let names = [
        "480p": PictureSize(width: 854, height: 480), "720p": PictureSize(width: 1280, height: 720),
        "1080p": PictureSize(width: 1920, height: 1080), "1440p": PictureSize(width: 2560, height: 1440),
        "2160p": PictureSize(width: 3840, height: 2160), "4320p": PictureSize(width: 7680, height: 4320),
        "4k": PictureSize(width: 3840, height: 2160), "8k": PictureSize(width: 7680, height: 4320),
    ]

    init?(argument: String) {
        if let named = Self.names[argument.lowercased()] {
            self = named
            return
        }
        let sides = argument.split(separator: "x", omittingEmptySubsequences: false).map { side in
            side.allSatisfy(\.isNumber) ? Int(side) : nil
        }
        guard sides.count == 2, let width = sides[0], let height = sides[1], (1...65_535).contains(width),
            (1...65_535).contains(height)
        else { return nil }
        self.init(width: width, height: height)
    }

    var defaultValueDescription: String { "\(width)x\(height)" }
}

extension PictureSize: CustomStringConvertible {
    var description: String { "\(width)x\(height)" }
}

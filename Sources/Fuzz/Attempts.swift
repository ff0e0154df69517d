import Architectures
import Codec
import Conformance
import Curves
import Diagnostics
import EntropyCoding
import FileFormats
import Graph
import Images
import Importers
import MachineDescription
import NetworkFiles
import Networks
import Random
import Reports
import Schedules
import Simulation
import Tensors
import Threads
import Topologies

/// A result that contradicts itself: executors that differ, a diagnostic or a name that could harm a terminal.
struct WrongResult: Error {
    let message: String
}

/// Does with a file what the commands do with it after reading, at a small size.
struct Attempts {
    /// Where the file lies, alone.
    let folder: String
    let codecs: CodecSeeds
    let team = ThreadTeam(threads: 1)

    /// - Throws: the diagnostic that a command would print; `WrongResult`.
    func attempt(_ reader: Reader, path: String, seed: UInt64) throws {
        var random = SeededGenerator(seed: seed &* 31 &+ 7)
        switch reader {
        case .network: try network(path, using: &random)
        case .floatNetwork: try floatNetwork(path, using: &random)
        case .layerCase: try layerCase(using: &random)
        case .machine: try machine(path, using: &random)
        case .schedule: try schedule(path, using: &random)
        case .picture: try picture(path, using: &random)
        case .stream: try stream(path)
        case .curve: try curve(path)
        case .imported: try imported(path)
        case .trellis: try trellis(path, using: &random)
        case .topology: try topology(path, using: &random)
        case .onnx: try onnx(path, using: &random)
        case .model: try model(path, using: &random)
        case .stateDict: try stateDict(path, using: &random)
        }
    }

    private func layerCase(using random: inout SeededGenerator) throws {
        let machine = MachineDescription.builtIn(named: random.element(of: ["small", "mid", "large"]))!
        if let refused = try LayerCaseFolder.verify(folder, machine: machine).refused.first { throw refused }
    }

    private func machine(_ path: String, using random: inout SeededGenerator) throws {
        let machine = try MachineDescription.load(path)
        guard try MachineDescription(yaml: machine.yaml, path: path) == machine else {
            throw WrongResult(message: "the machine's own text reads as another machine")
        }
        let network = random.element(of: codecs.networks)
        let plan = try SimulationPlan(
            network: network, machine: machine, width: 16, height: 16)
        _ = JSONDocument.text(of: plan.report())
        guard random.once(in: 4) else { return }
        try requireEqual(
            Verification(
                network: ProvenNetwork(network), machine: machine,
                picture: SmallCodecNetwork.picture(width: 16, height: 16), threads: 1))
    }

    private func schedule(_ path: String, using random: inout SeededGenerator) throws {
        let schedule = try Schedule(contentsOf: path)
        guard try Schedule(yaml: schedule.description, path: path) == schedule else {
            throw WrongResult(message: "the schedule's own text reads as another schedule")
        }
        let network = codecs.networks.first { $0.graph.name == schedule.network } ?? codecs.networks[0]
        let plan = try SimulationPlan(
            network: network, machine: .builtIn(named: "mid")!, width: 16, height: 16, schedule: schedule)
        _ = JSONDocument.text(of: plan.report())
        try requireEqual(
            Verification(
                network: ProvenNetwork(network), machine: plan.machine, schedule: schedule,
                picture: SmallCodecNetwork.picture(width: 16, height: 16), threads: 1))
    }

    private func picture(_ path: String, using random: inout SeededGenerator) throws {
        let picture = try PNGReader.read(path: path)
        guard try PNGReader.decode(PNGWriter.encode(picture.image), place: path).image == picture.image else {
            throw WrongResult(message: "the picture changes when it is written")
        }
        guard picture.image.width * picture.image.height <= 4096 else { return }
        _ = JSONDocument.text(of: try PictureQuality(of: picture.image, against: picture.image))
        guard random.once(in: 4) else { return }
        var codec = random.element(of: codecs.codecs)
        _ = try codec.analyse(picture.image, rate: 0)
    }

    private func stream(_ path: String) throws {
        let file = try StreamFile(path)
        var refusal: (any Error)?
        for codec in codecs.codecs {
            var codec = codec
            do {
                _ = PNGWriter.encode(try codec.decode(file))
                return
            } catch  where error.code == .streamOfAnotherNetwork { refusal = refusal ?? error } catch {
                refusal = error
            }
        }
        if let refusal { throw refusal }
    }

    private func curve(_ path: String) throws {
        let curves = try RateDistortionCurve.curves(fileAndName: path)
        let anchor = RateDistortionCurve(
            name: "anchor",
            points: [(0.1, 28.0), (0.3, 32.0), (0.6, 35.0), (1.2, 39.0)].map {
                .init(bitsPerPixel: $0, psnr: $1, msSSIM: 1 - 1 / $1)
            })
        var evaluation = Evaluation(network: "network", machine: "machine")
        evaluation.curves = [anchor]
        evaluation.compare(with: curves)
        _ = (JSONDocument.text(of: evaluation), evaluation.text)
    }

    private func imported(_ path: String) throws {
        let network = try NetworkImporter.read(architecture: "mean-scale-hyperprior", from: path)
        try requireReadable(NetworkFile(float: network), at: path)
    }

    /// What is written can be read, and is the same.
    func requireReadable(_ file: NetworkFile, at path: String) throws {
        let bytes = file.bytes
        let read: NetworkFile
        do {
            read = try NetworkFile(bytes, at: path)
        } catch { throw WrongResult(message: "what would be written cannot be read: \(error)") }
        guard read.bytes == bytes else {
            throw WrongResult(message: "what would be written reads as another network")
        }
    }

    private func trellis(_ path: String, using random: inout SeededGenerator) throws {
        let table = try TrellisTable(contentsOf: path)
        var codec = random.element(of: codecs.codecs)
        let encoded = try codec.encode(
            SmallCodecNetwork.picture(width: 12, height: 12), rate: 0,
            quantizer: LatentQuantizer(.trellis, fractionBits: codec.fractionBits, trellis: table))
        guard try codec.decode(encoded.bytes, at: path) == encoded.reconstruction else {
            throw WrongResult(message: "the decoder's picture is not the encoder's")
        }
    }

    private func topology(_ path: String, using random: inout SeededGenerator) throws {
        let machine = MachineDescription.builtIn(named: random.element(of: ["small", "mid", "large"]))!
        let network = try Topology(contentsOf: path).network(on: machine)
        let (formats, _) = try network.formats(on: machine)
        let shapes = try network.graph.shapes(height: 1, width: 1)
        let macs = network.graph.layers.map {
            $0.usefulMACs(input: shapes[$0.inputs[0]]!, output: shapes[$0.name]!)
        }
        // What is planned takes as long as it is large.
        guard macs.allSatisfy({ $0 < 1 << 28 }), shapes.values.allSatisfy({ $0.count < 1 << 20 }) else { return }
        let plan = try SimulationPlan(formats: formats, machine: machine, width: 1, height: 1, keepsCommands: false)
        guard plan.report().layers.map(\.usefulMACs) == macs else {
            throw WrongResult(message: "the plan's layers are not the file's")
        }
    }

    func requireEqual(_ verification: Verification) throws {
        if let failure = verification.failure { throw WrongResult(message: failure) }
    }
}

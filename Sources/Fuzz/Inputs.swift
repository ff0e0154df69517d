import Codec
import Conformance
import FileFormats
import MachineDescription
import NetworkFiles
import Networks
import Random
import Schedules
import Simulation

/// Makes the file of a reader and a seed: a small right one, drawn or of the program itself, mostly changed at a few
/// places.
struct Inputs {
    let codecs: CodecSeeds
    private let scheduled: [[UInt8]]

    init(_ codecs: CodecSeeds) throws {
        self.codecs = codecs
        scheduled = try codecs.networks.map { network in
            Array(
                try SimulationPlan(network: network, machine: .builtIn(named: "mid")!, width: 16, height: 16).schedule
                    .description.utf8)
        }
    }

    func bytes(of reader: Reader, seed: UInt64) -> [UInt8] {
        var random = SeededGenerator(seed: seed &* 64 &+ UInt64(Reader.allCases.firstIndex(of: reader)!))
        switch reader {
        case .network: return network(using: &random)
        case .floatNetwork: return floatNetwork(using: &random)
        case .layerCase:
            return TextMutation.mutated(Array(random.element(of: TextSeeds.layerCases).utf8), using: &random)
        case .machine: return TextMutation.mutated(Array(machine(using: &random).yaml.utf8), using: &random)
        case .schedule: return TextMutation.mutated(random.element(of: scheduled), using: &random)
        case .picture: return PictureInput.bytes(using: &random)
        case .stream: return StreamMutation.mutated(random.element(of: codecs.streams), using: &random)
        case .curve: return TextMutation.mutated(Array(random.element(of: TextSeeds.curves).utf8), using: &random)
        case .imported:
            let file = ImportSeed.file(using: &random)
            return random.once(in: 8) ? file.bytes : NetworkMutation.mutated(file, using: &random)
        case .onnx: return ONNXMutation.mutated(ONNXSeed.model(using: &random), using: &random)
        case .trellis: return TextMutation.mutated(Array(TextSeeds.trellis.utf8), using: &random)
        case .topology:
            let text = Array(random.element(of: TextSeeds.topologies).utf8)
            return random.once(in: 4)
                ? ByteMutation.mutated(text, using: &random) : TextMutation.mutated(text, using: &random)
        case .model: return model(using: &random)
        case .stateDict: return StateDictMutation.mutated(StateDictSeed.file(using: &random), using: &random)
        }
    }

    /// Small enough that most bytes mean something.
    private func model(using random: inout SeededGenerator) -> [UInt8] {
        var bytes = ModelSeed.bytes(using: &random)
        switch random.integer(0...4) {
        case 0: break
        case 1: bytes = ByteMutation.mutated(bytes, using: &random)
        default:
            // Behind the identifier.
            for _ in 0..<random.integer(1...3) {
                let number = random.element(of: [0, 1, 2, 3, 4, 9, -1, 127, 128, 1 << 16, 1 << 30, Int32.max, .min])
                let width = random.element(of: [1, 1, 1, 4])
                let place = random.integer(8...bytes.count - 4)
                let patch = withUnsafeBytes(of: number.littleEndian) { Array($0) }
                bytes.replaceSubrange(place..<place + width, with: patch.prefix(width))
            }
        }
        return bytes
    }

    private func network(using random: inout SeededGenerator) -> [UInt8] {
        var file: NetworkFile
        if random.once(in: 4) {
            file = NetworkFile(quantized: random.element(of: codecs.networks))
        } else {
            let drawn = RandomNetwork(using: &random)
            file = NetworkFile(
                float: random.once(in: 4) ? drawn.float(using: &random) : nil,
                quantized: drawn.quantized(using: &random))
        }
        return mutated(file, using: &random)
    }

    private func floatNetwork(using random: inout SeededGenerator) -> [UInt8] {
        let network =
            random.once(in: 3)
            ? SmallCodecNetwork.float(hasHyperprior: random.once(in: 2))
            : RandomNetwork(using: &random).float(using: &random)
        return mutated(NetworkFile(float: network), using: &random)
    }

    private func mutated(_ file: NetworkFile, using random: inout SeededGenerator) -> [UInt8] {
        let bytes = file.bytes
        // What the program wrote, it reads.
        return random.once(in: 4)
            ? bytes : NetworkMutation.mutated(try! SafetensorsFile(bytes, at: "seed"), using: &random)
    }

    private func machine(using random: inout SeededGenerator) -> MachineDescription {
        var machine = MachineDescription.builtIn(named: random.element(of: ["small", "mid", "large"]))!
        if random.once(in: 3) { machine.normalization.method = .table }
        if random.once(in: 4) { machine.macArray.zeroSkipping = true }
        if random.once(in: 4) {
            machine.weightDecoder = WeightDecoderDescription(
                law: .huffman, symbolsPerCycle: random.element(of: [1, 16]))
        }
        return machine
    }
}

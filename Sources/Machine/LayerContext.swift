internal import Commands
internal import Kernels
internal import Quantization

/// What the units derive from one layer's parameter blocks: made when the blocks change, shared by all commands that
/// name them.
final class LayerContext {
    let configuration: LayerConfiguration
    /// V.
    let activationBits: Int
    private let level: KernelLevel
    // A layer has few of each: looking through them is faster than hashing.
    private var decoders: [(key: DecoderKey, decoder: OperandDecoder)] = []
    private var drains: [(key: DrainKey, drain: DrainLanes)] = []
    private var placed: [(key: PlacedLanes.Key, lanes: PlacedLanes)] = []
    private(set) lazy var encoder = Encoder(configuration.output)

    init(configuration: LayerConfiguration, activationBits: Int, level: KernelLevel) {
        self.configuration = configuration
        self.activationBits = activationBits
        self.level = level
    }

    /// The decoder of the first operand (or the second) for a run of channels of each group.
    func decoder(_ key: DecoderKey) -> OperandDecoder {
        for known in decoders where known.key == key { return known.decoder }
        let decoder = OperandDecoder(configuration, key, activationBits: activationBits, level: level)
        decoders.append((key, decoder))
        return decoder
    }

    func drain(_ key: DrainKey) -> DrainLanes {
        for known in drains where known.key == key { return known.drain }
        let drain = DrainLanes(configuration, key, encoder: encoder)
        drains.append((key, drain))
        return drain
    }

    /// The lanes of a pass over blocks of phases.
    func placedLanes(_ pass: Accumulation) -> PlacedLanes {
        let key = PlacedLanes.Key(pass)
        for known in placed where known.key == key { return known.lanes }
        let lanes = PlacedLanes(key, self)
        placed.append((key, lanes))
        return lanes
    }

    /// The expanded weights of the 256 codes.
    private(set) lazy var weightEntries: AlignedMemory<Int16> = {
        guard let entries = configuration.weightEntries else {
            preconditionFailure("a command of the MAC array needs a weight table")
        }
        precondition(entries.allSatisfy { $0 > .min }, "expanded weights lie above \(Int16.min)")
        return AlignedMemory(entries)
    }()

    /// The layer's channels that a command touches: `channels` of each group from `first` on, groups `groupPitch`
    /// apart.
    struct Channels: Equatable {
        var first: Int
        var channels: Int
        var groups: Int
        var groupPitch: Int

        var count: Int { channels * groups }

        /// Index in the whole tensor of flat channel `group channels + channel`.
        func index(_ flat: Int) -> Int { first + flat / channels * groupPitch + flat % channels }
    }

    struct DecoderKey: Equatable {
        var channels: Channels
        var operand: Accumulation.Operand
        var isSecond: Bool
    }

    struct DrainKey: Equatable {
        var channels: Channels
        /// Whether the bias is added here (or was, in the first pass).
        var addsBias: Bool
        /// Copies of the channels side by side: pixels that share a vector.
        var copies: Int
    }
}

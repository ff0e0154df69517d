public import Diagnostics
import EntropyCoding
import EntropyUnits
import Graph
import MachineDescription
import Networks
import Simulation
import Tensors

/// What a whole encode or decode takes: the transforms as simulated, the units around them as estimated. The two kinds
/// of cycles are never added in one total.
public struct CodecBudget: Codable, Equatable, Sendable {
    public var encode: Side
    public var decode: Side

    public struct Side: Codable, Equatable, Sendable {
        /// Parts in the order in which data passes them.
        public var parts: [CodecPart]
        public var simulatedCycles: Int
        public var estimatedCycles: Int
        /// The part that needs the most cycles: where all parts work on successive pictures at once, it bounds the
        /// rate.
        public var boundingPart: String
        /// Pictures a second where the parts overlap; the transforms share one machine, so they count as one part.
        public var pipelinedFramesPerSecond: Double
    }
}

/// One part of a codec on the machine.
public struct CodecPart: Codable, Equatable, Sendable {
    public var name: String
    public var simulatedCycles: Int?
    public var estimatedCycles: Int?
    public var dramBytes: Int
    /// Tables or survivors that the unit holds.
    public var memoryBytes: Int

    var cycles: Int { (simulatedCycles ?? 0) + (estimatedCycles ?? 0) }
}

extension PictureCodec {
    /// - Parameter streamBytes: of the coded picture, where it is known; else the stream is left out of the traffic.
    public mutating func budget(
        width: Int, height: Int, rate: Int, quantizer: LatentQuantizer, streamBytes: Int?
    ) throws(Diagnostic) -> CodecBudget {
        try requireFit(quantizer)
        let shapes = try network.shapes(height: network.graph.padded(height), width: network.graph.padded(width))
        let latent = shapes[tensors.latent]!
        let hyper = tensors.hyperLatent.map { shapes[$0]! }
        let unit = EntropyUnit(machine.entropyCoder, tableBytes: parameters.byteCount)
        let symbols = latent.count + (hyper?.count ?? 0)

        var transforms: [Part: CodecPart] = [:]
        for (part, extent) in [
            (Part.analysis, (height, width)), (.hyperSynthesis, (hyper?.height ?? 0, hyper?.width ?? 0)),
            (.synthesis, (latent.height, latent.width)),
        ]
        where part != .hyperSynthesis || hyper != nil {
            let totals = try plan(part, rate: rate, height: extent.0, width: extent.1).plan.report().totals
            transforms[part] = CodecPart(
                name: part.rawValue, simulatedCycles: totals.simulatedCycles, dramBytes: totals.dramBytes,
                memoryBytes: 0)
        }
        // Latents, means and scales come in as 16 bits, symbols are read back as 16 bits.
        let operands = 2 * latent.count * (hyper == nil ? 1 : 3)
        let entropy = CodecPart(
            name: "entropyUnit", estimatedCycles: unit.cycles(symbols: symbols),
            dramBytes: operands + 2 * (hyper?.count ?? 0) + (streamBytes ?? 0), memoryBytes: unit.tableBytes)
        var decide: [CodecPart] = []
        if let trellis = quantizer.trellis {
            let trellisUnit = TrellisUnit(trellis, settings: quantizer.settings)
            decide.append(
                CodecPart(
                    name: "trellisUnit", estimatedCycles: trellisUnit.cycles(samples: latent.count, machine.trellis),
                    dramBytes: operands + 2 * latent.count,
                    memoryBytes: trellisUnit.survivorBytes(samples: latent.count)))
        }
        let hyperParts = [transforms[.hyperSynthesis]].compactMap { $0 }
        return CodecBudget(
            encode: side([transforms[.analysis]!] + hyperParts + decide + [entropy]),
            decode: side(hyperParts + [entropy, transforms[.synthesis]!]))
    }

    private func side(_ parts: [CodecPart]) -> CodecBudget.Side {
        let simulated = parts.compactMap(\.simulatedCycles).reduce(0, +)
        let units = parts.filter { $0.simulatedCycles == nil }.sorted { $0.cycles > $1.cycles }
        let slowest =
            units.first.map { $0.cycles > simulated ? ($0.name, $0.cycles) : ("transforms", simulated) } ?? (
                "transforms", simulated
            )
        return CodecBudget.Side(
            parts: parts, simulatedCycles: simulated, estimatedCycles: units.map(\.cycles).reduce(0, +),
            boundingPart: slowest.0,
            pipelinedFramesPerSecond: machine.clockMegahertz * 1e6 / Double(max(slowest.1, 1)))
    }
}

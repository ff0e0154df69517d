public import Diagnostics
import EntropyCoding
import FileFormats
import Graph
public import Images
public import MachineDescription
import NetworkFiles
public import Networks
import Simulation
import Tensors

/// Encodes and decodes pictures with a quantized network, every layer of it on the modelled machine.
///
///     encode    picture ─ analysis ─┬─ latents ───────────── quantizer ─ entropy unit ─> section of latents
///                                   └─ hyper-latents ──┬──── entropy unit ─────────────> section of hyper-latents
///     both                                             └─ hyper-synthesis ─ scales, means
///     decode    sections ─ entropy unit ─ symbols ─ reconstruction ─ synthesis ─> picture
///
/// The encoder passes through the same hyper-synthesis, reconstruction and synthesis as the decoder: what it says about
/// quality is what a decoder shows.
public struct PictureCodec: Sendable {
    public var network: QuantizedNetwork { proven.network }
    private let proven: ProvenNetwork
    public let machine: MachineDescription
    /// Rates of the network, at least 1.
    public let rateCount: Int
    let tensors: CodecTensors
    /// F: 2^F steps of the latents' grid are one symbol step.
    public var fractionBits: Int { tensors.grid.fractionBits }
    let parameters: CodecParameters
    let rates: RateTable
    /// The first 16 bytes of the SHA-256 of the network file without its float part.
    public let networkDigest: [UInt8]
    private let threads: Int
    let memory: MemoryBudget
    private var parts: [PartKey: PlannedPart] = [:]

    private struct PartKey: Hashable {
        var part: Part
        var rate: Int
        var height: Int
        var width: Int
    }

    /// A part of the network at one rate and extent.
    struct PlannedPart {
        let network: ProvenNetwork
        let plan: SimulationPlan
    }

    /// The three runs of a network.
    enum Part: String {
        case analysis, hyperSynthesis, synthesis
    }

    /// - Throws: `codecMissing`, `codecNetworkUnfit`, `codecTablesInvalid`, `machineWidthExceeded`.
    public init(
        _ proven: ProvenNetwork, machine: MachineDescription, threads: Int = 1, memory: MemoryBudget = .standard
    ) throws(Diagnostic) {
        let network = proven.network
        guard let codec = network.codec else {
            throw Diagnostic(
                .codecMissing, at: "network \(network.graph.name)", found: "no entropy tables",
                expected: "a network that was prepared to encode and decode",
                remedy: "quantize it with `intaglio quantize --codec`")
        }
        self.proven = proven
        self.machine = machine
        self.threads = threads
        self.memory = memory
        rateCount = network.rateMultipliers.values.map(\.count).max() ?? 1
        tensors = try CodecTensors(network.graph)
        parameters = codec
        rates = RateTable(codec.latentTables)
        networkDigest = Self.digest(network)
        try requireTables()
        try require(parameters.lanes, "lanes of the entropy coder", machine.entropyCoder.interleave)
    }

    /// - Throws: `machineWidthExceeded`.
    func require(_ needed: Int, _ what: String, _ available: Int) throws(Diagnostic) {
        guard needed > available else { return }
        throw Diagnostic(
            .machineWidthExceeded, at: "machine \(machine.name)", found: "\(needed) \(what)",
            expected: "at most \(available)",
            remedy: "choose a machine that has as many, or fewer of them")
    }

    private static func digest(_ network: QuantizedNetwork) -> [UInt8] {
        let text = Array(Digest.sha256(NetworkFile(quantized: network).bytes).utf8)
        return (0..<16).map { UInt8(String(decoding: text[2 * $0..<2 * $0 + 2], as: UTF8.self), radix: 16)! }
    }

    private func requireTables() throws(Diagnostic) {
        let channels = try network.graph.channels()
        let levels = tensors.parameters == nil ? channels[tensors.latent]! : parameters.scaleThresholds.count + 1
        let hyperTables = tensors.hyperLatent.map { channels[$0]! }
        guard parameters.levelCount == levels, parameters.hyperLatentTables?.count == hyperTables else {
            throw Diagnostic(
                .codecTablesInvalid, at: "network \(network.graph.name)",
                found:
                    """
                    \(parameters.levelCount) levels and \(parameters.hyperLatentTables?.count ?? 0) tables of the \
                    hyper-latent
                    """,
                expected: "\(levels) and \(hyperTables ?? 0)",
                remedy: "quantize the network again")
        }
        for name in [tensors.picture, tensors.hyperLatent, tensors.output].compactMap({ $0 }) {
            guard case .codes? = network.formats[name] else {
                throw Diagnostic(
                    .codecNetworkUnfit, at: "tensor \(name)", found: "16-bit integers",
                    expected: "8-bit codes: pictures and hyper-latents are bytes",
                    remedy: "requantize this tensor to codes, or leave it out of the graph's latents")
            }
        }
    }

    // MARK: The network's runs

    mutating func plan(_ part: Part, rate: Int, height: Int, width: Int) throws(Diagnostic) -> PlannedPart {
        let key = PartKey(part: part, rate: rate, height: height, width: width)
        if let planned = parts[key] { return planned }
        let atRate = try proven.atRate(rate)
        let name = "\(network.graph.name)-\(part.rawValue)"
        let cut =
            switch part {
            case .analysis:
                atRate.cut(
                    from: [tensors.picture], to: [tensors.latent] + (tensors.hyperLatent.map { [$0] } ?? []),
                    name: name, sizeMultiple: network.graph.sizeMultiple)
            case .hyperSynthesis: atRate.cut(from: [tensors.hyperLatent!], to: [tensors.parameters!], name: name)
            case .synthesis: atRate.cut(from: [tensors.reconstruction], to: [tensors.output], name: name)
            }
        let planned = PlannedPart(
            network: cut,
            plan: try SimulationPlan(
                network: cut.network, machine: machine, width: width, height: height, memory: memory))
        parts[key] = planned
        return planned
    }

    /// Asks for what the largest part needs on a picture, and the latents beside it, before anything is planned.
    ///
    /// - Throws: `memoryBudgetExceeded`, and what shapes throw.
    func requireMemory(width: Int, height: Int) throws(Diagnostic) {
        let shapes = try network.shapes(height: network.graph.padded(height), width: network.graph.padded(width))
        var parts = [
            [tensors.picture, tensors.latent, tensors.hyperLatent].compactMap(\.self),
            [tensors.reconstruction, tensors.output],
        ]
        if let hyper = tensors.hyperLatent, let parameters = tensors.parameters { parts.append([hyper, parameters]) }
        var largest = 0
        for ends in parts {
            let part = network.cut(from: [ends[0]], to: Array(ends[1...]), name: "part")
            let input = shapes[ends[0]]!
            largest = max(
                largest,
                try SimulationPlan.runBytes(part, height: input.height, width: input.width, machine: machine))
        }
        // Symbols, means, tables and values of the latents; the picture as samples, in 32-bit elements and padded.
        let latents = MemoryBudget.product(32, shapes[tensors.latent]!.count)
        let picture = MemoryBudget.product(24, width, height)
        try memory.require(
            [largest, latents, picture].reduce(0, MemoryBudget.sum),
            for: "a machine's external memory and buffers, latents and pictures",
            at: "network \(network.graph.name) on \(width)x\(height)")
    }

    /// What encoding needs of a picture at one rate, whatever the quantizer.
    public mutating func analyse(_ picture: RGBImage, rate: Int) throws(Diagnostic) -> Analysis {
        try requireMemory(width: picture.width, height: picture.height)
        let part = try plan(.analysis, rate: rate, height: picture.height, width: picture.width)
        let inputs = [tensors.picture: try PictureTensor.stored(picture, for: part.network.network).widened]
        let run = try SimulationRun(part.plan, of: part.network, inputs: inputs, threads: threads)
        let hyperLatents = tensors.hyperLatent.map { run.storedOutput($0) }
        let prediction = try hyperLatents.map { hyper throws(Diagnostic) in try predict(hyper, rate: rate) }
        return Analysis(
            width: picture.width, height: picture.height, rate: rate, latents: run.storedOutput(tensors.latent),
            hyperLatents: hyperLatents,
            parameters: prediction?.parameters, saturations: run.saturations + (prediction?.saturations ?? []))
    }

    /// Scales and means, in encoder and decoder alike, and what saturated on the way to them.
    mutating func predict(
        _ hyperLatents: Tensor<Int32>, rate: Int
    ) throws(Diagnostic) -> (parameters: Tensor<Int32>, saturations: [TensorSaturation]) {
        let part = try plan(
            .hyperSynthesis, rate: rate, height: hyperLatents.shape.height, width: hyperLatents.shape.width)
        let run = try SimulationRun(
            part.plan, of: part.network, inputs: [tensors.hyperLatent!: hyperLatents], threads: threads)
        return (run.storedOutput(tensors.parameters!), run.saturations)
    }

    /// The picture, and what saturated on the way to it.
    mutating func synthesize(
        _ reconstruction: Tensor<Int32>, rate: Int, width: Int, height: Int
    ) throws(Diagnostic) -> (picture: RGBImage, saturations: [TensorSaturation]) {
        let part = try plan(
            .synthesis, rate: rate, height: reconstruction.shape.height, width: reconstruction.shape.width)
        let run = try SimulationRun(
            part.plan, of: part.network, inputs: [tensors.reconstruction: reconstruction], threads: threads)
        let output = run.storedOutput(tensors.output)
        let codes = Tensor(shape: output.shape, elements: output.elements.map { UInt8(truncatingIfNeeded: $0) })
        guard let image = PictureTensor.image(codes, width: width, height: height) else {
            throw Diagnostic(
                .codecNetworkUnfit, at: "network \(network.graph.name)", found: "an output of \(output.shape)",
                expected: "a picture of at least \(width)x\(height)",
                remedy: "use an autoencoder that gives back the picture's extent")
        }
        return (image, run.saturations)
    }
}

/// A picture after the analysis transforms, before any decision about its symbols.
public struct Analysis: Sendable {
    public let width: Int
    public let height: Int
    public let rate: Int
    let latents: Tensor<Int32>
    let hyperLatents: Tensor<Int32>?
    let parameters: Tensor<Int32>?
    /// Of the analysis and the hyper-synthesis.
    let saturations: [TensorSaturation]

    /// Latents, and with a hyperprior hyper-latents.
    public var symbolCount: Int { latents.shape.count + (hyperLatents?.shape.count ?? 0) }
}

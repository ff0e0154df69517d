import Calibration
import Codec
import Conformance
import Diagnostics
import Explanations
import FileFormats
import Geometry
import Graph
import Images
import Importers
import MachineDescription
import NetworkFiles
import Networks
import ONNX
import ONNXImport
import Random
import Reports
import Simulation
import TFLiteImport
import Tensors
import TestVectors
import Text

extension Attempts {
    /// Reads, plans and runs; now and then verifies, explains, encodes and decodes, writes the vectors of a layer, runs
    /// the float network.
    func network(_ path: String, using random: inout SeededGenerator) throws {
        let runsFloat = random.once(in: 8)
        let source = try NetworkSource(path, includingFloat: runsFloat)
        let network = try source.quantized(rate: random.element(of: [0, 0, 0, 1]))
        try requirePlain(network.graph)
        let machine = MachineDescription.builtIn(named: random.element(of: ["small", "mid", "mid", "large"]))!
        try run(network, on: machine, using: &random)
        if runsFloat {
            _ = try FloatRun(source.float(), picture: SmallCodecNetwork.picture(width: 16, height: 16), rate: 0)
        }
        if network.codec != nil, random.once(in: 4) { try code(source.quantizedAtAllRates(), on: machine) }
    }

    /// Reads and validates; now and then quantizes on two pictures, and runs what comes out.
    func floatNetwork(_ path: String, using random: inout SeededGenerator) throws {
        try use(NetworkSource(path).float(), at: path, rarity: 1, using: &random)
    }

    /// A state dict of CompressAI: imported, and then as above; what is none is read as a network file.
    func stateDict(_ path: String, using random: inout SeededGenerator) throws {
        guard let imported = try CompressAIImport.ifOne(path, memory: MemoryBudget(bytes: 1 << 28)) else {
            return try floatNetwork(path, using: &random)
        }
        try requireReadable(NetworkFile(float: imported.network), at: path)
        try use(imported.network, at: path, rarity: 5, using: &random)
    }

    /// - Parameter rarity: how many times as seldom as a small network one of many layers is run and quantized.
    private func use(
        _ network: FloatNetwork, at path: String, rarity: Int, using random: inout SeededGenerator
    ) throws {
        var float = network
        try requirePlain(float.graph)
        let multiple = float.graph.sizeMultiple
        if random.once(in: 8 * rarity) {
            _ = try FloatRun(float, picture: SmallCodecNetwork.picture(width: 16, height: 16), rate: 0)
        }
        guard random.once(in: 3 * rarity), multiple <= 64 else { return }
        let isCodec = random.once(in: 3)
        if isCodec { float = try float.withLatentOperators() }
        let machine = MachineDescription.builtIn(named: random.element(of: ["small", "mid", "large"]))!
        let options = (random.once(in: 3) ? QuantizationOptions.plain : QuantizationOptions()).limited(to: machine)
        let pictures = (multiple <= 32 ? [32, 48] : [64]).map { CodecSeed.tensor(side: $0 / multiple * multiple) }
        // Legitimate work of minutes is no fault: kernels of 255x255 on these pictures take 10^10 multiply-accumulates.
        guard try usefulMACs(of: float.graph, side: pictures.last!.shape.height) <= 1 << 28 else {
            return try float.validate()
        }
        var quantized = try Quantizer(float, options: options).quantize(pictures)
        if isCodec { quantized = try CodecCalibration.prepared(quantized, prior: float.prior, pictures: pictures) }
        let file = NetworkFile(float: float, quantized: quantized)
        try requireReadable(file, at: path)
        try run(quantized.atRate(0), on: machine, using: &random)
        if isCodec { try code(quantized, on: machine) }
    }

    private func usefulMACs(of graph: Graph, side: Int) throws -> Int {
        let shapes = try graph.shapes(height: side, width: side)
        return graph.layers.reduce(0) { $0 + $1.usefulMACs(input: shapes[$1.inputs[0]]!, output: shapes[$1.name]!) }
    }

    /// Reads a model and imports it; what comes out is written and read, and a network of codes runs.
    func onnx(_ path: String, using random: inout SeededGenerator) throws {
        let memory = MemoryBudget(bytes: 1 << 28)
        let model = try ONNXModel(InputFile.read(path, limit: 1 << 24), at: path, memory: memory)
        let imported = try ONNXImport(model, name: "net", at: path, memory: memory)
        let style = TextStyle(width: nil, isTerminal: false, usesColour: false)
        _ = (JSONDocument.text(of: imported.report), imported.report.text(style: style))
        let file: NetworkFile
        switch imported.network {
        case .float(let network): file = NetworkFile(float: network)
        case .quantized(let network): file = NetworkFile(quantized: network)
        }
        try requireReadable(file, at: path)
        guard let network = file.quantized else { return }
        try requirePlain(network.graph)
        let machine = MachineDescription.builtIn(named: random.element(of: ["small", "mid", "large"]))!
        let plan = try SimulationPlan(
            network: network, machine: machine, width: imported.report.width, height: imported.report.height)
        _ = JSONDocument.text(of: plan.report())
        guard network.graph.inputs.count == 1, network.graph.inputs[0].channels == 3,
            plan.report().totals.usefulMACs <= 1 << 22
        else { return }
        try requireEqual(
            Verification(
                network: ProvenNetwork(network), machine: machine,
                picture: SmallCodecNetwork.picture(width: imported.report.width, height: imported.report.height),
                threads: 1))
    }

    private func run(
        _ network: QuantizedNetwork, on machine: MachineDescription, using random: inout SeededGenerator
    ) throws {
        let picture = SmallCodecNetwork.picture(width: random.integer(1...20), height: random.integer(1...20))
        let plan = try SimulationPlan(network: network, machine: machine, width: picture.width, height: picture.height)
        let report = plan.report()
        _ = JSONDocument.text(of: report)
        guard report.totals.usefulMACs <= 1 << 26 else {
            _ = try ProvenNetwork(network)
            return
        }
        let run = try NetworkRun(plan, of: network, picture: PNGPicture(image: picture), team: team)
        _ = JSONDocument.text(of: try run.report())
        _ = run.reconstructedPicture.map(PNGWriter.encode)
        guard report.totals.usefulMACs <= 1 << 22 else { return }
        let proven = try ProvenNetwork(network)
        if random.once(in: 4) {
            try requireEqual(Verification(network: proven, machine: machine, picture: picture, threads: 1))
        }
        if random.once(in: 4) { try explain(proven, plan, picture, using: &random) }
        if random.once(in: 24) {
            _ = try LayerVectors(
                on: RunInputs(picture, of: proven), layer: random.element(of: network.graph.layers).name,
                machine: machine)
        }
    }

    private func explain(
        _ network: ProvenNetwork, _ plan: SimulationPlan, _ picture: RGBImage, using random: inout SeededGenerator
    ) throws {
        let index = random.element(of: Array(plan.geometry.layers.indices))
        let (layer, shape) = (plan.geometry.layers[index].name, plan.geometry.result(of: index).shape)
        let c = random.integer(0...shape.channels - 1)
        let y = random.integer(0...shape.height - 1)
        let x = random.integer(0...shape.width - 1)
        do {
            let element = try ExplainedElement(
                on: RunInputs(picture, of: network), machine: plan.machine, layer: layer,
                at: Coordinate(y: y, x: x, c: c), threads: 1)
            if let failure = element.failure { throw WrongResult(message: failure) }
        } catch let diagnostic as Diagnostic where diagnostic.code == .explainOperator {}
    }

    /// Encodes and decodes.
    private func code(_ network: QuantizedNetwork, on machine: MachineDescription) throws {
        var codec = try PictureCodec(ProvenNetwork(network), machine: machine)
        let encoded = try codec.encode(
            SmallCodecNetwork.picture(width: 12, height: 12), rate: 0,
            quantizer: LatentQuantizer(.rdoq, fractionBits: codec.fractionBits))
        guard try codec.decode(encoded.bytes, at: "encoded") == encoded.reconstruction else {
            throw WrongResult(message: "the decoder's picture is not the encoder's")
        }
    }

    private func requirePlain(_ graph: Graph) throws {
        for name in [graph.name] + graph.inputs.map(\.name) + graph.layers.map(\.name) where !PlainName.accepts(name) {
            throw WrongResult(message: "the name '\(name.prefix(40).description.printable)' was accepted")
        }
    }
}

public import Diagnostics
import FileFormats
import Geometry
import Graph
public import HostOperators
public import Images
public import Networks
public import Tensors
public import Threads

/// A run of a whole network with its report: on a picture, which the first output may give back, or on tensors.
public struct NetworkRun: Sendable {
    public let simulation: SimulationRun
    /// What the host has computed of the stored tensors.
    public let host: HostRun
    /// Of every tensor of the network, by name.
    let formats: [String: TensorFormat]
    /// Nil for a run on tensors.
    private let picture: PNGPicture?
    /// Of the network's first output against the picture, where it is one and there is one.
    public let psnr: PSNR?

    /// - Throws: `networkHasNoPicture` for networks whose input is not three channels of samples; what the proof of
    ///   `ProvenNetwork` throws.
    public init(
        _ plan: SimulationPlan, of network: QuantizedNetwork, picture: PNGPicture, team: ThreadTeam,
        progress: ((Int, Int) -> Void)? = nil
    ) throws(Diagnostic) {
        let proof = team.begin { Result { () throws(Diagnostic) in try ProvenNetwork(network) } }
        let input = network.graph.inputs[0].name
        let inputs = [input: try PictureTensor.stored(picture.image, for: network)]
        self.simulation = try SimulationRun(plan, of: network, digested: inputs, team: team, progress: progress) {
            () throws(Diagnostic) in try proof.get().get()
        }
        self.picture = picture
        (host, formats) = (try Self.host(of: simulation, network), network.formats)
        psnr = try Self.reconstruction(of: simulation, picture.image).map { reconstructed throws(Diagnostic) in
            try PSNR(of: reconstructed, against: picture.image)
        }
    }

    /// A run on tensors.
    ///
    /// - Throws: what `SimulationRun` throws.
    public init(
        _ plan: SimulationPlan, on inputs: RunInputs, team: ThreadTeam, progress: ((Int, Int) -> Void)? = nil
    ) throws(Diagnostic) {
        simulation = try SimulationRun(
            plan, of: inputs.network.network, digested: inputs.tensors, team: team, progress: progress
        ) { inputs.network }
        let network = inputs.network.network
        (host, formats) = (try Self.host(of: simulation, network), network.formats)
        (picture, psnr) = (nil, nil)
    }

    private static func host(
        of simulation: SimulationRun, _ network: QuantizedNetwork
    ) throws(Diagnostic) -> HostRun {
        let layers = network.graph.layers
        return try HostRun(
            network.host,
            stored: { name in layers.firstIndex { $0.name == name }.map { simulation.storedOutput($0) } },
            memory: simulation.plan.memory)
    }

    /// The network's first output as a picture of the original's extent, or of its own where there is none; nil where
    /// it is no picture.
    public var reconstructedPicture: RGBImage? { Self.reconstruction(of: simulation, picture?.image) }

    /// Whether the first output is three channels of samples.
    private var givesPicture: Bool {
        let output = simulation.plan.geometry.result(of: simulation.plan.geometry.outputLayers[0])
        return output.shape.channels == 3 && output.bytesPerElement == 1
    }

    private static func reconstruction(of simulation: SimulationRun, _ image: RGBImage?) -> RGBImage? {
        let geometry = simulation.plan.geometry
        let output = geometry.result(of: geometry.outputLayers[0])
        guard output.shape.channels == 3, output.bytesPerElement == 1 else { return nil }
        return PictureTensor.image(
            simulation.outputs.codes(geometry.layers[geometry.outputLayers[0]].outputTensor),
            width: image?.width ?? output.shape.width, height: image?.height ?? output.shape.height)
    }

    /// Every layer's stored output with its bytes an element.
    public var storedTensors: [(name: String, tensor: Tensor<Int32>, bytesPerElement: Int)] {
        let geometry = simulation.plan.geometry
        return geometry.layers.indices.map { index in
            let result = geometry.result(of: index)
            return (result.name, simulation.storedOutput(index), result.bytesPerElement)
        }
    }

    /// The plan's report with what only data can say.
    ///
    /// - Parameter framesPerSecond: runs a second that are wanted, more than 0.
    public func report(float: FloatRun? = nil, framesPerSecond: Double? = nil) -> RunReport {
        var report = simulation.plan.report(framesPerSecond: framesPerSecond)
        if let picture {
            report.image.conversions = picture.conversions.map(\.rawValue)
        } else {
            let tensors = simulation.plan.geometry.tensors.prefix(simulation.plan.network.graph.inputs.count)
            report.inputs = tensors.map { InputReport(name: $0.name, shape: $0.shape.description) }
        }
        let pixels = Double(report.image.width * report.image.height)
        let (graph, geometry) = (simulation.plan.network.graph, simulation.plan.geometry)
        report.totals.saturatedOutputs = simulation.saturatedOutputs.reduce(0, +)
        report.latents = geometry.latentLayers.map { layer in
            let latents = simulation.storedOutput(layer)
            return LatentReport(
                tensor: geometry.layers[layer].name, count: latents.elements.count,
                empiricalBitsPerPixel: EmpiricalEntropy.bits(of: latents) / pixels,
                saturated: simulation.saturatedOutputs[layer])
        }
        let saturations = simulation.saturations
        report.clipping = ClippingReport(
            saturations, of: graph, picture: givesPicture ? graph.outputs[0] : nil)
        for (name, array) in host.results {
            guard let index = report.host?.firstIndex(where: { $0.name == name }) else { continue }
            report.host?[index].outputDigest = Digest.sha256(array.elementBytes)
        }
        let top = top
        report.top = top.isEmpty ? nil : top
        if let psnr {
            report.quality = QualityReport(
                psnr: psnr.finiteDecibels,
                psnrFloat: float?.psnr?.finiteDecibels,
                empiricalBitsPerPixelFloat: float?.empiricalBitsPerPixel)
        }
        // Last: until here a worker may still be at the digest of the last layer.
        for index in report.layers.indices {
            report.layers[index].saturatedOutputs = saturations[index].saturatedOutputs
            report.layers[index].saturatedShare = saturations[index].saturatedShare
            report.layers[index].worstChannel = saturations[index].worstChannel
            report.layers[index].outputDigest = simulation.digest(of: index)
        }
        return report
    }
}

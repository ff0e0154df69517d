public import Diagnostics
import Graph
public import Images
import Networks
public import Tensors
public import Threads

/// A run whose input is a picture and, for autoencoders, whose output is one.
public struct PictureRun: Sendable {
    public let simulation: SimulationRun
    let picture: PNGPicture
    /// Of the network's first output against the picture, where it is one.
    public let psnr: PSNR?

    /// - Throws: `networkHasNoPicture` for networks whose input is not three channels of samples; what the proof of
    ///   `ProvenNetwork` throws.
    public init(
        _ plan: SimulationPlan, picture: PNGPicture, team: ThreadTeam, progress: ((Int, Int) -> Void)? = nil
    ) throws(Diagnostic) {
        let network = plan.network
        let proof = team.begin { Result { () throws(Diagnostic) in try ProvenNetwork(network) } }
        let graph = plan.network.graph
        let inputs = [graph.inputs[0].name: try PictureTensor.stored(picture.image, for: plan.network)]
        self.simulation = try SimulationRun(plan, codes: inputs, team: team, progress: progress) {
            () throws(Diagnostic) in try proof.get().get()
        }
        self.picture = picture
        psnr = try Self.reconstruction(of: simulation, picture.image).map { reconstructed throws(Diagnostic) in
            try PSNR(of: reconstructed, against: picture.image)
        }
    }

    /// The network's first output as a picture of the original's extent, where it is one.
    public var reconstructedPicture: RGBImage? { Self.reconstruction(of: simulation, picture.image) }

    private static func reconstruction(of simulation: SimulationRun, _ image: RGBImage) -> RGBImage? {
        let plan = simulation.plan
        let name = plan.network.graph.outputs[0]
        guard plan.shapes[name]!.channels == 3, case .codes = plan.network.formats[name]! else { return nil }
        return PictureTensor.image(
            simulation.outputs.codes(name), width: image.width, height: image.height)
    }

    /// Every layer's stored output with its bytes an element.
    public var storedTensors: [(name: String, tensor: Tensor<Int32>, bytesPerElement: Int)] {
        let network = simulation.plan.network
        return network.graph.layers.map {
            ($0.name, simulation.outputs.tensor($0.name), network.formats[$0.name]!.bytesPerElement)
        }
    }

    /// The plan's report with what only data can say.
    public func report(float: FloatRun? = nil) -> RunReport {
        var report = simulation.plan.report()
        report.image.conversions = picture.conversions.map(\.rawValue)
        let network = simulation.plan.network
        report.totals.saturatedOutputs = simulation.saturatedOutputs.reduce(0, +)
        report.latents = network.graph.latents.map { name in
            let latents = simulation.outputs.tensor(name)
            let layer = network.graph.layers.firstIndex { $0.name == name }!
            return LatentReport(
                tensor: name, count: latents.elements.count,
                empiricalBitsPerPixel: EmpiricalEntropy.bits(of: latents)
                    / Double(picture.image.width * picture.image.height),
                saturated: simulation.saturatedOutputs[layer])
        }
        let saturations = simulation.saturations
        report.clipping = ClippingReport(
            saturations, of: network.graph, picture: psnr == nil ? nil : network.graph.outputs[0])
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

import FileFormats
import Geometry
import Graph
import HostOperators
import Images
import Networks
public import Tensors

/// What a run found, for whoever prints it.
extension NetworkRun {
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
        // What is fed to a layer has an extent of its own: no pixels of a picture.
        let pixels = picture.map { _ in Double(report.image.width * report.image.height) }
        let (graph, geometry) = (simulation.plan.network.graph, simulation.plan.geometry)
        report.totals.saturatedOutputs = simulation.saturatedOutputs.reduce(0, +)
        report.latents = geometry.latentLayers.map { layer in
            let latents = simulation.storedOutput(layer)
            return LatentReport(
                tensor: geometry.layers[layer].name, count: latents.elements.count,
                empiricalBitsPerPixel: pixels.map { EmpiricalEntropy.bits(of: latents) / $0 },
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

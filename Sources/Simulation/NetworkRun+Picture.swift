import Geometry
public import Images
import Tensors

/// The network's first output as a picture, where it is three channels of samples.
extension NetworkRun {
    /// The network's first output as a picture of the original's extent, or of its own where there is none; nil where
    /// it is no picture.
    public var reconstructedPicture: RGBImage? { Self.reconstruction(of: simulation, picture?.image) }

    /// Whether the first output is three channels of samples.
    var givesPicture: Bool { Self.givesPicture(simulation) }

    private static func givesPicture(_ simulation: SimulationRun) -> Bool {
        let output = simulation.plan.geometry.result(of: simulation.plan.geometry.outputLayers[0])
        return output.shape.channels == 3 && output.bytesPerElement == 1
    }

    static func reconstruction(of simulation: SimulationRun, _ image: RGBImage?) -> RGBImage? {
        let geometry = simulation.plan.geometry
        let output = geometry.result(of: geometry.outputLayers[0])
        guard givesPicture(simulation) else { return nil }
        return PictureTensor.image(
            simulation.outputs.codes(geometry.layers[geometry.outputLayers[0]].outputTensor),
            width: image?.width ?? output.shape.width, height: image?.height ?? output.shape.height)
    }
}

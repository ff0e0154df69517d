import Geometry
public import Images
import Tensors

/// The network's first output as a picture, where it is three channels of samples.
extension NetworkRun {
    /// The network's first output as a picture of the original's extent, or of its own where there is none; nil where
    /// it is no picture.
    public var reconstructedPicture: RGBImage? { Self.reconstruction(of: simulation, picture?.image) }

    /// Whether the first output is three channels of samples.
    var givesPicture: Bool { Self.pictureTensor(of: simulation) != nil }

    static func reconstruction(of simulation: SimulationRun, _ image: RGBImage?) -> RGBImage? {
        guard let output = pictureTensor(of: simulation) else { return nil }
        return PictureTensor.image(
            simulation.outputs.codes(output.index),
            width: image?.width ?? output.shape.width, height: image?.height ?? output.shape.height)
    }

    /// The first output where it is three channels of samples.
    private static func pictureTensor(of simulation: SimulationRun) -> (index: Int, shape: TensorShape)? {
        let geometry = simulation.plan.geometry
        let index = geometry.layers[geometry.outputLayers[0]].outputTensor
        let output = geometry.tensors[index]
        return output.shape.channels == 3 && output.bytesPerElement == 1 ? (index, output.shape) : nil
    }
}

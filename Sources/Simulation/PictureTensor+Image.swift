public import Images
public import Tensors

extension PictureTensor {
    /// The picture that a stored output of three channels is, cropped to the given extent; nil where it has other
    /// channels or is smaller.
    public static func image(_ stored: Tensor<UInt8>, width: Int, height: Int) -> RGBImage? {
        guard stored.shape.channels == 3, stored.shape.height >= height, stored.shape.width >= width else { return nil }
        return RGBImage(width: stored.shape.width, height: stored.shape.height, samples: stored.elements).cropped(
            width: width, height: height)
    }
}

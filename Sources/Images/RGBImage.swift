public import Tensors

/// A picture of 8-bit RGB samples.
///
///     samples = R(0,0) G(0,0) B(0,0) R(0,1) G(0,1) B(0,1) ... row after row from the top, without padding
public struct RGBImage: Equatable, Sendable {
    /// Pixels in a row, at least 1.
    public let width: Int
    /// Rows, at least 1.
    public let height: Int
    /// `height * width * 3` samples.
    public private(set) var samples: [UInt8]

    public init(width: Int, height: Int, samples: [UInt8]) {
        precondition(width > 0 && height > 0, "picture of \(width)x\(height) pixels has none")
        precondition(
            samples.count == width * height * 3,
            "picture of \(width)x\(height) pixels needs \(width * height * 3) samples, got \(samples.count)")
        self.width = width
        self.height = height
        self.samples = samples
    }

    /// A picture of one colour.
    public init(width: Int, height: Int, colour: RGBColour) {
        var samples: [UInt8] = []
        samples.reserveCapacity(width * height * 3)
        for _ in 0..<width * height { samples += [colour.red, colour.green, colour.blue] }
        self.init(width: width, height: height, samples: samples)
    }

    /// The pixel in row `y`, column `x`.
    @inlinable
    public subscript(y: Int, x: Int) -> RGBColour {
        get {
            let first = (y * width + x) * 3
            return RGBColour(samples[first], samples[first + 1], samples[first + 2])
        }
        set { replacePixel(y, x, by: newValue) }
    }

    @usableFromInline
    mutating func replacePixel(_ y: Int, _ x: Int, by colour: RGBColour) {
        let first = (y * width + x) * 3
        samples[first] = colour.red
        samples[first + 1] = colour.green
        samples[first + 2] = colour.blue
    }
}

/// One pixel.
public struct RGBColour: Equatable, Sendable {
    public var red: UInt8
    public var green: UInt8
    public var blue: UInt8

    public init(_ red: UInt8, _ green: UInt8, _ blue: UInt8) {
        self.red = red
        self.green = green
        self.blue = blue
    }
}

extension RGBImage {
    /// The samples as an activation tensor of shape height x width x 3.
    public var tensor: Tensor<UInt8> {
        Tensor(shape: TensorShape(height: height, width: width, channels: 3), elements: samples)
    }

    /// The picture whose samples are the elements of a tensor of 3 channels.
    public init(_ tensor: Tensor<UInt8>) {
        precondition(
            tensor.shape.channels == 3,
            "a picture has 3 channels, the tensor of shape \(tensor.shape) has \(tensor.shape.channels)")
        self.init(width: tensor.shape.width, height: tensor.shape.height, samples: tensor.elements)
    }
}

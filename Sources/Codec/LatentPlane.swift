import EntropyCoding
import Graph
import Networks
import Tensors

/// Latents in coding order (channel, row, column), with the mean and the level of each: integers that encoder and
/// decoder compute alike.
struct LatentPlane {
    let shape: TensorShape
    /// On the latents' grid; 0 where none are predicted.
    let means: [Int32]
    /// For quantizer 0.
    let tableIndices: [UInt16]

    /// - Parameter parameters: the hyper-synthesis's output, scales first; nil without a hyperprior.
    init(
        shape: TensorShape, parameters: Tensor<Int32>?, codec: CodecParameters, tensors: CodecTensors, cellStep: Int
    ) {
        self.shape = shape
        let pixels = shape.height * shape.width
        guard let parameters else {
            means = Array(repeating: 0, count: shape.count)
            tableIndices = (0..<shape.count).map { UInt16($0 / pixels) }
            return
        }
        means =
            tensors.hasMeans
            ? Self.planes(parameters, firstChannel: tensors.grid.firstMeanChannel, channels: shape.channels)
            : Array(repeating: 0, count: shape.count)
        let levels = Self.levels(codec, grid: tensors.grid, cellStep: cellStep)
        tableIndices = Self.planes(parameters, firstChannel: 0, channels: shape.channels).map {
            levels[Int(max($0, 0))]
        }
    }

    /// The level of each scale 0...32767: the number of thresholds t with `scale 2^F >= t cellStep`, both sides in
    /// 2^-(scale bits + F) symbol steps.
    private static func levels(_ codec: CodecParameters, grid: LatentGrid, cellStep: Int) -> [UInt16] {
        var level = 0
        return (0...Int(Int16.max)).map { scale in
            while level < codec.scaleThresholds.count,
                scale << grid.fractionBits >= Int(codec.scaleThresholds[level]) * cellStep
            { level += 1 }
            return UInt16(level)
        }
    }

    /// Channels of an NHWC tensor, one plane after the other.
    static func planes(_ tensor: Tensor<Int32>, firstChannel: Int, channels: Int) -> [Int32] {
        let pixels = tensor.shape.height * tensor.shape.width
        let pitch = tensor.shape.channels
        return tensor.elements.withUnsafeBufferPointer { elements in
            [Int32](unsafeUninitializedCapacity: pixels * channels) { planes, count in
                for channel in 0..<channels {
                    for pixel in 0..<pixels {
                        planes[channel * pixels + pixel] = elements[pixel * pitch + firstChannel + channel]
                    }
                }
                count = pixels * channels
            }
        }
    }

    /// The inverse for all channels.
    static func tensor(_ planes: [Int32], shape: TensorShape) -> Tensor<Int32> {
        let pixels = shape.height * shape.width
        let elements = planes.withUnsafeBufferPointer { planes in
            [Int32](unsafeUninitializedCapacity: shape.count) { elements, count in
                for channel in 0..<shape.channels {
                    for pixel in 0..<pixels {
                        elements[pixel * shape.channels + channel] = planes[channel * pixels + pixel]
                    }
                }
                count = shape.count
            }
        }
        return Tensor(shape: shape, elements: elements)
    }

    /// `u = (2 k - b sgn k) D + m` along a trellis, `u = k step + m` without, limited to 16 bits.
    func reconstruct(_ symbols: [Int32], step: Int, trellis: TrellisTable?) -> Tensor<Int32> {
        let step = Int64(step)
        var values = [Int32](repeating: 0, count: symbols.count)
        var state = 0
        for (index, k) in symbols.enumerated() {
            var level = Int64(k)
            if let trellis {
                level = 2 * level - Int64(trellis.quantizer(of: state)) * Int64(k.signum())
                state = trellis.next(state, parity: Int(k & 1))
            }
            values[index] = Int32(max(min(level * step + Int64(means[index]), Int64(Int16.max)), Int64(Int16.min)))
        }
        return Self.tensor(values, shape: shape)
    }

    /// The table of each symbol: along a trellis that of its state's quantizer.
    func tables(of symbols: [Int32], trellis: TrellisTable?, quantizerPitch: Int) -> [UInt16] {
        guard let trellis else { return tableIndices }
        var state = 0
        var tables = tableIndices
        for (index, k) in symbols.enumerated() {
            tables[index] += UInt16(trellis.quantizer(of: state) * quantizerPitch)
            state = trellis.next(state, parity: Int(k & 1))
        }
        return tables
    }
}

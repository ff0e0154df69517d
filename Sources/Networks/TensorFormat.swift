public import Quantization

/// How a tensor's elements are stored.
public enum TensorFormat: Hashable, Sendable {
    /// One byte an element: a code of the channel's codebook.
    case codes(CodebookSet)
    /// Two bytes an element, little endian two's complement: the value itself on a grid of this step. Latents, symbols,
    /// means.
    case integers16(step: Double)

    public var bytesPerElement: Int {
        switch self {
        case .codes: 1
        case .integers16: 2
        }
    }

    /// Real value of one grid step.
    public var step: Double {
        switch self {
        case .codes(let set): set.step
        case .integers16(let step): step
        }
    }

    /// Smallest and largest value that an element of channel c can have.
    public func valueRange(channel c: Int) -> ClosedRange<Int> {
        switch self {
        case .codes(let set): set.valueRange(channel: c)
        case .integers16: Int(Int16.min)...Int(Int16.max)
        }
    }
}

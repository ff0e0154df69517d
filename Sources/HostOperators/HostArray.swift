public import Networks
import Tensors

/// A tensor of the host with its elements.
public struct HostArray: Equatable, Sendable {
    public enum Elements: Equatable, Sendable {
        /// In the order of the extents, the last varying fastest.
        case integers([Int])
        case reals([Float])
    }

    public let tensor: HostTensor
    public let elements: Elements

    /// As many elements as the tensor has, of its type.
    public init(_ tensor: HostTensor, _ elements: Elements) {
        self.tensor = tensor
        self.elements = elements
    }

    /// The elements alone, little endian.
    public var elementBytes: [UInt8] {
        Array(npyBytes.suffix(tensor.byteCount))
    }

    /// The whole file, of the tensor's type and extents.
    public var npyBytes: [UInt8] {
        switch (elements, tensor.type) {
        case (.reals(let reals), _): NPY.bytes(reals, shape: tensor.extents)
        case (.integers(let integers), .int8):
            NPY.bytes(integers.map { Int8(truncatingIfNeeded: $0) }, type: "i1", shape: tensor.extents)
        case (.integers(let integers), .uint8):
            NPY.bytes(integers.map { UInt8(truncatingIfNeeded: $0) }, type: "u1", shape: tensor.extents)
        case (.integers(let integers), .int64):
            NPY.bytes(integers.map { Int64($0) }, type: "i8", shape: tensor.extents)
        case (.integers(let integers), .int32), (.integers(let integers), .float32):
            NPY.bytes(integers.map { Int32(truncatingIfNeeded: $0) }, type: "i4", shape: tensor.extents)
        }
    }
}

/// Where everything lies in external memory. Addresses are bytes from 0.
public struct ExternalMemoryMap: Hashable, Sendable {
    /// Graph inputs, then every layer's result, in the graph's order.
    public var tensors: [TensorRegion]
    /// Total extent.
    public var bytes: Int

    public init(tensors: [TensorRegion], bytes: Int) {
        self.tensors = tensors
        self.bytes = bytes
    }
}

/// An activation tensor in external memory: NHWC, rows at an aligned pitch.
///
///     element (y, x, c) at address + y rowPitchBytes + (x channels + c) bytesPerElement
public struct TensorRegion: Hashable, Sendable {
    public var address: Int
    public var height: Int
    public var width: Int
    public var channels: Int
    public var bytesPerElement: Int
    /// Row bytes rounded up to the machine's alignment.
    public var rowPitchBytes: Int

    public init(address: Int, height: Int, width: Int, channels: Int, bytesPerElement: Int, rowPitchBytes: Int) {
        self.address = address
        self.height = height
        self.width = width
        self.channels = channels
        self.bytesPerElement = bytesPerElement
        self.rowPitchBytes = rowPitchBytes
    }

    /// Bytes of elements, pitch not counted.
    public var elementBytes: Int { height * width * channels * bytesPerElement }
    /// Bytes occupied.
    public var regionBytes: Int { height * rowPitchBytes }
}

import FixedPoint

/// A list of layers in the form of SCALE-Sim: a row for each, no weights, no wiring.
public struct Topology: Hashable, Sendable {
    public let name: String
    /// The file, as it was named, for diagnostics.
    public let place: String
    public let rows: [TopologyRow]
    /// What was read and is not planned, or was not a row.
    public let notes: [String]
}

/// One row: a convolution without padding. Its last window may pass the input's edge, which counts as whole.
///
///     M, N, K of a matrix product: height M, width K, kernel 1 x K, one channel, N filters
public struct TopologyRow: Hashable, Sendable {
    /// From 1.
    public let line: Int
    /// A plain name that no other row has.
    public let name: String
    public let height: Int
    public let width: Int
    public let kernelHeight: Int
    public let kernelWidth: Int
    public let channels: Int
    public let filters: Int
    public let stride: Int

    /// As SCALE-Sim has it: a window that begins inside is counted.
    public var outputHeight: Int { ceilDivide(height - kernelHeight, by: stride) + 1 }
    public var outputWidth: Int { ceilDivide(width - kernelWidth, by: stride) + 1 }
}

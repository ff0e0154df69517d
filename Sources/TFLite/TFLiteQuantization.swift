import Diagnostics

/// How the elements of a tensor stand for real numbers: real = scale x (element - zero point), with one pair for the
/// tensor or one for each index of an axis.
public struct TFLiteQuantization: Equatable, Sendable {
    /// At least one; finite and not negative.
    public var scales: [Float]
    /// As many as scales.
    public var zeroPoints: [Int]
    /// The axis of the pairs. Not checked against the tensor's shape: some files name a wrong one.
    public var quantizedDimension: Int

    /// One pair for the whole tensor. A tensor whose axis has one index looks the same.
    public var isPerTensor: Bool { scales.count == 1 }

    public init(scales: [Float], zeroPoints: [Int], quantizedDimension: Int = 0) {
        precondition(!scales.isEmpty && scales.count == zeroPoints.count, "\(scales.count), \(zeroPoints.count)")
        self.scales = scales
        self.zeroPoints = zeroPoints
        self.quantizedDimension = quantizedDimension
    }
}

extension TFLiteQuantization {
    /// Nil where the table has no scales: such a table keeps ranges only.
    ///
    /// - Throws: `tfliteValueOutOfRange`, and what reading throws.
    init?(_ table: FlatBufferTable) throws(Diagnostic) {
        guard let scales = try table.floats(2, "scales"), !scales.isEmpty else { return nil }
        let zeroPoints = try table.numbers(3, "zero points", as: Int64.self) ?? []
        guard zeroPoints.count == scales.count else {
            throw table.outOfRange("\(zeroPoints.count) zero points for \(scales.count) scales", "one for each")
        }
        if let scale = scales.first(where: { !$0.isFinite || $0 < 0 }) {
            throw table.outOfRange("a scale of \(scale.namingNaN)", "finite scales that are not negative")
        }
        self.init(
            scales: scales, zeroPoints: zeroPoints.map { Int($0) }, quantizedDimension: try table.integer(6))
    }
}

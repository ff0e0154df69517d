extension LayerGeometry {
    /// Bytes of operands that every schedule reads: the smallest tiles leave out all that lies between strides.
    package var leastInputBytes: Int {
        operandBytes(positions: vertical.leastInputs * loadedColumns.leastInputs)
    }

    /// Of so many positions, the channels that the layer reads.
    func operandBytes(positions: Int) -> Int {
        operands.reduce(0) { $0 + ($1.isOnePixel ? 1 : positions) * $1.channels * $1.bytesPerElement }
    }
}

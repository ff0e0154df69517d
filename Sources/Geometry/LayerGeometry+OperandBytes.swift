extension LayerGeometry {
    /// Bytes of operands that every schedule reads: the smallest tiles leave out all that lies between strides.
    ///
    /// - Parameter onChip: tensors that are not loaded.
    package func leastInputBytes(onChip: Set<Int> = []) -> Int {
        operandBytes(positions: vertical.leastInputs * loadedColumns.leastInputs, onChip: onChip)
    }

    /// Of so many positions, the channels that the layer reads.
    func operandBytes(positions: Int, onChip: Set<Int>) -> Int {
        operands.reduce(0) { sum, operand in
            onChip.contains(operand.tensor)
                ? sum : sum + (operand.isOnePixel ? 1 : positions) * operand.channels * operand.bytesPerElement
        }
    }
}

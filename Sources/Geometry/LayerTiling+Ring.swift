import FixedPoint
package import MachineDescription

extension LayerGeometry {
    /// Bytes from pixel to pixel of a ring that holds the layer's result, all channels, as the next layer's operand.
    package func ringPixelPitchBytes(_ array: MACArrayDescription) -> Int {
        roundUp(outputChannels * outputBytesPerElement, to: array.inputChannelLanes)
    }

    /// Whether the layer can be computed tile by tile behind the one that makes its operand, and read that from a ring:
    /// a normalization has the pixels of its operand.
    package var canReadRing: Bool {
        if case .normalization = kind { return true }
        return false
    }

    /// Whether its result may lie in a ring: codes of one group's channels, sums of the array.
    package var canWriteRing: Bool {
        (kind == .convolution || kind == .transposedConvolution) && groups == 1 && !joinsPhases
            && outputBytesPerElement == 1
    }
}

extension LayerTiling {
    /// Bytes of a ring that holds the largest pixel tile of the result, all channels.
    package func ringBytes(_ array: MACArrayDescription) -> Int {
        min(rows.extent, layer.vertical.output) * min(columns.extent, layer.horizontal.output)
            * layer.ringPixelPitchBytes(array)
    }
}

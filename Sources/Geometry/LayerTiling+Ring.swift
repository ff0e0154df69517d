import FixedPoint
package import MachineDescription

extension LayerGeometry {
    /// Bytes from pixel to pixel of a ring that holds the layer's result, all channels, as the next layer's operand.
    package func ringPixelPitchBytes(_ array: MACArrayDescription) -> Int {
        roundUp(outputChannels * outputBytesPerElement, to: array.inputChannelLanes)
    }

    /// Whether the layer can read its operands from rings of rows: whole pixels as one group, or element by element
    /// channels that begin with a word.
    package func canReadRows(_ array: MACArrayDescription) -> Bool {
        guard
            operands.allSatisfy({ operand in
                !operand.isOnePixel
                    && (operand.channels == operand.tensorChannels
                        || !usesArray && operand.firstChannel * operand.bytesPerElement % array.inputChannelLanes == 0)
            })
        else { return false }
        switch kind {
        // Words of groups lie side by side where each group fills its own.
        case .convolution, .transposedConvolution, .normalization:
            return kernelRow == nil && (arrayGroups == 1 || groupInputChannels % array.inputChannelLanes == 0)
        case .elementwise: return vertical.kind != .shuffled
        case .concatenation: return false
        }
    }

    /// Whether its result may lie in a ring of rows.
    package func canWriteRows(_ array: MACArrayDescription) -> Bool {
        switch kind {
        case .convolution, .transposedConvolution, .normalization:
            !joinsPhases && (arrayGroups == 1 || groupOutputChannels % array.outputChannelLanes == 0)
        case .elementwise: vertical.kind != .shuffled
        case .concatenation: false
        }
    }

    /// Whether its operands can be loaded into rings of rows: both have the rows of the layer.
    package var canLoadRows: Bool {
        operands.allSatisfy { !$0.isOnePixel } && vertical.kind != .shuffled && kind != .concatenation
    }

    /// For each operand the index among the layers of a group that make it; nil where it comes from outside.
    package func producers(among results: [Int]) -> [Int?] { operands.map { results.firstIndex(of: $0.tensor) } }

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

extension RowOrder {
    /// - Parameters:
    ///   - layers: of a group, in the graph's order, and the rows by which each advances.
    ///   - stored: of them those whose results are stored from their rings.
    package init(_ layers: [(layer: LayerGeometry, rows: Int)], stored: Set<Int>) {
        let results = layers.map(\.layer.outputTensor)
        self.init(
            layers.enumerated().map { index, member in
                Layer(
                    vertical: member.layer.vertical, rows: member.rows,
                    producers: member.layer.producers(among: results), isStored: stored.contains(index))
            })
    }
}

extension TileFootprint {
    /// Bytes of a row of both operands' rings.
    package func inputRowBytes(_ rows: AxisTiles) -> (input: Int, second: Int) {
        (inputBytes / rows.inputLargest, secondBytes / rows.inputLargest)
    }
}

extension LayerTiling {
    /// Bytes of a row of the ring that holds the result.
    package func ringRowBytes(_ array: MACArrayDescription) -> Int {
        layer.horizontal.output * layer.ringPixelPitchBytes(array)
    }

    /// Bytes of a ring that holds the largest pixel tile of the result, all channels.
    package func ringBytes(_ array: MACArrayDescription) -> Int {
        min(rows.extent, layer.vertical.output) * min(columns.extent, layer.horizontal.output)
            * layer.ringPixelPitchBytes(array)
    }
}

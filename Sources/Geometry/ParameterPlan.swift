package import Commands
package import Diagnostics
import FixedPoint
import Graph
package import MachineDescription
package import Networks
import Text

/// The parameter blocks of every layer, and where they lie in the layer's half of the parameter memory.
package struct ParameterPlan {
    package struct PlacedBlock {
        package var block: BlockStorage
        /// Address in the parameter memory.
        package var address: Int
    }

    package struct LayerBlocks {
        package var blocks: [PlacedBlock] = []
        package var addresses = ParameterAddresses()
        /// Bytes taken in the half.
        package var bytes = 0
    }

    /// One for each layer.
    package private(set) var layers: [LayerBlocks] = []

    /// Blocks begin at multiples of this, in the parameter memory.
    private static let alignment = 8

    /// - Throws: `scheduleParameterMemoryOverflow`.
    package init(_ formats: NetworkFormats, machine: MachineDescription) throws(Diagnostic) {
        let half = machine.parameterHalfBytes
        for (index, layer) in formats.layers.enumerated() {
            var placed = LayerBlocks()
            for block in layer.blocks {
                let address = index % 2 * half + placed.bytes
                placed.addresses[block.kind] = address
                placed.blocks.append(PlacedBlock(block: block, address: address))
                placed.bytes += roundUp(block.bytes, to: ParameterPlan.alignment)
            }
            guard placed.bytes <= half else {
                throw Diagnostic(
                    .scheduleParameterMemoryOverflow, at: "layer \(formats.graph.layers[index].name)",
                    found: "parameters need \(placed.bytes.grouped) bytes",
                    expected: "parameterMemory half holds \(half.grouped)",
                    remedy:
                        """
                        give machine \(machine.name) a parameterMemory of at least \(2 * placed.bytes) bytes, choose \
                        another machine, or quantize with fewer codebooks
                        """)
            }
            layers.append(placed)
        }
    }
}

extension ParameterAddresses {
    fileprivate subscript(kind: ParameterBlock.Kind) -> Int {
        get {
            switch kind {
            case .decodeTable: decodeTable
            case .secondDecodeTable: secondDecodeTable
            case .weightTable: weightTable
            case .encodeTable: encodeTable
            case .channelBlock: channelBlock
            }
        }
        set {
            switch kind {
            case .decodeTable: decodeTable = newValue
            case .secondDecodeTable: secondDecodeTable = newValue
            case .weightTable: weightTable = newValue
            case .encodeTable: encodeTable = newValue
            case .channelBlock: channelBlock = newValue
            }
        }
    }
}

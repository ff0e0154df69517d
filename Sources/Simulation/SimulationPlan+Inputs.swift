import Commands
import Geometry
import Graph
import Lowering
import Machine
import Tensors
import Text

/// Inputs as they lie in external memory before a run.
extension SimulationPlan {
    /// Writes the graph inputs' elements to their regions.
    func write<Element: FixedWidthInteger>(
        _ inputs: [String: Tensor<Element>], to memory: ExternalMemory
    ) {
        for (input, region) in zip(network.graph.inputs, layout.memoryMap.tensors) {
            guard let tensor = inputs[input.name] else { preconditionFailure("no elements of input '\(input.name)'") }
            Self.write(tensor, to: region, in: memory)
        }
    }

    /// Writes elements to where a region stores them: codes as bytes, signed 16-bit values in little-endian order.
    private static func write<Element: FixedWidthInteger>(
        _ tensor: Tensor<Element>, to region: TensorRegion, in memory: ExternalMemory
    ) {
        let rowElements = region.width * region.channels
        precondition(
            tensor.elements.count == region.height * rowElements,
            "stored input has \(tensor.elements.count.counted("element")), its region \(region.height * rowElements)")
        memory.withBytes { bytes in
            for y in 0..<region.height {
                let first = region.address + y * region.rowPitchBytes
                for index in 0..<rowElements {
                    let element = tensor.elements[y * rowElements + index]
                    if region.bytesPerElement == 1 {
                        bytes[first + index] = UInt8(element)
                    } else {
                        bytes.storeBytes(
                            of: Int16(element).littleEndian, toByteOffset: first + 2 * index, as: Int16.self)
                    }
                }
            }
        }
    }
}

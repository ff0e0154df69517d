import Commands
import FileFormats
import Machine
package import Tensors

/// Tensors as they lie in external memory, by index: graph inputs, then the layers' results. A tensor may be read once
/// its layer's last command has ended, while later layers still run (`LayerDigests`); all of memory after the run.
package struct StoredOutputs: @unchecked Sendable {
    // Graph inputs are written before the run, and a layer's region by no command after its last one; an observer hears
    // of that one's end before it has the region read. So no byte is read while a thread writes it.
    private let memory: ExternalMemory
    private let map: ExternalMemoryMap

    init(memory: ExternalMemory, map: ExternalMemoryMap) {
        self.memory = memory
        self.map = map
    }

    /// All of external memory.
    var memoryBytes: [UInt8] { memory.withBytes { Array($0) } }

    /// SHA-256 over the stored elements in NHWC order, pitch left out, 16-bit elements as two little-endian bytes.
    func digest(of tensor: Int) -> String {
        let region = map.tensors[tensor]
        let rowBytes = region.width * region.channels * region.bytesPerElement
        return memory.withBytes { bytes in
            guard region.rowPitchBytes != rowBytes else {
                return Digest.sha256(
                    UnsafeRawBufferPointer(
                        rebasing: UnsafeRawBufferPointer(bytes)[
                            region.address..<region.address + region.height * rowBytes]))
            }
            var elements: [UInt8] = []
            elements.reserveCapacity(region.height * rowBytes)
            for y in 0..<region.height {
                let first = region.address + y * region.rowPitchBytes
                elements += UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(bytes)[first..<first + rowBytes])
            }
            return Digest.sha256(elements)
        }
    }

    /// The stored elements: codes 0...255 or signed 16-bit values.
    package func tensor(_ index: Int) -> Tensor<Int32> {
        let region = map.tensors[index]
        let shape = TensorShape(height: region.height, width: region.width, channels: region.channels)
        let rowElements = region.width * region.channels
        let elements = memory.withBytes { bytes in
            [Int32](unsafeUninitializedCapacity: shape.count) { elements, count in
                for y in 0..<region.height {
                    let row = bytes.baseAddress! + region.address + y * region.rowPitchBytes
                    let target = elements.baseAddress! + y * rowElements
                    if region.bytesPerElement == 1 {
                        for index in 0..<rowElements {
                            target[index] = Int32(row.load(fromByteOffset: index, as: UInt8.self))
                        }
                    } else {
                        for index in 0..<rowElements {
                            target[index] = Int32(
                                Int16(littleEndian: row.loadUnaligned(fromByteOffset: 2 * index, as: Int16.self)))
                        }
                    }
                }
                count = shape.count
            }
        }
        return Tensor(shape: shape, elements: elements)
    }

    /// The same of a tensor of codes, as bytes.
    func codes(_ index: Int) -> Tensor<UInt8> {
        let region = map.tensors[index]
        precondition(region.bytesPerElement == 1, "tensor \(index) holds codes")
        let shape = TensorShape(height: region.height, width: region.width, channels: region.channels)
        let rowBytes = region.width * region.channels
        let elements = memory.withBytes { bytes in
            [UInt8](unsafeUninitializedCapacity: shape.count) { elements, count in
                for y in 0..<region.height {
                    UnsafeMutableRawPointer(elements.baseAddress! + y * rowBytes).copyMemory(
                        from: bytes.baseAddress! + region.address + y * region.rowPitchBytes, byteCount: rowBytes)
                }
                count = shape.count
            }
        }
        return Tensor(shape: shape, elements: elements)
    }
}

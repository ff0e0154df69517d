public import Tensors

/// NumPy's `.npy` format, version 1.0: codes as `uint8`, 16-bit integers as little-endian `int16`, shape (height, width, channels), C order.
public enum NPY {
    public static func bytes(_ tensor: Tensor<Int32>, bytesPerElement: Int) -> [UInt8] {
        let shape = "(\(tensor.shape.height), \(tensor.shape.width), \(tensor.shape.channels))"
        var header = "{'descr': '\(bytesPerElement == 1 ? "|u1" : "<i2")', 'fortran_order': False, 'shape': \(shape), }"
        // Magic, version and length take 10 bytes; the whole header is a multiple of 64 and ends in a newline.
        header += String(repeating: " ", count: 63 - (10 + header.utf8.count) % 64) + "\n"
        var bytes: [UInt8] = [0x93] + Array("NUMPY".utf8) + [1, 0]
        bytes.append(UInt8(header.utf8.count & 255))
        bytes.append(UInt8(header.utf8.count >> 8))
        bytes += Array(header.utf8)
        bytes.reserveCapacity(bytes.count + tensor.elements.count * bytesPerElement)
        for element in tensor.elements {
            bytes.append(UInt8(truncatingIfNeeded: element))
            if bytesPerElement == 2 { bytes.append(UInt8(truncatingIfNeeded: element >> 8)) }
        }
        return bytes
    }
}

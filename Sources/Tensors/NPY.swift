/// NumPy's `.npy` format, version 1.0, in C order.
///
///     offset 0: 0x93 "NUMPY" 1 0 | header length, 16 bits, little-endian
///               | header, padded to a multiple of 64 | elements
public enum NPY {
    /// A picture's tensor, shape (height, width, channels): codes as `uint8`, or 16-bit integers as little-endian
    /// `int16`.
    public static func bytes(_ tensor: Tensor<Int32>, bytesPerElement: Int) -> [UInt8] {
        let shape = [tensor.shape.height, tensor.shape.width, tensor.shape.channels]
        var bytes = header(type: bytesPerElement == 1 ? "|u1" : "<i2", shape: shape)
        bytes.reserveCapacity(bytes.count + tensor.elements.count * bytesPerElement)
        for element in tensor.elements {
            bytes.append(UInt8(truncatingIfNeeded: element))
            if bytesPerElement == 2 { bytes.append(UInt8(truncatingIfNeeded: element >> 8)) }
        }
        return bytes
    }

    /// Rows of `columns` integers each of 64 bits, little-endian, shape (rows, columns).
    public static func bytes(_ rows: [[Int64]], columns: Int) -> [UInt8] {
        var bytes = header(type: "<i8", shape: [rows.count, columns])
        bytes.reserveCapacity(bytes.count + 8 * rows.count * columns)
        for row in rows {
            for value in row { withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) } }
        }
        return bytes
    }

    /// Integers of a type of NumPy's, of any extents.
    ///
    /// - Parameter type: `i1`, `u1`, `i4` or `i8`.
    public static func bytes<Element: FixedWidthInteger>(_ elements: [Element], type: String, shape: [Int]) -> [UInt8] {
        var bytes = header(type: (Element.bitWidth == 8 ? "|" : "<") + type, shape: shape)
        bytes.reserveCapacity(bytes.count + elements.count * Element.bitWidth / 8)
        for element in elements {
            withUnsafeBytes(of: element.littleEndian) { bytes.append(contentsOf: $0) }
        }
        return bytes
    }

    /// Numbers of float32, of any extents.
    public static func bytes(_ elements: [Float], shape: [Int]) -> [UInt8] {
        var bytes = header(type: "<f4", shape: shape)
        for element in elements {
            withUnsafeBytes(of: element.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
        }
        return bytes
    }

    /// Everything before the elements. The header ends in a newline.
    private static func header(type: String, shape: [Int]) -> [UInt8] {
        let extents = shape.map(String.init).joined(separator: ", ") + (shape.count == 1 ? "," : "")
        var header = "{'descr': '\(type)', 'fortran_order': False, 'shape': (\(extents)), }"
        header += String(repeating: " ", count: 63 - (10 + header.utf8.count) % 64) + "\n"
        let length = header.utf8.count
        return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(length & 255), UInt8(length >> 8)] + Array(header.utf8)
    }
}

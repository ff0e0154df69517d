/// Appends little-endian integers.
struct ByteWriter {
    var bytes: [UInt8] = []

    mutating func append<Integer: FixedWidthInteger>(_ value: Integer) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }
}

/// Takes little-endian integers, bounds checked.
struct ByteReader {
    private let memory: UnsafeRawBufferPointer
    private var position: Int

    init(_ memory: UnsafeRawBufferPointer, at position: Int) {
        self.memory = memory
        self.position = position
    }

    mutating func next<Integer: FixedWidthInteger>() -> Integer {
        let size = Integer.bitWidth / 8
        precondition(
            position >= 0 && position + size <= memory.count, "parameter block runs past the memory at byte \(position)"
        )
        defer { position += size }
        return Integer(littleEndian: memory.loadUnaligned(fromByteOffset: position, as: Integer.self))
    }
}

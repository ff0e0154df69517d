extension [UInt8] {
    /// The numbers in a range of bytes, which lies inside and holds a whole number of them.
    func littleEndian<Number: FixedWidthInteger>(_ range: Range<Int>, as type: Number.Type) -> [Number] {
        let elementBytes = MemoryLayout<Number>.size
        precondition(range.count % elementBytes == 0, "\(range.count) bytes of \(Number.self)")
        precondition(range.lowerBound >= 0 && range.upperBound <= count, "\(range) of \(count) bytes")
        return withUnsafeBytes { bytes in
            [Number](unsafeUninitializedCapacity: range.count / elementBytes) { numbers, initialized in
                UnsafeMutableRawBufferPointer(numbers).copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[range]))
                initialized = range.count / elementBytes
                for index in 0..<initialized { numbers[index] = Number(littleEndian: numbers[index]) }
            }
        }
    }
}

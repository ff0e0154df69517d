/// What one thread needs to compute rows: sums of a strip of columns, results on their way out, operands of the normalization unit.
struct RowScratch {
    private(set) var sums = AlignedMemory<Int32>(count: 0)
    private(set) var wideSums = AlignedMemory<Int64>(count: 0)
    private(set) var values = AlignedMemory<Int16>(count: 0)
    private(set) var elements = AlignedMemory<UInt8>(count: 0)

    /// Makes room for `count` lanes of each (more is kept); whether anything moved.
    mutating func reserve(_ count: Int, isWide: Bool, hasValues: Bool) -> Bool {
        let padded = count + 64
        let isEnough = sums.count >= padded && elements.count >= 2 * padded && (!isWide || wideSums.count >= padded) && (!hasValues || values.count >= padded)
        guard !isEnough else { return false }
        if sums.count < padded { sums = AlignedMemory(repeating: 0, count: padded) }
        if isWide, wideSums.count < padded { wideSums = AlignedMemory(repeating: 0, count: padded) }
        if hasValues, values.count < padded { values = AlignedMemory(repeating: 0, count: padded) }
        if elements.count < 2 * padded { elements = AlignedMemory(repeating: 0, count: 2 * padded) }
        return true
    }

    var view: View { View(sums: sums.base, wideSums: wideSums.base, values: values.base, elements: elements.base) }

    struct View: BitwiseCopyable {
        let sums: UnsafeMutablePointer<Int32>
        let wideSums: UnsafeMutablePointer<Int64>
        let values: UnsafeMutablePointer<Int16>
        let elements: UnsafeMutablePointer<UInt8>
    }
}

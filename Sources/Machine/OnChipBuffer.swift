internal import Commands

/// A software-managed memory: real bytes, so that what a schedule forgets to load is what the datapath sees.
///
/// Every byte is 0xA5 at first and keeps its last value until it is written again. Each page remembers when it was last
/// written: what was derived from a range (decoded operands, parsed parameters) is still good while the range's stamp
/// is unchanged.
struct OnChipBuffer: ~Copyable {
    static let pattern: UInt8 = 0xA5
    static let pageBytes = 4096
    /// Behind the last byte: a kernel that takes whole vectors stays inside the allocation.
    private static let slackBytes = 64

    let name: BufferName
    let bytes: Int
    private let memory: AlignedMemory<UInt8>
    private var stamps: [UInt64]
    private var writes: UInt64 = 0

    init(name: BufferName, bytes: Int) {
        self.name = name
        self.bytes = bytes
        memory = AlignedMemory(repeating: OnChipBuffer.pattern, count: bytes + OnChipBuffer.slackBytes)
        stamps = Array(repeating: 0, count: bytes / OnChipBuffer.pageBytes + 1)
    }

    /// For reading `range`.
    func pointer(reading range: Range<Int>) -> UnsafePointer<UInt8> {
        view.pointer(reading: range)
    }

    /// For writing inside `range`, whose pages are stamped.
    mutating func pointer(writing range: Range<Int>) -> UnsafeMutablePointer<UInt8> {
        view.check(range)
        writes += 1
        if !range.isEmpty {
            for page in range.lowerBound / OnChipBuffer.pageBytes...(range.upperBound - 1) / OnChipBuffer.pageBytes {
                stamps[page] = writes
            }
        }
        return memory.base + range.lowerBound
    }

    /// Grows whenever something in a page of `range` is written.
    func stamp(of range: Range<Int>) -> UInt64 {
        view.check(range)
        guard !range.isEmpty else { return 0 }
        return stamps[range.lowerBound / OnChipBuffer.pageBytes...(range.upperBound - 1) / OnChipBuffer.pageBytes]
            .max()!
    }

    /// The same for the whole memory.
    var stamp: UInt64 { writes }

    /// A window for reading that units can pass around while a command runs.
    var view: View { View(name: name, bytes: bytes, base: UnsafePointer(memory.base)) }

    struct View {
        let name: BufferName
        let bytes: Int
        fileprivate let base: UnsafePointer<UInt8>

        /// For reading `range`.
        func pointer(reading range: Range<Int>) -> UnsafePointer<UInt8> {
            check(range)
            return base + range.lowerBound
        }

        fileprivate func check(_ range: Range<Int>) {
            precondition(
                range.lowerBound >= 0 && range.upperBound <= bytes, "\(name.rawValue): bytes \(range) of 0..<\(bytes)")
        }
    }

    var rawBytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: memory.base, count: bytes) }
}

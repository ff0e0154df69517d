public import Diagnostics

/// The DRAM: flat bytes from address 0, one allocation, all zero at first.
///
/// The caller fills it before a run (parameter images, weights, input tensors) and reads results from it afterwards;
/// the machine reaches it through its DMA only.
public final class ExternalMemory {
    public let bytes: Int
    private let allocation: LargeAllocation
    private let base: UnsafeMutablePointer<UInt8>

    /// - Throws: `memoryRefused`.
    public init(bytes: Int) throws(Diagnostic) {
        self.bytes = bytes
        allocation = try LargeAllocation(bytes, for: "external memory", at: "the machine")
        base = allocation.base.assumingMemoryBound(to: UInt8.self)
    }

    /// - Throws: `memoryRefused`.
    public convenience init(contents: [UInt8]) throws(Diagnostic) {
        try self.init(bytes: contents.count)
        write(contents, at: 0)
    }

    /// All bytes, for reading and writing between runs.
    public func withBytes<Result>(_ body: (UnsafeMutableRawBufferPointer) throws -> Result) rethrows -> Result {
        try body(UnsafeMutableRawBufferPointer(start: base, count: bytes))
    }

    public func write(_ contents: [UInt8], at address: Int) {
        guard !contents.isEmpty else { return }
        contents.withUnsafeBufferPointer {
            pointer(address, count: contents.count).update(from: $0.baseAddress!, count: contents.count)
        }
    }

    public func read(at address: Int, count: Int) -> [UInt8] {
        Array(UnsafeBufferPointer(start: pointer(address, count: count), count: count))
    }

    func pointer(_ address: Int, count: Int) -> UnsafeMutablePointer<UInt8> { view.pointer(address, count: count) }

    /// A window that transfers can pass around while they run: valid as long as the memory lives.
    var view: View { View(bytes: bytes, base: base) }

    struct View: BitwiseCopyable {
        fileprivate let bytes: Int
        fileprivate let base: UnsafeMutablePointer<UInt8>

        /// Bounds checked: `address ..< address + count` lies inside.
        func pointer(_ address: Int, count: Int) -> UnsafeMutablePointer<UInt8> {
            precondition(
                address >= 0 && count >= 0 && address + count <= bytes,
                "external memory: bytes \(address)..<\(address + count) of 0..<\(bytes)")
            return base + address
        }
    }
}

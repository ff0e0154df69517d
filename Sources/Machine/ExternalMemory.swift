internal import Glibc

/// The DRAM: flat bytes from address 0, one allocation, all zero at first.
///
/// The caller fills it before a run (parameter images, weights, input tensors) and reads results from it afterwards; the machine reaches it through its DMA only.
public final class ExternalMemory {
    public let bytes: Int
    private let base: UnsafeMutablePointer<UInt8>

    public init(bytes: Int) {
        precondition(bytes >= 0, "external memory of \(bytes) bytes")
        self.bytes = bytes
        base = calloc(max(bytes, 1), 1)!.assumingMemoryBound(to: UInt8.self)
    }

    public convenience init(contents: [UInt8]) {
        self.init(bytes: contents.count)
        write(contents, at: 0)
    }

    deinit { free(base) }

    /// All bytes, for reading and writing between runs.
    public func withBytes<Result>(_ body: (UnsafeMutableRawBufferPointer) throws -> Result) rethrows -> Result {
        try body(UnsafeMutableRawBufferPointer(start: base, count: bytes))
    }

    public func write(_ contents: [UInt8], at address: Int) {
        guard !contents.isEmpty else { return }
        contents.withUnsafeBufferPointer { pointer(address, count: contents.count).update(from: $0.baseAddress!, count: contents.count) }
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
            precondition(address >= 0 && count >= 0 && address + count <= bytes, "external memory: bytes \(address)..<\(address + count) of 0..<\(bytes)")
            return base + address
        }
    }
}

import Glibc

/// Bytes in one allocation that may be refused, all zero at first, freed with their owner: for what the extents in a
/// file size.
public final class LargeAllocation: @unchecked Sendable {
    public let byteCount: Int
    // The pages are the owner's alone; who shares them shares the duty to order accesses.
    public let base: UnsafeMutableRawPointer

    /// - Parameters:
    ///   - byteCount: not negative.
    ///   - purpose: what needs the bytes, for the message.
    ///   - place: whose input asks for them.
    /// - Throws: `memoryRefused`.
    public init(_ byteCount: Int, for purpose: String, at place: String) throws(Diagnostic) {
        precondition(byteCount >= 0, "an allocation of \(byteCount) bytes")
        guard let base = Self.map(byteCount) else { throw .memoryRefused(byteCount, for: purpose, at: place) }
        self.byteCount = byteCount
        self.base = base
    }

    deinit { munmap(base, max(byteCount, 1)) }

    /// Whether the system has room for so many bytes now.
    static func isPossible(_ byteCount: Int) -> Bool {
        guard byteCount > 0 else { return true }
        guard byteCount <= 1 << 46, let base = map(byteCount) else { return false }
        munmap(base, byteCount)
        return true
    }

    private static func map(_ byteCount: Int) -> UnsafeMutableRawPointer? {
        let base = mmap(nil, max(byteCount, 1), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        return base == MAP_FAILED ? nil : base
    }
}

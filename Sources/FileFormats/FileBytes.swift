public import Diagnostics

/// A network's file open for reading: whole, or only the parts that are wanted.
public final class FileBytes {
    /// Networks larger than this are refused: 4 GiB.
    public static let largestFileBytes = 1 << 32

    public let path: String
    /// Of the whole file.
    public var count: Int { file.byteCount }
    private let file: InputFile

    /// - Throws: `networkFileMissing`, `networkFileTooLarge`, `importFormatUnknown` for a pointer of Git LFS.
    public init(_ path: String) throws(Diagnostic) {
        self.path = path
        do {
            file = try InputFile(path, limit: FileBytes.largestFileBytes)
        } catch {
            throw Diagnostic(networkFile: path, error)
        }
    }

    /// The bytes in `range`, which lies in `0..<count`.
    ///
    /// - Throws: `networkFileTruncated` where fewer bytes can be read than the file has.
    public func read(_ range: Range<Int>) throws(Diagnostic) -> [UInt8] {
        do {
            return try file.read(range)
        } catch {
            throw Diagnostic(networkFile: path, error)
        }
    }

    /// The whole file at a path.
    ///
    /// - Throws: `networkFileMissing`, `networkFileTooLarge`, `networkFileTruncated`, `memoryBudgetExceeded`.
    public static func read(_ path: String, memory: MemoryBudget = .standard) throws(Diagnostic) -> [UInt8] {
        let file = try FileBytes(path)
        // The file, its tensors and their values.
        try memory.require(3 * file.count, for: "a file of \(MemoryBudget.text(file.count))", at: path)
        return try file.read(0..<file.count)
    }
}

extension Diagnostic {
    fileprivate init(networkFile path: String, _ refusal: InputFile.Refusal) {
        switch refusal {
        case .lfsPointer: self = ForeignFormat.lfsPointer.refusal(at: path)
        case .missing, .folder, .special, .unreadable:
            self.init(
                .networkFileMissing, at: path, found: refusal.found, expected: "a network file",
                remedy: "check the path and the permissions")
        case .tooLarge(_, let limit):
            self.init(
                .networkFileTooLarge, at: path, found: refusal.found, expected: "at most \(limit)",
                remedy: "check that this is a network file")
        case .shortened:
            self.init(
                .networkFileTruncated, at: path, found: refusal.found, expected: "the bytes that its header names",
                remedy: "copy the whole file again")
        }
    }
}

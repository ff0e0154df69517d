import Glibc

/// Paths of one command, none of which it may write while another of them means the same file.
///
///     encode picture.png -o picture.png        the picture would be lost
///     encode ... -o x --reconstruction x       the first of two results would be lost
public struct DistinctFiles: Sendable {
    private var files: [(option: String, path: String, isWritten: Bool)] = []

    public init() {}

    /// - Parameter path: nil for an option that was not given.
    public mutating func read(_ path: String?, by option: String) { add(path, option, isWritten: false) }

    public mutating func write(_ path: String?, by option: String) { add(path, option, isWritten: true) }

    private mutating func add(_ path: String?, _ option: String, isWritten: Bool) {
        guard let path else { return }
        files.append((option, path, isWritten))
    }

    /// - Throws: `outputSameFile`, before anything is read or written.
    public func requireDistinct() throws(Diagnostic) {
        for (index, file) in files.enumerated() {
            guard let identity = Self.identity(of: file.path) else { continue }
            for other in files[..<index] where file.isWritten || other.isWritten {
                guard Self.identity(of: other.path) == identity else { continue }
                throw Diagnostic(
                    .outputSameFile, at: "\(other.option) and \(file.option)", found: "'\(file.path)' for both",
                    expected: "different files: one of them is written",
                    remedy: "choose another path for \(file.isWritten ? file.option : other.option)")
            }
        }
    }

    /// The file that a path leads to, or will lead to; nil for devices, pipes and folders, and for places where no file
    /// can be.
    private static func identity(of path: String) -> String? {
        guard !path.utf8.contains(0), !path.isEmpty else { return nil }
        var status = stat()
        if stat(path, &status) == 0 {
            return status.st_mode & S_IFMT == S_IFREG ? "\(status.st_dev):\(status.st_ino)" : nil
        }
        let slash = path.lastIndex(of: "/")
        let folder = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        guard let resolved = realpath(folder, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved) + "/" + (slash.map { String(path[path.index(after: $0)...]) } ?? path)
    }
}

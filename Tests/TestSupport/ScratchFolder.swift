package import Foundation

/// A folder of a test's own, removed with the last reference to it. Where a test keeps only paths, it says when that
/// is:
///
///     let folder = try ScratchFolder()
///     defer { folder.remove() }
///     let path = try folder.write("a: 1\n", "machine.yaml")
package final class ScratchFolder: Sendable {
    package let url: URL

    /// The space in the usual name finds programs that split paths; `make` is one.
    package init(named name: String = "intaglio test ") throws {
        url = FileManager.default.temporaryDirectory.appendingPathComponent(name + UUID().uuidString)
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { remove() }

    package func remove() { try? FileManager.default.removeItem(at: url) }

    package func path(_ name: String) -> String { url.appendingPathComponent(name).path }

    package func bytes(_ name: String) throws -> [UInt8] {
        try Array(Data(contentsOf: url.appendingPathComponent(name)))
    }

    /// The folder that `name` lies in must exist.
    @discardableResult
    package func write(_ bytes: [UInt8], _ name: String) throws -> String {
        try Data(bytes).write(to: url.appendingPathComponent(name))
        return path(name)
    }

    @discardableResult
    package func write(_ text: String, _ name: String) throws -> String { try write(Array(text.utf8), name) }

    /// Names below the folder, sorted.
    package func names(in inner: String = "") throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: path(inner)).sorted()
    }

    /// What an aborted write would leave behind.
    package var partialFiles: [String] {
        (FileManager.default.enumerator(atPath: url.path)?.compactMap { $0 as? String } ?? []).filter {
            $0.hasSuffix(".partial")
        }
    }
}

/// Runs `body` with the path of a folder that is removed afterwards.
package func withFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
    let folder = try ScratchFolder()
    defer { folder.remove() }
    return try body(folder.url.path)
}

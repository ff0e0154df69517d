import Foundation

/// The files of the working tree, found from this file's own place.
enum Repository {
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// Paths below a folder, from the root, sorted; without hidden files.
    static func files(in folder: String, withExtension wanted: String? = nil) -> [String] {
        let base = root.appendingPathComponent(folder)
        guard let walker = FileManager.default.enumerator(atPath: base.path) else { return [] }
        var files: [String] = []
        for case let path as String in walker {
            var isFolder: ObjCBool = false
            let hidden = path.split(separator: "/").contains { $0.hasPrefix(".") || $0 == "__pycache__" }
            guard !hidden, FileManager.default.fileExists(atPath: base.appendingPathComponent(path).path, isDirectory: &isFolder), !isFolder.boolValue else {
                continue
            }
            if wanted == nil || path.hasSuffix("." + wanted!) { files.append(folder + "/" + path) }
        }
        return files.sorted()
    }

    static func text(_ path: String) throws -> String { try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8) }
}

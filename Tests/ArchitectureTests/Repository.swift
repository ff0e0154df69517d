import Foundation
import TestSupport

/// The files of the working tree.
enum Repository {
    static let root = Checkout.root

    /// Paths below a folder, from the root, sorted; without hidden files.
    static func files(in folder: String, withExtension wanted: String? = nil) -> [String] {
        let base = root.appendingPathComponent(folder)
        guard let walker = FileManager.default.enumerator(atPath: base.path) else { return [] }
        var files: [String] = []
        for case let path as String in walker {
            var isFolder: ObjCBool = false
            let hidden = path.split(separator: "/").contains {
                $0.hasPrefix(".") || $0 == "__pycache__" || $0 == "obj_dir"
            }
            guard !hidden,
                FileManager.default.fileExists(atPath: base.appendingPathComponent(path).path, isDirectory: &isFolder),
                !isFolder.boolValue, !path.hasSuffix(".pb.swift")
            else {
                continue
            }
            if wanted == nil || path.hasSuffix("." + wanted!) { files.append(folder + "/" + path) }
        }
        return files.sorted()
    }

    /// The folders that hold what the project is made of.
    static let folders: Set<String> = ["Sources", "Tests", "Training", "Scripts", "Schedules", "Traces", "docs"]

    /// All files of the project, from the root, sorted.
    static func paths() -> [String] {
        let single = ["CHANGELOG.md", "LICENSE", "Package.swift", "README.md", "intaglio", "test"]
        return single + folders.sorted().flatMap { files(in: $0) }
    }

    /// Those of `paths()` that hold code or prose.
    static func sources() throws -> [SourceFile] {
        try paths().filter { SourceLanguage(path: $0) != nil }.map { SourceFile(path: $0, text: try text($0)) }
    }

    static func text(_ path: String) throws -> String {
        try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
    }
}

package import Foundation

/// The working tree that the tests run in, and the files that may lie beside it.
package enum Checkout {
    package static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// A program of the release build, and whether it is there.
    package static func program(_ name: String) -> (path: String, isBuilt: Bool) {
        let path = root.appendingPathComponent(".build/release/\(name)").path
        return (path, FileManager.default.isExecutableFile(atPath: path))
    }

    /// The path of a shared file or folder (pictures, weights, published layers and curves), nil where it is missing:
    /// in the folder that `INTAGLIO_SHARED` names, or in `shared/data` beside the checkout.
    package static func shared(_ name: String) -> String? {
        let beside = ["../shared/data", "../../shared/data"].map { root.appendingPathComponent($0).path }
        let folders = [ProcessInfo.processInfo.environment["INTAGLIO_SHARED"]].compactMap(\.self) + beside
        return folders.map { "\($0)/\(name)" }.first { FileManager.default.fileExists(atPath: $0) }
    }

    /// Why a test that needs `name` is left out.
    package static func missing(_ name: String) -> String {
        "shared/data/\(name) is not beside this checkout (set INTAGLIO_SHARED)"
    }
}

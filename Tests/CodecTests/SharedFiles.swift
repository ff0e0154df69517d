import Foundation

/// Published curves, pictures and weights, where this checkout has them beside it.
enum SharedFiles {
    static let folder: String? = {
        var folders = ["../shared/data", "../../shared/data"]
        if let folder = ProcessInfo.processInfo.environment["INTAGLIO_SHARED"] { folders.insert(folder, at: 0) }
        return folders.first { FileManager.default.fileExists(atPath: $0 + "/rd_points_kodak.json") }
    }()

    static let missing = "shared/data is not beside this checkout (set INTAGLIO_SHARED)"
}

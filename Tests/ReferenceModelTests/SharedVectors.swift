import Foundation

/// The published int8 layers, where this checkout has them beside it.
enum SharedVectors {
    /// Paths of the JSON files, sorted by name; empty where there are none.
    static let layerCases: [String] = {
        var folders = ["../shared/data", "../../shared/data"]
        if let folder = ProcessInfo.processInfo.environment["INTAGLIO_SHARED"] { folders.insert(folder, at: 0) }
        for folder in folders.map({ $0 + "/vectors/int8_layers" }) {
            let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
            let cases = names.filter { $0.hasSuffix(".json") }.sorted().map { "\(folder)/\($0)" }
            if !cases.isEmpty { return cases }
        }
        return []
    }()

    static let missing = "shared/data/vectors/int8_layers is not beside this checkout (set INTAGLIO_SHARED)"
}

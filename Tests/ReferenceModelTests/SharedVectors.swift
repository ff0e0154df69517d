import Foundation
import TestSupport

/// The published int8 layers, where this checkout has them beside it.
enum SharedVectors {
    private static let name = "vectors/int8_layers"

    /// Paths of the JSON files, sorted by name; empty where there are none.
    static let layerCases: [String] = {
        guard let folder = Checkout.shared(name),
            let names = try? FileManager.default.contentsOfDirectory(atPath: folder)
        else { return [] }
        return names.filter { $0.hasSuffix(".json") }.sorted().map { "\(folder)/\($0)" }
    }()

    static let missing = Checkout.missing(name)
}

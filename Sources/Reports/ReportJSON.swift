import Foundation
public import Simulation

extension RunReport {
    /// The report as one JSON document with sorted keys: the same run gives the same bytes.
    public func jsonText() -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        // A report holds finite numbers and strings only, which always encode.
        let document = try! encoder.encode(self)
        return String(decoding: document, as: UTF8.self) + "\n"
    }
}

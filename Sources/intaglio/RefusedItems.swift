import Diagnostics

/// Items of a folder that were refused; exit code 2, after the results of the others.
struct RefusedItems: Error {
    /// All of them, then what became of the others.
    let message: String

    /// - Parameters:
    ///   - others: how many were not refused.
    ///   - items: what is in the folder: `pictures`.
    ///   - consequence: what became of the others.
    init(_ refused: [Diagnostic], others: Int, items: String, consequence: String) {
        message =
            (refused.map(\.description) + [
                "refused: \(refused.count) of \(refused.count + others) \(items); \(consequence)"
            ]).joined(separator: "\n")
    }

    /// Ends a command that has done the others.
    static func requireNone(_ refused: [Diagnostic], done: Int, items: String) throws {
        guard !refused.isEmpty else { return }
        throw RefusedItems(
            refused, others: done, items: items,
            consequence: done == 0 ? "there is no result" : "the results are those of the other \(done)")
    }
}

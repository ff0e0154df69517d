import Diagnostics

/// Items of a folder that were refused, after the results of the others, or all problems of a file; exit code 2.
struct RefusedItems: Error {
    let diagnostics: [Diagnostic]
    /// How many there are, and what became of the others.
    let consequence: String
    /// All of them, then what became of the others.
    var message: String { (diagnostics.map(\.description) + [consequence]).joined(separator: "\n") }

    /// All problems of one file.
    init(_ diagnostics: [Diagnostic], consequence: String) {
        (self.diagnostics, self.consequence) = (diagnostics, consequence)
    }

    /// - Parameters:
    ///   - others: how many were not refused.
    ///   - items: what is in the folder: `pictures`.
    ///   - consequence: what became of the others.
    init(_ refused: [Diagnostic], others: Int, items: String, consequence: String) {
        diagnostics = refused
        self.consequence = "refused: \(refused.count) of \(refused.count + others) \(items); \(consequence)"
    }

    /// Ends a command that has done the others.
    static func requireNone(_ refused: [Diagnostic], done: Int, items: String) throws {
        guard !refused.isEmpty else { return }
        throw RefusedItems(
            refused, others: done, items: items,
            consequence: done == 0 ? "there is no result" : "the results are those of the other \(done)")
    }
}

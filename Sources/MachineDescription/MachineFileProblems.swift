public import Diagnostics

/// Everything that is wrong with a machine file, as far as it can be told at once.
public struct MachineFileProblems: Error, Sendable {
    /// Names the file in messages.
    public let path: String
    /// The first 64, at least one.
    public let diagnostics: [Diagnostic]
    /// How many there are.
    public let count: Int

    init(_ diagnostics: [Diagnostic], count: Int, path: String) {
        precondition(!diagnostics.isEmpty)
        (self.path, self.diagnostics, self.count) = (path, diagnostics, count)
    }

    init(_ diagnostic: Diagnostic, path: String) { self.init([diagnostic], count: 1, path: path) }

    var first: Diagnostic { diagnostics[0] }
}

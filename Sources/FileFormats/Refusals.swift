package import Diagnostics

/// What is wrong with one file, in the order in which it was found: reading goes on after a refusal, so that a file is
/// corrected at once.
package struct Refusals: Sendable {
    /// So many are kept; the rest is counted.
    package static let mostKept = 64

    package private(set) var diagnostics: [Diagnostic] = []
    package private(set) var count = 0

    package init() {}

    package mutating func add(_ diagnostic: @autoclosure () -> Diagnostic) {
        count += 1
        if count <= Self.mostKept { diagnostics.append(diagnostic()) }
    }
}

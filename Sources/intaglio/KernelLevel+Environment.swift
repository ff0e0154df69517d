import Diagnostics
import Kernels

extension KernelLevel {
    /// Refuses a level that nobody defined, and one that this processor has not, before anything runs.
    ///
    /// - Throws: `kernelLevelUnavailable`.
    static func requireWanted() throws(Diagnostic) {
        guard let word = wanted, KernelLevel(word: word) == nil else { return }
        let isKnown = allCases.contains { "\($0)" == word }
        throw Diagnostic(
            .kernelLevelUnavailable, at: variable,
            found: isKnown ? "\(word), which this processor has not" : "'\(word)'",
            expected: available.map { "\($0)" }.joined(separator: ", "),
            remedy: "name one of these, or leave the variable out: the results are the same")
    }
}

internal import CDatapathKernels
import Glibc

/// The instructions that the inner loops use. Every level computes the same bits, of integers and of floats.
public enum KernelLevel: Int32, CaseIterable, Comparable, Sendable {
    case portable, sse2, avx2, avx512

    /// The highest level that this processor runs.
    public static let best = KernelLevel(rawValue: intaglio_best_level())!

    /// The levels that this processor runs, ascending.
    public static var available: [KernelLevel] { allCases.filter { $0 <= best } }

    /// The environment's variable that names a level; empty is as good as none.
    public static let variable = "INTAGLIO_KERNELS"

    /// What the variable says; nil where it is not set.
    public static var wanted: String? {
        guard let word = getenv(variable).map({ String(cString: $0) }), !word.isEmpty else { return nil }
        return word
    }

    /// The level that a word names, where this processor has it.
    public init?(word: String) {
        guard let level = KernelLevel.available.first(where: { "\($0)" == word }) else { return nil }
        self = level
    }

    /// What inner loops use that are told nothing: the wanted level, the best without one. Whoever starts the program
    /// refuses a word that names none.
    public static let chosen = wanted.flatMap { KernelLevel(word: $0) } ?? best

    public static func < (lower: KernelLevel, higher: KernelLevel) -> Bool { lower.rawValue < higher.rawValue }
}

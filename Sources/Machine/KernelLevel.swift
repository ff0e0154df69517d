internal import CDatapathKernels

/// The instructions that the inner loops use. Every level computes the same integers.
public enum KernelLevel: Int32, CaseIterable, Comparable, Sendable {
    case portable, sse2, avx2, avx512

    /// The highest level that this processor runs.
    public static let best = KernelLevel(rawValue: intaglio_best_level())!

    /// The levels that this processor runs, ascending.
    public static var available: [KernelLevel] { allCases.filter { $0 <= best } }

    public static func < (lower: KernelLevel, higher: KernelLevel) -> Bool { lower.rawValue < higher.rawValue }
}

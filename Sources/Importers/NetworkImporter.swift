public import Diagnostics
public import Networks
import Text

/// Foreign networks that are read into a `FloatNetwork`, by the architecture's name.
public enum NetworkImporter {
    /// The architectures that can be imported.
    public static let architectures = ["bls2017", "mean-scale-hyperprior"]

    /// - Throws: `importArchitectureUnknown`, and what the architecture's own importer throws.
    public static func read(
        architecture: String, from path: String, memory: MemoryBudget = .standard
    ) throws(Diagnostic) -> FloatNetwork {
        switch architecture {
        case "bls2017": return try BLS2017Importer.read(folder: path, memory: memory)
        case "mean-scale-hyperprior": return try MeanScaleHyperpriorImporter.read(path: path, memory: memory)
        default:
            throw Diagnostic(
                .importArchitectureUnknown, at: path, found: "architecture '\(architecture)'",
                expected: architectures.joined(separator: " or "),
                remedy: closestName(to: architecture, among: architectures).map { "did you mean '\($0)'?" }
                    ?? "name one of these architectures")
        }
    }
}

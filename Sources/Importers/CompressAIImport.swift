public import Architectures
public import Diagnostics
import FileFormats
import Graph
import NetworkFiles
public import Networks

/// A network of the CompressAI package from its state dict, stored as safetensors: which of the families it is and how
/// wide follow from the tensors' names and shapes.
///
/// The graph is that of the architecture by name (`CodecArchitecture`), under the package's own names. GDN's
/// parametrization is undone, medians of the entropy bottleneck become part of the layers about it, and its
/// distribution the network's prior; tables for coding are made anew by `quantize --codec`. The serial context of
/// mbt2018 and cheng2020 is checked and left out: nothing here walks it.
public struct CompressAIImport: Sendable {
    public let network: FloatNetwork
    public let architecture: CodecArchitecture
    /// What a reader should know, a sentence each.
    public let notes: [String]

    /// The state dict at a path; nil where there is no file, or one of another format.
    ///
    /// - Throws: `importTensorMismatch` where a tensor is missing or has another shape than the architecture,
    ///   `importTensorUnused` for one that it has no use for, and what safetensors files and budgets throw.
    public static func ifOne(_ path: String, memory: MemoryBudget = .standard) throws(Diagnostic) -> CompressAIImport? {
        guard
            let header = try? SafetensorsFile(readingFrom: path, memory: memory, isWanted: { _, _ in false }),
            CompressAINames(header.unreadTensors).areOfStateDict
        else { return nil }
        return try CompressAIImport(SafetensorsFile(readingFrom: path, memory: memory) { _, _ in true }, at: path)
    }

    /// - Throws: as above.
    init(_ file: SafetensorsFile, at place: String) throws(Diagnostic) {
        let names = CompressAINames(Array(file.tensors.keys))
        let choice = try CompressAIChoice(file, names)
        let family = choice.family
        let known = family.tensorNames
        let source = PyTorchTensors(
            file,
            of: "CompressAI's "
                + (choice.isCertain
                    ? family.rawValue : "\(Family.bmshj2018Hyperprior.rawValue) or \(Family.mbt2018Mean.rawValue)"),
            required: known.required, spellings: names.spellings, at: place, isKnown: known.contains)
        if let collision = names.collision {
            throw Diagnostic(
                .importTensorUnused, at: "\(place), tensor \(collision)", found: "a second name of one tensor",
                expected: "each tensor of \(family.rawValue) once", remedy: "keep one of the spellings")
        }
        try source.requireNames()
        guard let architecture = choice.architecture else {
            let first = family.hasOneWidth ? "g_a.0.conv1.weight" : "g_a.0.weight"
            throw source.refusal(
                first, found: "shape \(try source.extents(first, dimensions: 4))",
                expected: "widths in \(CodecArchitecture.widthRange)\(family.hasOneWidth ? ", even" : "")",
                remedy: "check the architecture")
        }
        self.architecture = architecture
        let (n, m) = (architecture.n, architecture.m)
        var builder = CompressAINetwork(architecture.network.graph, source: source)
        try builder.takeLayers()
        let bottleneck = try CompressAIBottleneck(source, channels: family == .bmshj2018Factorized ? m : n)
        try CompressAIBottleneck.checkGaussians(source)
        if family.hasSerialContext { try CompressAIContext.check(source, latents: m) }
        try source.requireAllTaken()
        let centred = builder.removeMedians(bottleneck.medians)
        var network = FloatNetwork(graph: builder.graph, parameters: builder.parameters)
        network.prior = bottleneck.prior
        try network.validate()
        self.network = network
        notes = Self.notes(architecture, centred: centred)
    }

    private typealias Family = CodecArchitecture.Family

    private static func notes(_ architecture: CodecArchitecture, centred: String?) -> [String] {
        var notes = ["GDN's parametrization is undone; entropy tables are made anew by quantize --codec"]
        if let centred { notes.append("medians of the entropy bottleneck are added back by layer \(centred)") }
        if architecture.family.hasSerialContext {
            notes.append(
                """
                the serial context (context_prediction, entropy_parameters) is left out: the network runs and is \
                quantized, and is not coded
                """)
        }
        return notes
    }
}

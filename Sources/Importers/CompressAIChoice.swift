import Architectures
import Diagnostics
import FileFormats
import Graph

/// Which architecture a state dict is of: the one whose names and then whose shapes it has most of, so that single
/// tensors with another name or shape are what is wrong, and not the rest.
struct CompressAIChoice {
    let family: CodecArchitecture.Family
    /// Whether no other family fits as well.
    let isCertain: Bool
    /// Nil where no widths in range give a single shape of the file.
    let architecture: CodecArchitecture?

    /// - Throws: what graphs of architectures throw.
    init(_ file: SafetensorsFile, _ names: CompressAINames) throws(Diagnostic) {
        let byName = names.family
        // Both hyperpriors have the same names: shapes tell them apart.
        let families = byName == .mbt2018Mean ? [byName, .bmshj2018Hyperprior] : [byName]
        let shapes = names.spellings.compactMapValues { file.tensors[$0]?.shape }
        var best: [(architecture: CodecArchitecture, count: Int)] = []
        for family in families {
            if let found = try Self.widths(family, shapes) { best.append(found) }
        }
        guard let first = best.first else {
            (family, isCertain, architecture) = (byName, families.count == 1, nil)
            return
        }
        let winner = best.dropFirst().reduce(first) { $1.count > $0.count ? $1 : $0 }
        (family, architecture) = (winner.architecture.family, winner.architecture)
        isCertain = families.count == 1 || best.filter { $0.count == winner.count }.count == 1
    }

    /// The widths for which most tensors have the shape that they must have, and how many have; of equal ones the
    /// smallest.
    private static func widths(
        _ family: CodecArchitecture.Family, _ shapes: [String: [Int]]
    ) throws(Diagnostic) -> (architecture: CodecArchitecture, count: Int)? {
        var best: (architecture: CodecArchitecture, count: Int)?
        let candidates = candidates(shapes)
        for n in candidates where !family.hasOneWidth || n % 2 == 0 {
            for m in family.hasOneWidth ? [n] : candidates {
                let architecture = CodecArchitecture(family, n: n, m: m)
                let count = try CompressAIShapes.of(architecture.network.graph).count(where: {
                    shapes[$0.key] == $0.value
                })
                if count > best?.count ?? 0 { best = (architecture, count) }
            }
        }
        return best
    }

    /// Channels of vectors of the transforms: all of the layers' biases and betas, N and M among them. The commonest
    /// eight, in increasing order; a layer of one odd width is then none.
    private static func candidates(_ shapes: [String: [Int]]) -> [Int] {
        var counts: [Int: Int] = [:]
        for (name, shape) in shapes where name.hasPrefix("g_") || name.hasPrefix("h_") {
            let isVector = shape.count == 1 && (name.hasSuffix(".bias") || name.hasSuffix(".beta"))
            let isKernel = shape.count == 4 && name.hasSuffix(".weight")
            for extent in isVector ? shape : isKernel ? Array(shape.prefix(2)) : []
            where CodecArchitecture.widthRange.contains(extent) {
                counts[extent, default: 0] += 1
            }
        }
        return counts.sorted { ($0.value, $1.key) > ($1.value, $0.key) }.prefix(8).map(\.key).sorted()
    }
}

/// The shapes of the tensors of layers.
enum CompressAIShapes {
    /// Convolutions `[out][in][kh][kw]` and transposed ones `[in][out][kh][kw]` with a bias, GDN with beta and gamma.
    ///
    /// - Throws: what the graph's channels throw.
    static func of(_ graph: Graph) throws(Diagnostic) -> [String: [Int]] {
        let channels = try graph.channels()
        var shapes: [String: [Int]] = [:]
        for layer in graph.layers {
            let (inputs, outputs) = (channels[layer.inputs[0]]!, channels[layer.name]!)
            switch layer.operator {
            case .convolution(let convolution):
                shapes["\(layer.name).weight"] = [
                    outputs, inputs, convolution.kernelHeight, convolution.kernelWidth,
                ]
                shapes["\(layer.name).bias"] = [outputs]
            case .transposedConvolution(let transposed):
                shapes["\(layer.name).weight"] = [inputs, outputs, transposed.kernelHeight, transposed.kernelWidth]
                shapes["\(layer.name).bias"] = [outputs]
            case .normalization:
                shapes["\(layer.name).beta"] = [outputs]
                shapes["\(layer.name).gamma"] = [outputs, outputs]
            default: break
            }
        }
        return shapes
    }
}

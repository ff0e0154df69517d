import Diagnostics
import Graph
import Networks

/// The format of a tensor that has no range to choose: it follows from the tensor's place in the graph.
enum GivenFormat: Hashable {
    /// That of the network's first input: of a picture samples 0...255.
    case picture
    /// Codes of step 1 about the middle of each channel: latents that are coded as they are.
    case latentCodes
    /// 16-bit integers, 2^fractionBits to 1.
    case integers16(fractionBits: Int)
    /// That of all sigmoids: 0...1.
    case sigmoid
}

/// Formats that are given: the picture's, a picture's at the end, latents' and what their operators read and write.
/// Copies carry them in both directions.
///
///     a ── pixelShuffle ── first output        a has samples, if nothing else reads it
///     symbols ── pad ── ...                    pad has the format of symbols
struct GivenFormats {
    /// By tensor; none of tensors whose range is free.
    private(set) var formats: [String: GivenFormat] = [:]
    /// By tensor, what its readers ask for: latent operators, the end of the network, copies that are asked for it
    /// themselves.
    private(set) var demands: [String: GivenFormat] = [:]
    private let latents: Set<String>

    /// - Parameter ofPictures: whether the network runs on pictures, so that an output of as many channels is one.
    /// - Throws: what `Graph.channels()` throws.
    init(_ graph: Graph, ofPictures: Bool) throws(Diagnostic) {
        latents = Set(graph.latents)
        let channels = try graph.channels()
        var asked: [String: Set<GivenFormat?>] = [:]
        for output in graph.outputs { asked[output] = [nil] }
        if ofPictures, let first = graph.outputs.first, channels[first] == graph.inputs[0].channels {
            demands[first] = .picture
        }
        // Scales that only the codec reads.
        if let codec = try? CodecTensors(graph), !codec.hasMeans, let scales = codec.parameters {
            demands[scales] = .integers16(fractionBits: codec.grid.fractionBits)
        }
        // From the last reader of a tensor to the layer that makes it.
        for layer in graph.layers.reversed() {
            if let asked = asked[layer.name], asked.count == 1, let demand = asked.first! {
                demands[layer.name] = demands[layer.name] ?? demand
            }
            for (index, name) in layer.inputs.enumerated() {
                switch layer.operator {
                case .reconstructLatent where index == 0: demands[name] = .integers16(fractionBits: 0)
                case .quantizeLatent(let grid), .reconstructLatent(let grid):
                    demands[name] = .integers16(fractionBits: grid.fractionBits)
                default: asked[name, default: []].insert(layer.operator.movesElements ? demands[layer.name] : nil)
                }
            }
        }
        for input in graph.inputs { formats[input.name] = .picture }
        for layer in graph.layers { setFormat(of: layer) }
    }

    /// From those of its operands where it copies.
    private mutating func setFormat(of layer: Layer) {
        formats[layer.name] =
            switch layer.operator {
            case .quantizeLatent: .integers16(fractionBits: 0)
            case .reconstructLatent(let grid): .integers16(fractionBits: grid.fractionBits)
            case let copy where copy.movesElements:
                layer.inputs.allSatisfy { formats[$0] == formats[layer.inputs[0]] } ? formats[layer.inputs[0]] : nil
            default:
                switch demands[layer.name] {
                case .integers16(let bits)?: .integers16(fractionBits: bits)
                case let demand?: latents.contains(layer.name) ? .latentCodes : demand
                case nil:
                    latents.contains(layer.name) ? .latentCodes : layer.activation == .sigmoid ? .sigmoid : nil
                }
            }
    }

    /// Whether a copy needs one of its operands in another format than that operand has.
    func needsRequantize(_ operand: String, of layer: Layer) -> Bool {
        guard layer.operator.movesElements else { return false }
        if let demand = demands[layer.name] { return formats[operand] != demand }
        guard let format = formats[operand] else { return false }
        switch layer.operator {
        case .concatenation: return !layer.inputs.allSatisfy { formats[$0] == format }
        // Centres of channels differ: no code is 0 in all of them, and no two of them become one channel.
        case .pad(let pad): return pad.padding.addsElements && format == .latentCodes
        case .pixelShuffle: return format == .latentCodes
        default: return false
        }
    }

    /// Takes a layer with some of its operands replaced by those behind a `requantize`, which have what it asks for.
    mutating func replace(_ layer: Layer, requantized names: [String]) {
        for name in names { formats[name] = demands[layer.name] }
        setFormat(of: layer)
    }
}

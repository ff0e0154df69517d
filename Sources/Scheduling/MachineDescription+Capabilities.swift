import Diagnostics
import FixedPoint
import Graph
import MachineDescription
import Networks
import Quantization

extension MachineDescription {
    /// Refuses a network that needs wider operands, more codebooks or other units than this machine has.
    func requireCapabilities(for network: QuantizedNetwork) throws(Diagnostic) {
        let widths = [
            ("V (decoded activations)", network.widths.activationBits, macArray.activationBits),
            ("W (decoded weights)", network.widths.weightBits, macArray.weightBits),
            ("A (accumulators)", network.widths.accumulatorBits, macArray.accumulatorBits),
        ]
        for (what, needed, offered) in widths where needed > offered {
            throw Diagnostic(
                .machineWidthExceeded, at: "network \(network.graph.name)", found: "\(what) of \(needed) bits",
                expected: "at most \(offered) bits on machine '\(name)'",
                remedy: "quantize for this machine, or choose a wider one")
        }
        guard network.widths.overflow == .proven else {
            throw Diagnostic(
                .overflowRuleUnsupported, at: "network \(network.graph.name)",
                found: "overflow rule '\(network.widths.overflow.rawValue)'",
                expected: "'\(OverflowRule.proven.rawValue)'",
                remedy: "quantize again, with accumulators that hold every sum")
        }
        for tensor in network.graph.inputs.map(\.name) + network.graph.layers.map(\.name) {
            guard case .codes(let set)? = network.formats[tensor], set.codebooks.count > codebookMux.codebooks else {
                continue
            }
            throw Diagnostic(
                .machineCodebooksExceeded, at: "tensor \(tensor)", found: "J = \(set.codebooks.count) codebooks",
                expected: "at most \(codebookMux.codebooks) on machine '\(name)'",
                remedy: "quantize with fewer codebooks")
        }
        for layer in network.graph.layers { try requireUnits(for: layer, network.parameters[layer.name]) }
    }

    private func requireUnits(for layer: Layer, _ parameters: LayerParameters?) throws(Diagnostic) {
        if case .normalization(let parameters) = parameters {
            let needed: NormalizationDescription.Method = parameters.table == nil ? .exact : .table
            if needed != normalization.method {
                throw Diagnostic(
                    .machineNormalizationUnsupported, at: "layer \(layer.name)",
                    found: "normalization '\(needed.rawValue)' in the network",
                    expected: "'\(normalization.method.rawValue)', the normalization unit of machine '\(name)'",
                    remedy:
                        "quantize for this machine, or choose a machine with normalization.method \(needed.rawValue)")
            }
        }
        let decoder: WeightDecoder? =
            switch parameters {
            case .accumulation(let accumulation): accumulation.weightDecoder
            case .normalization(let normalization): normalization.gammaDecoder
            default: nil
            }
        if let decoder, !decoder.isMemoryFree, !codebookMux.programmable {
            throw Diagnostic(
                .machineNotProgrammable, at: "layer \(layer.name)",
                found: "weight law '\(decoder.law)', which needs a table",
                expected: "a memory-free law: the codebook-mux of machine '\(name)' is not programmable",
                remedy: "choose a memory-free law")
        }
    }
}

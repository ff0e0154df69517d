import Diagnostics
import FixedPoint
import Geometry
import Graph
import MachineDescription
import Networks

extension MachineDescription {
    /// Refuses a network that needs wider operands, more codebooks or other units than this machine has.
    func requireCapabilities(for network: NetworkFormats) throws(Diagnostic) {
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
        for tensor in network.tensors where tensor.codebooks > codebookMux.codebooks {
            throw Diagnostic(
                .machineCodebooksExceeded, at: "tensor \(tensor.name)", found: "J = \(tensor.codebooks) codebooks",
                expected: "at most \(codebookMux.codebooks) on machine '\(name)'",
                remedy: "quantize with fewer codebooks")
        }
        for (layer, storage) in zip(network.graph.layers, network.layers) { try requireUnits(for: layer, storage) }
    }

    private func requireUnits(for layer: Layer, _ storage: LayerStorage) throws(Diagnostic) {
        if let needed = storage.normalization, needed != normalization.method {
            throw Diagnostic(
                .machineNormalizationUnsupported, at: "layer \(layer.name)",
                found: "normalization '\(needed.rawValue)' in the network",
                expected: "'\(normalization.method.rawValue)', the normalization unit of machine '\(name)'",
                remedy: "quantize for this machine, or choose a machine with normalization.method \(needed.rawValue)")
        }
        if let law = storage.tabledLaw, !codebookMux.programmable {
            throw Diagnostic(
                .machineNotProgrammable, at: "layer \(layer.name)",
                found: "weight law '\(law)', which needs a table",
                expected: "a memory-free law: the codebook-mux of machine '\(name)' is not programmable",
                remedy: "choose a memory-free law")
        }
    }
}

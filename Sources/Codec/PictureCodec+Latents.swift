public import Diagnostics
import EntropyCoding
import MachineDescription
import Networks
import Quantization
public import Tensors

/// Latents as a quantizer left them, [H][W][C] of the padded picture's latents, 16 bits each.
public struct QuantizedLatents: Sendable {
    /// The indices k that the entropy coder takes.
    public let symbols: Tensor<Int32>
    /// u, in grid steps (`PictureCodec.latentGridStep`): what the synthesis is fed with, before the inverse gains of
    /// the rate and before its 8-bit codes.
    public let reconstruction: Tensor<Int32>
}

extension PictureCodec {
    /// One step of u's grid, in steps of the float network's latent.
    public var latentGridStep: Double { network.formats[tensors.reconstruction]!.step }

    /// What `encode` decides, without a bitstream and without a synthesis.
    ///
    /// - Throws: as `encode`.
    public func quantizedLatents(
        _ analysis: Analysis, quantizer: LatentQuantizer
    ) throws(Diagnostic) -> QuantizedLatents {
        try requireFit(quantizer)
        let plane = plane(analysis, quantizer)
        let symbols = decide(analysis, plane, quantizer)
        return QuantizedLatents(
            symbols: LatentPlane.tensor(symbols, shape: plane.shape),
            reconstruction: plane.reconstruct(symbols, step: quantizer.step, trellis: quantizer.trellis))
    }

    /// The hyper-latents that scales and means are predicted from, [H][W][C], in steps of the float network's
    /// hyper-latent: integers. Nil without a hyperprior.
    public func hyperLatentValues(_ analysis: Analysis) -> Tensor<Int32>? {
        guard let codes = analysis.hyperLatents, let name = tensors.hyperLatent,
            case .codes(let set)? = network.formats[name]
        else { return nil }
        let channels = codes.shape.channels
        let values = codes.elements.enumerated().map { index, code in
            set.codebooks[Int(set.selects[index % channels])].entries[Int(code)] + set.offsets[index % channels]
        }
        return Tensor(shape: codes.shape, elements: values)
    }

    /// Whether the machine and the latents' grid have what a quantizer needs.
    ///
    /// - Throws: `codecStepOutOfRange`, `machineWidthExceeded`.
    public func requireFit(_ quantizer: LatentQuantizer) throws(Diagnostic) {
        precondition(
            quantizer.fractionBits == fractionBits,
            "a quantizer for F = \(quantizer.fractionBits) and latents of F = \(fractionBits)")
        guard DecisionSettings.steps.contains(quantizer.step) else {
            throw Diagnostic(
                .codecStepOutOfRange, at: "--step", found: "\(quantizer.step) grid steps",
                expected:
                    "\(DecisionSettings.steps) steps of the grid, of which \(1 << fractionBits) are a symbol step",
                remedy: "choose a step in range")
        }
        if let trellis = quantizer.trellis {
            try require(trellis.stateCount, "states of the trellis", machine.trellis.states)
        }
    }

    func plane(_ analysis: Analysis, _ quantizer: LatentQuantizer) -> LatentPlane {
        LatentPlane(
            shape: analysis.latents.shape, parameters: analysis.parameters, codec: parameters, tensors: tensors,
            cellStep: quantizer.cellStep)
    }
}

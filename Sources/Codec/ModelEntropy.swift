import EntropyCoding
import Foundation
import Graph
import Networks
import Tensors

extension PictureCodec {
    /// What a picture's symbols cost under the distributions that the integer tables stand for; nil without a
    /// hyperprior.
    func modelBits(
        _ encoded: EncodedPicture, _ analysis: Analysis, _ quantizer: LatentQuantizer, _ prior: FactorizedPrior
    ) -> Double? {
        guard let predicted = analysis.parameters, let hyperLatents = hyperLatentValues(analysis) else { return nil }
        let scales = LatentPlane.planes(predicted, firstChannel: 0, channels: analysis.latents.shape.channels)
        // In units of the distance of two levels of one quantizer.
        let unit =
            Double(1 << parameters.scaleFractionBits) * Double(quantizer.cellStep)
            / Double(1 << tensors.grid.fractionBits)
        let smallest =
            GaussianTables.smallestScale * Double(1 << tensors.grid.fractionBits) / Double(quantizer.cellStep)
        var bits = 0.0
        var state = 0
        for (symbol, scale) in zip(encoded.symbols, scales) {
            let half = quantizer.trellis?.quantizer(of: state) ?? 0
            bits -= log2(
                max(
                    FloatLikelihood.smallestMass,
                    GaussianTables.mass(
                        of: abs(Int(symbol)), scale: max(smallest, Double(scale) / unit), quantizer: half)))
            if let trellis = quantizer.trellis { state = trellis.next(state, parity: Int(symbol & 1)) }
        }
        return bits
            + FloatLikelihood.bits(
                Tensor(shape: hyperLatents.shape, elements: hyperLatents.elements.map { Float($0) }), prior: prior)
    }
}

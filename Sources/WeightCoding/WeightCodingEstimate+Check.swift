public import Diagnostics
public import Lowering
public import Networks

extension WeightCodingEstimate {
    /// Holds the estimate's statistics against a network's weights, and sends the parameter image's weight tiles
    /// through coder and decoder: what is left in the image is what the decoder made of the coded bytes.
    ///
    /// - Parameters:
    ///   - image: addresses 0 ..< `ProgramLayout.parameterEnd` at least.
    ///   - codes: whether the tiles are coded; otherwise only the statistics are checked.
    /// - Throws: `weightStatisticsMismatch`, `codedWeightsDamaged`.
    public func check(
        _ network: QuantizedNetwork, _ layout: ProgramLayout, image: inout [UInt8], codes: Bool
    ) throws(Diagnostic) {
        for index in statistics.keys.sorted() {
            let (name, stored) = (layout.layers[index].name, statistics[index]!)
            guard let weights = layout.laidWeights(of: index, network),
                WeightStatistics(measuring: weights, groupChannels: stored.groupChannels, code: stored.code) == stored
            else { throw mismatch(name, "other bits or zeros than its weights have") }
        }
        guard codes else { return }
        for (region, bytes) in zip(layout.parameterRegions, codedBytes) {
            guard case .weights(let tile) = region.content else { continue }
            let (name, range) = (layout.layers[tile.layer].name, region.address..<region.address + region.bytes)
            let place = "layer \(name), output channels \(tile.outputChannels), input channels \(tile.inputChannels)"
            guard let (coded, decoded) = try statistics[tile.layer]!.decoded(afterCoding: image[range], at: place)
            else {
                throw mismatch(name, "no code for one of its weights")
            }
            guard coded == bytes else { throw mismatch(name, "a tile of \(bytes) coded bytes that takes \(coded)") }
            image.replaceSubrange(range, with: decoded)
        }
    }

    private func mismatch(_ layer: String, _ found: String) -> Diagnostic {
        Diagnostic(
            .weightStatisticsMismatch, at: "layer \(layer), weight statistics", found: found,
            expected: "those of the network's weights",
            remedy: "quantize the network again")
    }
}

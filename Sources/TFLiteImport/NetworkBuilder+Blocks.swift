import Diagnostics
import Graph
import Networks
import TFLite
import Tensors
import Text

// Blocks of rows and columns to channels and back, in the format's order: `[dy][dx][channel]`.
extension NetworkBuilder {
    /// DEPTH_TO_SPACE: a pixel shuffle, whose order is `[channel][dy][dx]`; with more than one channel behind other
    /// places of the channels.
    mutating func depthToSpace(_ block: Int, at place: OperatorPlace) throws(Diagnostic) {
        let operand = try planes(0, of: place)
        let area = MemoryBudget.product(block, block)
        guard block <= 16, operand.stored.channels % area == 0 else {
            throw unsupported(
                place, found: "blocks of \(block) from \(operand.stored.channels.counted("channel"))",
                expected: "blocks of at most 16, and a multiple of their elements")
        }
        let tensor = try output(of: place)
        try sameQuantization(of: tensor, as: operand, at: place)
        let channels = operand.stored.channels / area
        var ordered = operand
        if channels > 1, block > 1 {
            let taps = (0..<operand.stored.channels).map { [$0 % area * channels + $0 / area] }
            ordered = try copy(
                operand, Selection(taps: taps), as: innerName(names.name(of: tensor), "order"), at: place)
        }
        let layer = Layer(name: names.name(of: tensor), operator: .pixelShuffle(factor: block), inputs: [ordered.name])
        let stored = try append(layer, .none, of: [ordered], as: operand.quantization, at: place)
        try define(tensor, as: layer.name, stored: stored, extents: stored.extents, operand.quantization, at: place)
    }

    /// SPACE_TO_DEPTH: a convolution of one tap for each output channel.
    mutating func spaceToDepth(_ block: Int, at place: OperatorPlace) throws(Diagnostic) {
        let operand = try planes(0, of: place)
        let stored = operand.stored
        guard block <= 16, stored.height % block == 0, stored.width % block == 0 else {
            throw unsupported(place, found: "blocks of \(block) in \(stored)", expected: "whole blocks of at most 16")
        }
        let tensor = try output(of: place)
        try sameQuantization(of: tensor, as: operand, at: place)
        let taps = (0..<MemoryBudget.product(block, block, stored.channels)).map { [$0] }
        let selection = Selection(kernelHeight: block, kernelWidth: block, strideY: block, strideX: block, taps: taps)
        let result = try copy(operand, selection, as: names.name(of: tensor), at: place)
        try define(tensor, as: result, at: place)
    }
}

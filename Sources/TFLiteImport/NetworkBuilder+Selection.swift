import Diagnostics
import FixedPoint
import Graph
import Networks
import Quantization
import TFLite
import Tensors

extension NetworkBuilder {
    /// Elements under a window, for an output channel.
    struct Selection {
        var kernelHeight = 1
        var kernelWidth = 1
        var strideY = 1
        var strideX = 1
        /// For each output channel, indices into the window `[R][S][C]` whose values are added; none for the constant.
        var taps: [[Int]]
        /// The element of outputs without taps; the zero point for nil.
        var constant: Int?
    }

    /// Copies elements to other channels by a convolution of weights 1, which changes no value: where an output has
    /// several taps, all of them but one must be 0.
    ///
    /// - Throws: `memoryBudgetExceeded`, and what adding a layer throws.
    mutating func copy(
        _ operand: ImportedTensor, _ selection: Selection, as name: String, at place: OperatorPlace
    ) throws(Diagnostic) -> ImportedTensor {
        let window = MemoryBudget.product(selection.kernelHeight, selection.kernelWidth, operand.stored.channels)
        let count = MemoryBudget.product(selection.taps.count, window)
        try reserve(MemoryBudget.product(2, count), for: "weights of 0 and 1", at: place)
        var codes = [UInt8](repeating: 128, count: count)
        for (channel, taps) in selection.taps.enumerated() { for tap in taps { codes[channel * window + tap] = 129 } }
        let quantization = operand.quantization
        let constant = Int64((selection.constant ?? quantization.zeroPoint) - quantization.zeroPoint)
        let convolution = Convolution(
            outputChannels: selection.taps.count, kernelHeight: selection.kernelHeight,
            kernelWidth: selection.kernelWidth, strideY: selection.strideY, strideX: selection.strideX)
        let accumulation = Accumulation(
            name: name, operator: .convolution(convolution), codes: codes, decoder: .linear(),
            bias: selection.taps.map { $0.isEmpty ? constant : 0 },
            runtime: Array(repeating: .doubleRounding(.one), count: selection.taps.count), quantization: quantization,
            clamp: quantization.elements)
        let stored = try append(accumulation, of: operand, at: place)
        return ImportedTensor(name: name, stored: stored, extents: stored.extents, quantization: quantization)
    }

    /// Adds a layer that copies codes of rows and columns.
    mutating func pad(
        _ operand: ImportedTensor, _ pad: Pad, as name: String, at place: OperatorPlace
    ) throws(Diagnostic) -> ImportedTensor {
        let layer = Layer(name: name, operator: .pad(pad), inputs: [operand.name])
        let stored = try append(layer, .none, of: [operand], as: operand.quantization, at: place)
        return ImportedTensor(name: name, stored: stored, extents: stored.extents, quantization: operand.quantization)
    }

    /// The name of a layer that another needs: `NAME.WORD`, with a number where that is taken.
    func innerName(_ name: String, _ word: String) -> String {
        let plain = String(name.prefix(120 - word.count)) + "." + word
        var candidate = plain
        var number = 2
        while names.tensor(named: candidate) != nil || layers.contains(where: { $0.name == candidate }) {
            candidate = plain + "\(number)"
            number += 1
        }
        return candidate
    }
}

import Diagnostics
import FixedPoint
import Graph
import Networks
import Quantization
import TFLite
import Tensors
import Text

/// A constant of one element for each channel.
struct ConstantOperand {
    /// As the file has them.
    var elements: [Int]
    var quantization: ActivationQuantization
}

// Operands that stand in the file.
extension NetworkBuilder {
    /// The constant at an input: one element for each channel of the other operand; nil where it is none.
    ///
    /// - Throws: `tfliteTensorUnsupported` where it has no 8-bit elements, `tfliteOperatorUnsupported` where it has
    ///   rows or columns.
    func constant(_ index: Int, of place: OperatorPlace, channels: Int) throws(Diagnostic) -> ConstantOperand? {
        let described = subgraph.tensors[try input(index, of: place)]
        guard model.isConstant(described), described.elementCount > 1 else { return nil }
        let quantization = try ActivationQuantization(described, at: place.text)
        guard described.elementCount == channels, described.shape.last == channels,
            let elements = try model.constant(described)?.integers
        else {
            throw unsupported(
                place, found: "a constant of extents \(described.shape) beside \(channels.counted("channel"))",
                expected: "one element, or one for each channel")
        }
        return ConstantOperand(elements: elements, quantization: quantization)
    }

    /// A tensor of the constant's elements: sums without a weight. It has one pixel, or as many as the other operand.
    mutating func tensor(
        of constant: ConstantOperand, like operand: ImportedTensor, isPixel: Bool, as name: String,
        at place: OperatorPlace
    ) throws(Diagnostic) -> ImportedTensor {
        var source = operand
        if isPixel, operand.stored.height > 1 || operand.stored.width > 1 {
            source = try sliced(
                operand, [.all(1), .all(1), .all(operand.stored.channels)], as: innerName(name, "pixel"), at: place)
        }
        let channels = operand.stored.channels
        let zeroPoint = constant.quantization.zeroPoint
        let accumulation = Accumulation(
            name: innerName(name, "constant"),
            operator: .convolution(
                Convolution(outputChannels: channels, kernelHeight: 1, kernelWidth: 1, groups: channels)),
            codes: Array(repeating: 128, count: channels), decoder: .linear(),
            bias: constant.elements.map { Int64($0 - zeroPoint) },
            runtime: Array(repeating: .doubleRounding(.one), count: channels), quantization: constant.quantization,
            clamp: constant.quantization.elements)
        let stored = try append(accumulation, of: source, at: place)
        return ImportedTensor(
            name: accumulation.name, stored: stored, extents: stored.extents, quantization: constant.quantization)
    }

    /// MUL by a constant for each channel: a depthwise convolution of 1 x 1.
    mutating func product(
        _ operand: ImportedTensor, _ constant: ConstantOperand, _ multiplier: QuantizedMultiplier,
        _ activation: TFLiteActivation, to quantization: ActivationQuantization, at place: OperatorPlace
    ) throws(Diagnostic) {
        let channels = operand.stored.channels
        let tensor = try output(of: place)
        let lowest = constant.quantization.elements.lowerBound
        let accumulation = Accumulation(
            name: names.name(of: tensor),
            operator: .convolution(
                Convolution(outputChannels: channels, kernelHeight: 1, kernelWidth: 1, groups: channels)),
            codes: constant.elements.map { UInt8($0 - lowest) },
            decoder: .linear(offset: 128 + lowest - constant.quantization.zeroPoint),
            bias: Array(repeating: 0, count: channels),
            runtime: Array(repeating: .doubleRounding(multiplier), count: channels), quantization: quantization,
            clamp: try quantization.clamp(activation, at: place))
        let stored = try append(accumulation, of: operand, at: place)
        try define(tensor, as: accumulation.name, stored: stored, extents: operand.extents, quantization, at: place)
    }
}

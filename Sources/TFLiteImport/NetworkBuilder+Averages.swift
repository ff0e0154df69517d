import Diagnostics
import FixedPoint
import Graph
import Quantization
import TFLite
import Tensors

// Averages are depthwise convolutions of weights 1.
extension NetworkBuilder {
    /// AVERAGE_POOL_2D: the mean of the elements, zero points included, half away from zero.
    mutating func averagePool(_ options: TFLiteOptions.Pooling, at place: OperatorPlace) throws(Diagnostic) {
        let operand = try planes(0, of: place)
        let rows = Window(
            options.padding, input: operand.stored.height, kernel: options.filterHeight, stride: options.strideHeight,
            dilation: 1)
        let columns = Window(
            options.padding, input: operand.stored.width, kernel: options.filterWidth, stride: options.strideWidth,
            dilation: 1)
        guard let rows, let columns else {
            throw place.unfit(
                "\(operand.stored) under \(options.filterHeight) x \(options.filterWidth)",
                expected: "a window that fits the input")
        }
        let quantization = try sameQuantization(as: operand, at: place)
        let clamp = try quantization.clamp(options.activation, at: place)
        let tensor = try output(of: place)
        let stored = try raggedAverage(
            operand, options, rows, columns, clamp, as: names.name(of: tensor), at: place)
        try define(
            tensor, as: names.name(of: tensor), stored: stored,
            extents: [1, rows.output, columns.output, stored.channels], quantization, at: place)
    }

    /// One layer where its rounding is proved. Otherwise, for ties about a zero point that is not 0, two: the mean as
    /// the format has it, zero points included, then less the zero point.
    mutating func average(
        _ operand: ImportedTensor, _ convolution: Convolution, _ clamp: ClosedRange<Int>, as name: String,
        at place: OperatorPlace
    ) throws(Diagnostic) -> TensorShape {
        let (channels, count) = (convolution.outputChannels, convolution.kernelHeight * convolution.kernelWidth)
        let zeroPoint = operand.quantization.zeroPoint
        var mean = try ones(operand, convolution, as: name, at: place)
        mean.clamp = clamp
        mean.runtime = Array(repeating: .average(count: count, zeroPoint: zeroPoint), count: channels)
        do {
            return try append(mean, of: operand, at: place)
        } catch  where error.code == .tfliteRequantizationUnproven && zeroPoint != 0 {
            mean.name = String(name.prefix(120)) + ".mean"
            mean.bias = Array(repeating: Int64(count * zeroPoint), count: channels)
            mean.runtime = Array(repeating: .average(count: count, zeroPoint: 0), count: channels)
            mean.quantization.zeroPoint = 0
            let stored = try append(mean, of: operand, at: place)
            let elements = ImportedTensor(
                name: mean.name, stored: stored, extents: stored.extents, quantization: mean.quantization)
            return try shift(elements, by: -zeroPoint, to: operand.quantization, as: name, at: place)
        }
    }

    /// MEAN over rows, columns, channels: the sum times one multiplier that has the number of elements in it.
    mutating func mean(keepsDimensions: Bool, at place: OperatorPlace) throws(Diagnostic) {
        let operand = try picture(0, of: place)
        let rank = operand.extents.count
        let axes = Set(try knownIntegers(1, of: place).elements.map { $0 < 0 ? $0 + rank : $0 })
        guard !axes.isEmpty, axes.allSatisfy({ (0..<rank).contains($0) }) else {
            throw place.unfit("axes \(axes.sorted())", expected: "some of 0...\(rank - 1)")
        }
        // Axes in front of the last three have one element.
        let joinsChannels = axes.contains(rank - 1)
        let height = axes.contains(rank - 3) ? operand.stored.height : 1
        let width = axes.contains(rank - 2) ? operand.stored.width : 1
        let quantization = try outputQuantization(of: place)
        let count = height * width * (joinsChannels ? operand.stored.channels : 1)
        guard let multiplier = Self.meanMultiplier(operand.quantization, quantization, count: count) else {
            throw unsupported(
                place, found: "scales \(operand.quantization.scale) and \(quantization.scale)",
                expected: "a factor between 2^-31 and 2^30")
        }
        let channels = joinsChannels ? 1 : operand.stored.channels
        let tensor = try output(of: place)
        let name = names.name(of: tensor)
        var accumulation =
            max(height, width) > Self.longestKernel
            ? try totals(operand, height: height, width: width, channels: channels, as: name, at: place)
            : try ones(
                operand,
                Convolution(outputChannels: channels, kernelHeight: height, kernelWidth: width, groups: channels),
                as: name, at: place)
        accumulation.quantization = quantization
        accumulation.clamp = quantization.elements
        accumulation.runtime = Array(repeating: .doubleRounding(multiplier), count: channels)
        let stored = try append(accumulation, of: operand, at: place)
        let extents = operand.extents.enumerated().compactMap { axis, extent in
            axes.contains(axis) ? (keepsDimensions ? 1 : nil) : extent
        }
        try define(
            tensor, as: accumulation.name, stored: stored, extents: extents, quantization, at: place)
    }

    /// The kernels' own: the multiplier of the scales, shifted left as far as the count has bits, divided by the count
    /// and cut off. It is not normalized.
    static func meanMultiplier(
        _ input: ActivationQuantization, _ output: ActivationQuantization, count: Int
    ) -> QuantizedMultiplier? {
        guard let scales = QuantizedMultiplier(real: Double(input.scale) / Double(output.scale)) else { return nil }
        let bits = Int.bitWidth - 1 - count.leadingZeroBitCount
        let shift = min(bits, 32, 31 + scales.exponent)
        guard shift >= 0 else { return nil }
        return QuantizedMultiplier(
            checkingMantissa: (Int64(scales.mantissa) << Int64(shift)) / Int64(count),
            exponent: Int64(scales.exponent - shift))
    }

    /// Sums over a window of each channel.
    private mutating func ones(
        _ operand: ImportedTensor, _ convolution: Convolution, as name: String, at place: OperatorPlace
    ) throws(Diagnostic) -> Accumulation {
        let channels = convolution.outputChannels
        let count = MemoryBudget.product(
            channels, convolution.kernelHeight, convolution.kernelWidth,
            operand.stored.channels / convolution.groups)
        try reserve(MemoryBudget.product(2, count), for: "weights of 1", at: place)
        return Accumulation(
            name: name, operator: .convolution(convolution), codes: Array(repeating: 129, count: count),
            decoder: .linear(), bias: Array(repeating: 0, count: channels), runtime: [],
            quantization: operand.quantization, clamp: operand.quantization.elements)
    }

    /// Adds a constant to every value: a depthwise convolution of 1 x 1.
    mutating func shift(
        _ operand: ImportedTensor, by constant: Int, to quantization: ActivationQuantization,
        codeMap: [UInt8]? = nil, as name: String, at place: OperatorPlace
    ) throws(Diagnostic) -> TensorShape {
        let channels = operand.stored.channels
        let convolution = Convolution(outputChannels: channels, kernelHeight: 1, kernelWidth: 1, groups: channels)
        var shifted = try ones(operand, convolution, as: name, at: place)
        shifted.bias = Array(repeating: Int64(constant), count: channels)
        shifted.runtime = Array(repeating: .doubleRounding(.one), count: channels)
        shifted.quantization = quantization
        shifted.clamp = quantization.elements
        shifted.codeMap = codeMap
        return try append(shifted, of: operand, at: place)
    }
}

import Diagnostics
import FixedPoint
import Graph
import Networks
import Quantization
import TFLite
import Tensors
import Text

/// A layer on the MAC array, without what its rounding needs.
struct Accumulation {
    var name: String
    var `operator`: Operator
    /// `[K][R][S][C/groups]`
    var codes: [UInt8]
    var decoder: WeightDecoder
    /// One for each output channel.
    var bias: [Int64]
    /// One for each output channel.
    var runtime: [RuntimeRequantization]
    /// Of the result.
    var quantization: ActivationQuantization
    /// Elements that a fused function lets pass.
    var clamp: ClosedRange<Int>
    var codeMap: [UInt8]?
}

extension NetworkBuilder {
    /// Adds a layer that gives a runtime's codes for every input, proved channel by channel.
    ///
    /// - Throws: `tfliteRequantizationUnproven`, and what adding a layer throws.
    mutating func append(
        _ accumulation: Accumulation, of operand: ImportedTensor, at place: OperatorPlace
    ) throws(Diagnostic) -> TensorShape {
        let layer = Layer(name: accumulation.name, operator: accumulation.operator, inputs: [operand.name])
        let zeroPoint = accumulation.quantization.zeroPoint
        let clip = accumulation.clamp.lowerBound - zeroPoint...accumulation.clamp.upperBound - zeroPoint
        var parameters = AccumulationParameters(
            weightCodes: accumulation.codes, weightDecoder: accumulation.decoder, bias: accumulation.bias,
            postProcessing: PostProcessing(
                multipliers: Array(repeating: .one, count: accumulation.bias.count), rounding: .single,
                clipLow: Int32(clip.lowerBound), clipHigh: Int32(clip.upperBound), codeMap: accumulation.codeMap))
        let format = operand.quantization.format(channels: operand.stored.channels)
        let bounds = AccumulatorProof.bounds(of: layer, .accumulation(parameters), input: format, activationBits: 16)
        guard bounds.count == accumulation.bias.count else {
            throw place.unfit(
                accumulation.codes.count.counted("weight"),
                expected: "weights for \(operand.stored.channels.counted("channel"))")
        }
        var proofs: [RequantizationProof] = []
        for (channel, bound) in bounds.enumerated() {
            let runtime = accumulation.runtime[channel]
            try RequantizationProof.requireDefined(runtime, bound.low...bound.high, channel: channel, at: place)
            proofs.append(
                RequantizationProof(
                    runtime, accumulators: Int64(bound.low)...Int64(bound.high),
                    results: Int64(clip.lowerBound)...Int64(clip.upperBound)))
        }
        let choice = try RequantizationChoice(proofs, at: place)
        parameters.postProcessing.rounding = choice.rule
        parameters.postProcessing.multipliers = choice.multipliers
        parameters.postProcessing.multipliersNegative = choice.multipliers
        outcome.rounding = outcome.rounding ?? choice.rule
        return try append(
            layer, .accumulation(parameters), of: [operand], as: accumulation.quantization, at: place)
    }

    /// Double rounding by the factors of the output channels, as the older kernels have it.
    ///
    /// uint8 layers have one factor, whose first product is rounded to float32.
    ///
    /// - Throws: `tfliteRequantizationUnproven` where a factor has no integer multiplier.
    func doubleRounding(
        _ weights: WeightTensor, channels: Int, from input: ActivationQuantization, to output: ActivationQuantization,
        productInFloat: Bool, at place: OperatorPlace
    ) throws(Diagnostic) -> [RuntimeRequantization] {
        var runtime: [RuntimeRequantization] = []
        for channel in 0..<channels {
            let scale = weights.scale(channel)
            let product = productInFloat ? Double(input.scale * scale) : Double(input.scale) * Double(scale)
            guard let multiplier = QuantizedMultiplier(real: product / Double(output.scale)) else {
                throw Diagnostic(
                    .tfliteRequantizationUnproven, at: "\(place.text), output channel \(channel)",
                    found: "a factor of \(product / Double(output.scale)) between the scales",
                    expected: "one below 2^30", remedy: "quantize the model again")
            }
            runtime.append(.doubleRounding(multiplier))
        }
        return runtime
    }
}

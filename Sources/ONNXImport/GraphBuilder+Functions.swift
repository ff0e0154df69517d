import Diagnostics
import Foundation
import Graph
import ONNX
import Tensors

extension GraphBuilder {
    /// Relu, LeakyRelu, Clip and the like: folded into what makes the operand.
    mutating func limit(_ limits: Limits, at place: ONNXPlace) throws(Diagnostic) {
        if let value = try pendingOperand(0, of: place), let both = value.pending!.limits.then(limits), value.isReal {
            return try fold(place, into: value) { $0.limits = both }
        }
        let operand = try operand(0, of: place)
        let extents = operand.extents
        try pend(
            .requantize, .identity, of: [operand], at: place, isChannelsLast: operand.isChannelsLast,
            extents: { _ in extents })
        values[try output(of: place)]!.pending!.limits = limits
    }

    mutating func clip(at place: ONNXPlace) throws(Diagnostic) {
        let low = try number("min", or: 1, default: -.infinity, of: place)
        let high = try number("max", or: 2, default: .infinity, of: place)
        // The limits of float32 limit nothing.
        let limits = Limits(
            low: low <= -Float.greatestFiniteMagnitude ? -.infinity : low,
            high: high >= Float.greatestFiniteMagnitude ? .infinity : high)
        guard limits.low <= limits.high, limits.low < .infinity, limits.high > -.infinity else {
            throw unsupported(
                place, found: "limits \(low) and \(high)", expected: "the lower one first, with numbers between them")
        }
        try limit(limits, at: place)
    }

    mutating func prelu(at place: ONNXPlace) throws(Diagnostic) {
        guard let slopes = try floats(1, of: place)?.floats, let slope = slopes.first,
            slopes.allSatisfy({ $0 == slope })
        else { throw unsupported(place, found: "slopes that differ", expected: "one constant slope") }
        try limit(Limits(slope: slope), at: place)
    }

    /// In real numbers: the activation of the layer with weights that makes the operand, or of a depthwise convolution
    /// of 1 x 1 that changes nothing.
    private mutating func sigmoid(at place: ONNXPlace) throws(Diagnostic) {
        if let value = try pendingOperand(0, of: place), let pending = value.pending, pending.limits.isNone,
            value.isReal, case .weights = pending.body
        {
            return try fold(place, into: value) { $0.limits = .sigmoid }
        }
        let operand = try operand(0, of: place)
        let (extents, channels) = (operand.extents, operand.stored.channels)
        let convolution = Convolution(outputChannels: channels, kernelHeight: 1, kernelWidth: 1, groups: channels)
        let weights = FloatWeights(
            weights: Array(repeating: 1, count: channels), bias: Array(repeating: 0, count: channels))
        try pend(
            .convolution(convolution), .weights(weights),
            of: [operand], at: place, isChannelsLast: operand.isChannelsLast, extents: { _ in extents })
        values[try output(of: place)]!.pending!.limits = .sigmoid
    }

    /// A function of single elements that is a map of codes.
    mutating func function(at place: ONNXPlace) throws(Diagnostic) {
        let function: (Float) -> Float
        switch place.name {
        case "Sigmoid": function = { 1 / (1 + Float(Foundation.exp(Double(-$0)))) }
        case "Tanh": function = { Float(Foundation.tanh(Double($0))) }
        case "HardSigmoid":
            let (alpha, beta) = (try place.float("alpha", default: 0.2), try place.float("beta", default: 0.5))
            function = { max(0, min(1, alpha * $0 + beta)) }
        case "HardSwish": function = { $0 * max(0, min(1, $0 / 6 + 0.5)) }
        case "Elu":
            let alpha = try place.float("alpha", default: 1)
            function = { $0 < 0 ? alpha * Float(Foundation.expm1(Double($0))) : $0 }
        case "Softplus": function = { Float(Foundation.log1p(Foundation.exp(Double($0)))) }
        default: throw unknown(place)
        }
        if place.name == "Sigmoid", !isQuantized { return try sigmoid(at: place) }
        guard isQuantized || forShapes else {
            throw unsupported(
                place, found: "a function of real numbers",
                expected: "Relu, LeakyRelu, PRelu, Clip or Sigmoid; others in graphs of 8-bit operators only")
        }
        let operand = try operand(0, of: place)
        let extents = operand.extents
        try pend(
            .requantize, .function(function), of: [operand], at: place, isChannelsLast: operand.isChannelsLast,
            extents: { _ in extents })
    }
}

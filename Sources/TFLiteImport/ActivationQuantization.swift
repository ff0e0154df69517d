import Diagnostics
package import Networks
import Quantization
import TFLite

/// How the elements q of an activation tensor are stored: real = scale x (q - zero point).
///
///     int8    code = q + 128    codebook -128...127    value = q - zero point
///     uint8   code = q          codebook 0...255       value = q - zero point
package struct ActivationQuantization: Equatable {
    package var isSigned: Bool
    /// More than 0, finite.
    package var scale: Float
    /// One of `elements`.
    package var zeroPoint: Int

    package init(isSigned: Bool, scale: Float, zeroPoint: Int) {
        self.isSigned = isSigned
        self.scale = scale
        self.zeroPoint = zeroPoint
    }

    /// What elements can be.
    package var elements: ClosedRange<Int> { isSigned ? -128...127 : 0...255 }
    /// What values can be: elements less the zero point.
    package var values: ClosedRange<Int> { elements.lowerBound - zeroPoint...elements.upperBound - zeroPoint }

    package func format(channels: Int) -> TensorFormat {
        .codes(
            .uniform(
                isSigned ? .linearSigned : .linearUnsigned, channels: channels, step: Double(scale),
                offset: Int32(-zeroPoint)))
    }

    /// - Throws: `tfliteTensorUnsupported` for everything but int8 and uint8 with one scale and zero point.
    init(_ tensor: TFLiteTensor, at place: String) throws(Diagnostic) {
        func refusal(_ found: String) -> Diagnostic {
            Diagnostic(
                .tfliteTensorUnsupported, at: "\(place), tensor \(tensor.name)", found: found,
                expected: "int8 or uint8 activations with one scale and one zero point",
                remedy: "convert the model with full integer quantization: int8 weights and activations")
        }
        switch tensor.elementType {
        case .int8: isSigned = true
        case .uint8: isSigned = false
        case .int16: throw refusal("activations of 16 bits (a 16x8 model)")
        case .float32, .float16, .bfloat16, .float64: throw refusal("float activations (a float or hybrid model)")
        default: throw refusal("elements of type \(tensor.elementType.name)")
        }
        guard let quantization = tensor.quantization else { throw refusal("8-bit elements without a scale") }
        guard quantization.isPerTensor else { throw refusal("\(quantization.scales.count) scales") }
        scale = quantization.scales[0]
        zeroPoint = quantization.zeroPoints[0]
        guard scale > 0, Double(scale).isFinite else { throw refusal("a scale of \(scale)") }
        guard elements.contains(zeroPoint) else { throw refusal("zero point \(zeroPoint)") }
    }
}

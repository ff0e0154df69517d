import Networks
import Quantization

/// How the elements q of an activation tensor are stored: real = scale x (q - zero point).
///
///     int8    code = q + 128    value = q - zero point
///     uint8   code = q          value = q - zero point
struct ONNXQuantization: Equatable {
    var isSigned: Bool
    /// More than 0, finite.
    var scale: Float
    /// One of `elements`.
    var zeroPoint: Int

    /// What elements can be.
    var elements: ClosedRange<Int> { isSigned ? -128...127 : 0...255 }
    /// What values can be: elements less the zero point.
    var values: ClosedRange<Int> { elements.lowerBound - zeroPoint...elements.upperBound - zeroPoint }

    func format(channels: Int) -> TensorFormat {
        .codes(
            .uniform(
                isSigned ? .linearSigned : .linearUnsigned, channels: channels, step: Double(scale),
                offset: Int32(-zeroPoint)))
    }

    /// The element for a real number as QuantizeLinear computes it: a float32 division, ties to even.
    func element(of real: Float) -> Int {
        let rounded = (real / scale).rounded(.toNearestOrEven)
        let shifted = (Int(exactly: max(min(rounded, 1e9), -1e9)) ?? 0) + zeroPoint
        return min(max(shifted, elements.lowerBound), elements.upperBound)
    }

    func real(of element: Int) -> Float { Float(element - zeroPoint) * scale }
}

import Diagnostics
import TFLite

extension ActivationQuantization {
    /// Which elements a fused function lets pass, as the runtime computes them: in float32, ties away from zero.
    ///
    /// - Throws: `tfliteOperatorUnsupported`.
    func clamp(_ activation: TFLiteActivation, at place: OperatorPlace) throws(Diagnostic) -> ClosedRange<Int> {
        switch activation {
        case .none: return elements
        case .relu: return limits(from: 0, to: nil)
        case .relu6: return limits(from: 0, to: 6)
        case .reluN1To1: return limits(from: -1, to: 1)
        case .tanh, .signBit:
            throw Diagnostic(
                .tfliteOperatorUnsupported, at: place.text, found: "a fused \(activation)",
                expected: "no fused function, or RELU, RELU6 or RELU_N1_TO_1",
                remedy: "convert the model with the function as an operator of its own")
        }
    }

    /// The elements that stand for two real numbers, within those that there are.
    func limits(from low: Float, to high: Float?) -> ClosedRange<Int> {
        let lower = min(max(element(of: low), elements.lowerBound), elements.upperBound)
        let upper = min(max(high.map { element(of: $0) } ?? .max, lower), elements.upperBound)
        return lower...upper
    }

    private func element(of real: Float) -> Int {
        let rounded = (real / scale).rounded(.toNearestOrAwayFromZero)
        return zeroPoint + (Int(exactly: max(min(rounded, 1e9), -1e9)) ?? 0)
    }
}

import TFLiteImport

extension ActivationQuantization {
    /// The element for a real number as QuantizeLinear computes it: a float32 division, ties to even.
    func element(of real: Float) -> Int {
        let rounded = (real / scale).rounded(.toNearestOrEven)
        let shifted = (Int(exactly: max(min(rounded, 1e9), -1e9)) ?? 0) + zeroPoint
        return min(max(shifted, elements.lowerBound), elements.upperBound)
    }

    func real(of element: Int) -> Float { Float(element - zeroPoint) * scale }
}

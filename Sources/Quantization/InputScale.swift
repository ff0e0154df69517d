/// What the 8-bit codes of a network's input mean: real = step (code + offset).
public struct InputScale: Hashable, Sendable {
    public let step: Double
    /// -255...0, so that 0 has a code.
    public let offset: Int32

    public init(step: Double, offset: Int32) {
        self.step = step
        self.offset = offset
    }

    /// Samples 0...255 for 0...1.
    public static let picture = InputScale(step: 1.0 / 255, offset: 0)

    /// For all values of a range and 0: 255 steps, or one of 1 / 255 where all are 0.
    ///
    /// - Parameter range: of finite values.
    public init(holding range: ClosedRange<Double>) {
        let (low, high) = (min(range.lowerBound, 0), max(range.upperBound, 0))
        let step = high > low ? (high - low) / 255 : 1.0 / 255
        self.init(step: step, offset: Int32(max(-255, min(0, (low / step).rounded()))))
    }

    /// The nearest code.
    public func code(of value: Double) -> UInt8 {
        UInt8(max(0, min(255, (value / step).rounded() - Double(offset))))
    }

    /// The value of a code. For pictures the sample divided by 255 in single precision.
    public func real(_ code: UInt8) -> Float {
        self == .picture ? Float(code) / 255 : Float(step * Double(Int32(code) + offset))
    }
}

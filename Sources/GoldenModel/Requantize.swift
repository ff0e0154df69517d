import CGoldenModel
import FixedPoint

@c @implementation
public func intaglio_golden_requantize(
    _ rule: Int32, _ accumulator: Int64, _ mantissa: UInt32, _ exponent: Int32, _ result_bits: Int32,
    _ result: UnsafeMutablePointer<Int32>!
) -> Int32 {
    guard let result else { return Status.nullPointer }
    guard RoundingRule.allCases.indices.contains(Int(rule)) else { return Status.rule }
    guard resultBits.contains(Int(result_bits)) else { return Status.count }
    guard let multiplier = QuantizedMultiplier(checkingMantissa: Int64(mantissa), exponent: Int64(exponent)) else {
        return Status.multiplier
    }
    let rounding = RoundingRule.allCases[Int(rule)]
    let isDefined =
        rounding != .gemmlowpDouble
        || RequantizationRefusal.reason(rule: rounding, multiplier: multiplier, accumulators: accumulator...accumulator)
            == nil
    guard isDefined else { return Status.operand }
    result.pointee = Int32(
        saturate(requantize(accumulator, by: multiplier, rounding: rounding), toBits: Int(result_bits)))
    return Status.ok
}

import CGoldenModel
import Machine

@c @implementation
public func intaglio_golden_mac_tile(
    _ operands: UnsafePointer<Int16>!, _ weights: UnsafePointer<Int16>!, _ pixels: Int32, _ channels: Int32,
    _ depth: Int32, _ accumulator_bits: Int32,
    _ accumulators: UnsafeMutablePointer<Int64>!
) -> Int32 {
    guard let operands, let weights, let accumulators else { return Status.nullPointer }
    let (sides, elements) = (1...1 << 20, 1 << 28)
    let (p, k, d) = (Int(pixels), Int(channels), Int(depth))
    guard sides.contains(p), sides.contains(k), sides.contains(d), p * k <= elements, p * d <= elements,
        k * d <= elements,
        (8...62).contains(accumulator_bits)
    else { return Status.count }
    guard UnsafeBufferPointer(start: weights, count: k * d).allSatisfy({ $0 > .min }) else { return Status.operand }
    Datapath.accumulate(
        operands: operands, weights: weights, pixels: p, channels: k, depth: d, bits: Int(accumulator_bits),
        into: accumulators)
    return Status.ok
}

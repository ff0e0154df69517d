import CGoldenModel
import FixedPoint
import Machine

@c @implementation
public func intaglio_golden_normalize(
    _ form: Int32, _ value: Int32, _ norm: Int64, _ scale: UInt32, _ shift: Int32, _ result_bits: Int32,
    _ result: UnsafeMutablePointer<Int32>!
) -> Int32 {
    guard let result else { return Status.nullPointer }
    guard (0...3).contains(form) else { return Status.form }
    guard resultBits.contains(Int(result_bits)) else { return Status.count }
    guard (1..<1 << 24).contains(scale), (0...62).contains(shift) else { return Status.multiplier }
    guard let value = Int16(exactly: value), (1..<1 << 40).contains(norm) else { return Status.operand }
    let normalized = Datapath.normalize(UInt8(form), value: value, norm: norm, scale: scale, shift: UInt8(shift))
    result.pointee = Int32(saturate(normalized, toBits: Int(result_bits)))
    return Status.ok
}

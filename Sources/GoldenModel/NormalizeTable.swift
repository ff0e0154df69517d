import CGoldenModel
import FixedPoint
import Machine
import Quantization

@c @implementation
public func intaglio_golden_normalize_table(
    _ form: Int32, _ value: Int32, _ norm: Int64, _ scale: UInt32, _ shift: Int32, _ index_bits: Int32,
    _ offset_bits: Int32, _ base_bits: Int32,
    _ slope_shift: Int32, _ bases: UnsafePointer<UInt32>!, _ slopes: UnsafePointer<Int32>!, _ result_bits: Int32,
    _ result: UnsafeMutablePointer<Int32>!
) -> Int32 {
    guard let result else { return Status.nullPointer }
    guard (0...3).contains(form) else { return Status.form }
    let hasSegments = form != INTAGLIO_GOLDEN_IGDN1
    guard !hasSegments || (bases != nil && slopes != nil) else { return Status.nullPointer }
    let indexBits = hasSegments ? NormalizationTable.indexBitsRange : 0...0
    guard resultBits.contains(Int(result_bits)), indexBits.contains(Int(index_bits)) else { return Status.count }
    let segments = hasSegments ? 1 << Int(index_bits) : 0
    let table = NormalizationTable(
        indexBits: Int(index_bits), offsetBits: Int(offset_bits), baseBits: Int(base_bits),
        slopeBits: hasSegments ? 18 : 0, slopeShift: Int(slope_shift),
        bases: Array(UnsafeBufferPointer(start: bases, count: segments)),
        slopes: Array(UnsafeBufferPointer(start: slopes, count: segments)))
    guard table.fault(hasSegments: hasSegments) == nil else { return Status.codebook }
    guard (1..<1 << 24).contains(scale), (0...62).contains(shift) else { return Status.multiplier }
    guard let value = Int16(exactly: value), (1..<1 << 40).contains(norm) else { return Status.operand }
    let normalized = Datapath.normalize(
        UInt8(form), value: value, norm: norm, scale: scale, shift: UInt8(shift), table: table)
    result.pointee = Int32(saturate(normalized, toBits: Int(result_bits)))
    return Status.ok
}

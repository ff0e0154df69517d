import CGoldenModel
import Machine

@c @implementation
public func intaglio_golden_encode(
    _ thresholds: UnsafePointer<Int32>!, _ threshold_count: Int32, _ offset: Int32, _ results: UnsafePointer<Int32>!,
    _ count: Int32,
    _ codes: UnsafeMutablePointer<UInt8>!
) -> Int32 {
    guard thresholds != nil || threshold_count == 0, let results, let codes else { return Status.nullPointer }
    guard (0...255).contains(threshold_count), count >= 0 else { return Status.count }
    let limits = Array(UnsafeBufferPointer(start: thresholds, count: Int(threshold_count)))
    guard zip(limits, limits.dropFirst()).allSatisfy({ $0 <= $1 }) else { return Status.codebook }
    guard count > 0 else { return Status.ok }
    let encoded = Datapath.encode(
        UnsafeBufferPointer(start: results, count: Int(count)), thresholds: limits, offset: offset)
    for (index, code) in encoded.enumerated() { codes[index] = code }
    return Status.ok
}

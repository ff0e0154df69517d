import CGoldenModel
import Machine

@c @implementation
public func intaglio_golden_decode(
    _ entries: UnsafePointer<Int32>!, _ entry_count: Int32, _ offset: Int32, _ codes: UnsafePointer<UInt8>!,
    _ count: Int32,
    _ values: UnsafeMutablePointer<Int32>!
) -> Int32 {
    guard let entries, let codes, let values else { return Status.nullPointer }
    guard (1...256).contains(entry_count), count >= 0 else { return Status.count }
    let table = Array(UnsafeBufferPointer(start: entries, count: Int(entry_count)))
    let words = Int(Int16.min)...Int(Int16.max)
    guard zip(table, table.dropFirst()).allSatisfy({ $0 < $1 }), words.contains(Int(offset)),
        table.allSatisfy({ words.contains(Int($0)) && words.contains(Int($0) + Int(offset)) })
    else { return Status.codebook }
    guard count > 0 else { return Status.ok }
    let decoded = Datapath.decode(
        UnsafeBufferPointer(start: codes, count: Int(count)), entries: table.map { Int16($0) }, offset: offset)
    for (index, value) in decoded.enumerated() { values[index] = Int32(value) }
    return Status.ok
}

import Foundation
import MachineDescription
import TestSupport

/// The written vectors of the MAC array, read back by the layout that manifest.json and docs/rtl-units.md give.
struct MACArrayFiles {
    let stimulus: [[String: [Int]]]
    let response: [[String: [Int]]]
    /// Expanded weights by code.
    let weights: [Int]
    private let entries: [Int]
    private let records: [UInt64]

    init(_ folder: ScratchFolder, _ array: MACArrayDescription) throws {
        let manifest =
            try JSONSerialization.jsonObject(
                with: Data(contentsOf: URL(fileURLWithPath: folder.url.path + "/manifest.json"))) as! [String: Any]
        func rows(_ part: String) throws -> [[String: [Int]]] {
            let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: folder.url.path + "/\(part).npy")))
            let ports = ((manifest[part] as! [String: Any])["ports"] as! [[String: Any]]).map {
                ($0["name"] as! String, $0["lanes"] as! Int)
            }
            var position = 10 + Int(bytes[8]) + Int(bytes[9]) << 8
            var rows: [[String: [Int]]] = []
            while position < bytes.count {
                var row: [String: [Int]] = [:]
                for (name, lanes) in ports {
                    row[name] = (0..<lanes).map { lane in
                        Int((0..<8).reduce(Int64(0)) { $0 | Int64(bytes[position + 8 * lane + $1]) << Int64(8 * $1) })
                    }
                    position += 8 * lanes
                }
                rows.append(row)
            }
            return rows
        }
        func words(_ name: String) throws -> [UInt64] {
            try String(contentsOfFile: folder.url.path + "/\(name).hex", encoding: .utf8)
                .split(separator: "\n").filter {
                    !$0.hasPrefix("//")
                }.map { UInt64($0, radix: 16)! }
        }
        stimulus = try rows("stimulus")
        response = try rows("response")
        entries = try words("entries").map { Int(Int16(truncatingIfNeeded: $0)) }
        weights = try words("weights").map { Int(Int16(truncatingIfNeeded: $0)) }
        records = try words("channel_records")
    }

    /// What the multipliers get, by the modes of docs/rtl-units.md.
    func operand(code: Int, channel: Int, _ row: [String: [Int]]) -> Int {
        let record = records[channel]
        let value = entries[Int(record >> 32 & 255) * 256 + code] + Int(Int16(truncatingIfNeeded: record))
        let shift = Int(record >> 40 & 31)
        switch row["operand_mode"]! {
        case [0]: return value
        case [1]: return min(1 << (row["activation_bits"]![0] - 1) - 1, (value * value + (1 << shift) / 2) >> shift)
        default: return abs(value)
        }
    }
}

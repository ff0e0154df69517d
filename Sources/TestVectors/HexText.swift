/// `$readmemh` text: one word a line, the first field in the highest bits, lane 0 of a field in its lowest.
enum HexText {
    static func text(_ rows: [[Int64]], ports: [UnitPort], title: String) -> String {
        var lines = [
            "// \(title)", "// width \(ports.bits) bits, depth \(rows.count) words, first word first",
            "// fields from the highest bit: "
                + ports.map { "\($0.name)[\($0.lanes == 1 ? "" : "\($0.lanes) x ")\($0.laneBits)]" }.joined(
                    separator: " "),
        ]
        for row in rows { lines.append(word(row, ports: ports)) }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func word(_ row: [Int64], ports: [UnitPort]) -> String {
        var digits: [UInt8] = []
        var digit: UInt8 = 0
        // Leading zeros that make whole hexadecimal digits.
        var pending = (4 - ports.bits % 4) % 4
        var column = 0
        for port in ports {
            for lane in stride(from: port.lanes - 1, through: 0, by: -1) {
                for bit in stride(from: port.laneBits - 1, through: 0, by: -1) {
                    digit = digit << 1 | UInt8(truncatingIfNeeded: row[column + lane] >> Int64(bit)) & 1
                    pending += 1
                    if pending == 4 {
                        digits.append(digit < 10 ? 48 + digit : 87 + digit)
                        (digit, pending) = (0, 0)
                    }
                }
            }
            column += port.lanes
        }
        return String(decoding: digits, as: UTF8.self)
    }
}

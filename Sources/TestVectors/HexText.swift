/// `$readmemh` text: one word a line, the first field in the highest bits, lane 0 of a field in its lowest.
enum HexText {
    static func text(_ rows: [[Int64]], ports: [UnitPort], title: String) -> String {
        var lines = [
            "// \(title)", "// width \(ports.bits) bits, depth \(rows.count) words, first word first",
            "// fields from the highest bit: " + ports.map { "\($0.name)[\($0.lanes == 1 ? "" : "\($0.lanes) x ")\($0.laneBits)]" }.joined(separator: " "),
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

/// NumPy's `.npy` format, version 1.0: rows of 64-bit integers, C order.
enum IntegerNPY {
    static func bytes(_ rows: [[Int64]], columns: Int) -> [UInt8] {
        var header = "{'descr': '<i8', 'fortran_order': False, 'shape': (\(rows.count), \(columns)), }"
        header += String(repeating: " ", count: 63 - (10 + header.utf8.count) % 64) + "\n"
        var bytes: [UInt8] = [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.utf8.count & 255), UInt8(header.utf8.count >> 8)] + Array(header.utf8)
        bytes.reserveCapacity(bytes.count + 8 * rows.count * columns)
        for row in rows {
            for value in row { withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) } }
        }
        return bytes
    }
}

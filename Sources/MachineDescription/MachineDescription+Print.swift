import FileFormats

extension MachineDescription {
    /// The machine file. `MachineDescription(yaml: machine.yaml, path: p) == machine`, and equal machines have equal
    /// text.
    public var yaml: String {
        var lines = ""
        var (section, inner): (String?, String?) = (nil, nil)
        for field in fields {
            let blocks = field.section?.split(separator: ".").map(String.init) ?? []
            let outer = blocks.first
            if inner != nil, field.section != inner {
                lines += "}\n"
                inner = nil
            }
            if let outer, outer != section { lines += "\(outer):\n" }
            section = outer
            let text = "\(field.key): \(field.value.yaml)"
            // A block inside a block stands on one line.
            if blocks.count == 2 {
                lines += inner == nil ? "  \(blocks[1]): {\(text)" : ", \(text)"
                inner = field.section
            } else {
                lines += "\(outer == nil ? "" : "  ")\(text)\n"
            }
        }
        return lines
    }
}

extension MachineField.Value {
    /// Bytes with the largest unit that leaves a whole number.
    public var text: String {
        switch self {
        case .name(let text), .word(let text): text
        case .integer(let value): "\(value)"
        case .bytes(let value): ByteCountText.exact(value)
        // Whole numbers without a fraction; otherwise the shortest decimal that reads back as the same number.
        case .number(let value): Int(exactly: value).map { "\($0)" } ?? "\(value)"
        case .boolean(let value): "\(value)"
        case .fraction(let efficiency): efficiency.text
        }
    }

    /// Names like `-` or `...`, which YAML would take for something else, stand in quotes.
    fileprivate var yaml: String {
        guard case .name(let name) = self, let first = name.first, !(first.isLetter || first.isNumber) else {
            return text
        }
        return "\"\(name)\""
    }
}

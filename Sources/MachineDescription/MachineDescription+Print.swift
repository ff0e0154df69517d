import FileFormats

extension MachineDescription {
    /// The machine file. `MachineDescription(yaml: machine.yaml, path: p) == machine`, and equal machines have equal
    /// text.
    public var yaml: String {
        var lines = ""
        var section: String?
        for field in fields {
            if let name = field.section, name != section { lines += "\(name):\n" }
            section = field.section
            lines += "\(section == nil ? "" : "  ")\(field.key): \(field.value.yaml)\n"
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

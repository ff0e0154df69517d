/// The machine as JSON: the keys and values of its file, sizes in bytes. It is a machine file, too.
extension MachineDescription: Encodable {
    public func encode(to encoder: any Encoder) throws {
        var members: [String: Member] = [:]
        for field in fields {
            guard let section = field.section else {
                members[field.key] = .value(field.value)
                continue
            }
            var inner: [String: MachineField.Value] = [:]
            if case .section(let earlier) = members[section] { inner = earlier }
            inner[field.key] = field.value
            members[section] = .section(inner)
        }
        try members.encode(to: encoder)
    }

    private enum Member: Encodable {
        case value(MachineField.Value)
        case section([String: MachineField.Value])

        func encode(to encoder: any Encoder) throws {
            switch self {
            case .value(let value): try value.encode(to: encoder)
            case .section(let fields): try fields.encode(to: encoder)
            }
        }
    }
}

extension MachineField.Value: Encodable {
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .name(let text), .word(let text): try container.encode(text)
        case .integer(let value), .bytes(let value): try container.encode(value)
        case .number(let value): try container.encode(value)
        case .boolean(let value): try container.encode(value)
        }
    }
}

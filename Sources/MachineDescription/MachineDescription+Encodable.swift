/// The machine as JSON: the keys and values of its file, sizes in bytes. It is a machine file, too.
extension MachineDescription: Encodable {
    public func encode(to encoder: any Encoder) throws {
        var members = Members()
        for field in fields {
            members.insert(field, at: (field.section?.split(separator: ".").map(String.init) ?? []) + [field.key])
        }
        try members.encode(to: encoder)
    }

    /// Fields and blocks by their keys.
    private struct Members: Encodable {
        private var values: [String: MachineField.Value] = [:]
        private var blocks: [String: Members] = [:]

        mutating func insert(_ field: MachineField, at path: [String]) {
            if path.count == 1 {
                values[path[0]] = field.value
            } else {
                blocks[path[0], default: Members()].insert(field, at: Array(path.dropFirst()))
            }
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: Key.self)
            for (key, value) in values { try container.encode(value, forKey: Key(stringValue: key)) }
            for (key, block) in blocks { try container.encode(block, forKey: Key(stringValue: key)) }
        }

        private struct Key: CodingKey {
            var stringValue: String
            var intValue: Int? { nil }
            init(stringValue: String) { self.stringValue = stringValue }
            init?(intValue: Int) { nil }
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
        case .fraction(let efficiency): try container.encode(efficiency.text)
        }
    }
}

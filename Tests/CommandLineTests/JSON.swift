import Foundation

/// A JSON document as tests read it.
indirect enum JSON: Equatable {
    case object([String: JSON])
    case array([JSON])
    case string(String)
    case integer(Int)
    case number(Double)
    case boolean(Bool)
    case null

    init(_ document: Data) throws {
        self = try JSONDecoder().decode(Node.self, from: document).json
    }

    subscript(name: String) -> JSON? {
        guard case .object(let members) = self else { return nil }
        return members[name]
    }

    /// Empty for anything but an array.
    var elements: [JSON] {
        if case .array(let elements) = self { elements } else { [] }
    }

    /// Empty for anything but an object.
    var members: [String: JSON] {
        if case .object(let members) = self { members } else { [:] }
    }

    var integer: Int? {
        if case .integer(let integer) = self { integer } else { nil }
    }

    var number: Double? {
        switch self {
        case .integer(let integer): Double(integer)
        case .number(let number): number
        default: nil
        }
    }

    var string: String? {
        if case .string(let string) = self { string } else { nil }
    }

    /// Without some members.
    func without(_ names: Set<String>) -> JSON { .object(members.filter { !names.contains($0.key) }) }

    /// With a member replaced by what is made of it.
    func changing(_ name: String, _ change: (JSON) -> JSON) -> JSON {
        var changed = members
        changed[name] = changed[name].map(change)
        return .object(changed)
    }
}

private struct Node: Decodable {
    let json: JSON

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            json = .null
        } else if let members = try? container.decode([String: Node].self) {
            json = .object(members.mapValues(\.json))
        } else if let elements = try? container.decode([Node].self) {
            json = .array(elements.map(\.json))
        } else if let string = try? container.decode(String.self) {
            json = .string(string)
        } else if let boolean = try? container.decode(Bool.self) {
            json = .boolean(boolean)
        } else if let integer = try? container.decode(Int.self) {
            json = .integer(integer)
        } else {
            json = .number(try container.decode(Double.self))
        }
    }
}

import Diagnostics
import Yams

/// A YAML mapping that is read field by field and forgives nothing: each problem is a diagnostic with the line and column it was found at.
struct StrictMapping {
    /// Path of the file, for places.
    let path: String
    /// Name of the mapping inside the file; empty at the top.
    let name: String
    private let mark: Mark?
    private var fields: [String: (key: Node, value: Node)] = [:]

    /// - Throws: `MACHINE-006` if `node` is no mapping or a key no plain word, `MACHINE-004` for a key not in `keys`, `MACHINE-005` for one of `keys` that is missing; those of `optional` may be.
    init(_ node: Node, path: String, name: String, keys: [String], optional: [String] = []) throws {
        let required = keys
        let keys = keys + optional
        (self.path, self.name, self.mark) = (path, name, node.mark)
        guard case .mapping(let mapping) = node else {
            throw wrongType(node, of: name, expected: "fields, one a line: \(keys.joined(separator: ", "))")
        }
        for (key, value) in mapping {
            guard case .scalar(let scalar) = key else { throw wrongType(key, of: name, expected: "a word as key") }
            guard keys.contains(scalar.string) else {
                let meant = closestName(to: scalar.string, among: keys)
                throw Diagnostic(
                    .machineUnknownKey, at: place(key.mark), found: "unknown key \(qualified(scalar.string))",
                    expected: "one of \(keys.joined(separator: ", "))",
                    remedy: meant.map { "did you mean \($0)?" } ?? "remove the line")
            }
            fields[scalar.string] = (key, value)
        }
        for key in required where fields[key] == nil {
            throw Diagnostic(
                .machineMissingField, at: place(mark), found: "\(qualified(key)) is missing", expected: "every field of a machine",
                remedy: "add a line \(key): ...")
        }
    }

    /// A field that is itself a mapping.
    func mapping(_ key: String, keys: [String], optional: [String] = []) throws -> StrictMapping {
        try StrictMapping(node(key), path: path, name: key, keys: keys, optional: optional)
    }

    /// Whether an optional field is there.
    func has(_ key: String) -> Bool { fields[key] != nil }

    /// A plain decimal integer within `range`.
    func integer(_ key: String, in range: ClosedRange<Int>) throws -> Int {
        let text = try plainText(key, expected: "a whole number")
        let digits = text.hasPrefix("-") ? text.dropFirst() : text[...]
        guard !digits.isEmpty, digits.utf8.allSatisfy({ (48...57).contains($0) }) else {
            throw wrongType(node(key), of: key, expected: "a whole number")
        }
        guard let value = Int(text), range.contains(value) else {
            throw outOfRange(key, text, expected: "\(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }

    /// A plain decimal number, with or without a fraction, within `range`.
    func number(_ key: String, in range: ClosedRange<Double>) throws -> Double {
        let text = try plainText(key, expected: "a number")
        let allowed = text.utf8.dropFirst(text.hasPrefix("-") ? 1 : 0).allSatisfy { (48...57).contains($0) || $0 == 46 }
        guard allowed, let value = Double(text) else { throw wrongType(node(key), of: key, expected: "a number") }
        guard range.contains(value) else { throw outOfRange(key, text, expected: "\(range.lowerBound) to \(range.upperBound)") }
        return value
    }

    /// `true` or `false`.
    func boolean(_ key: String) throws -> Bool {
        switch try plainText(key, expected: "true or false") {
        case "true": return true
        case "false": return false
        default: throw wrongType(node(key), of: key, expected: "true or false")
        }
    }

    /// One of the names of an enumeration.
    func choice<Choice: RawRepresentable & CaseIterable>(_ key: String, _: Choice.Type) throws -> Choice where Choice.RawValue == String {
        let names = Choice.allCases.map(\.rawValue)
        let text = try plainText(key, expected: names.joined(separator: " or "))
        guard let choice = Choice(rawValue: text) else { throw outOfRange(key, text, expected: names.joined(separator: " or "), meant: closestName(to: text, among: names)) }
        return choice
    }

    /// A word of 1 to 64 letters, digits, `-`, `_` and `.`.
    func word(_ key: String) throws -> String {
        guard case .scalar(let scalar) = node(key) else { throw wrongType(node(key), of: key, expected: "a word") }
        let text = scalar.string
        let allowed = text.utf8.allSatisfy { byte in
            (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte) || [45, 46, 95].contains(byte)
        }
        guard allowed, (1...64).contains(text.utf8.count) else {
            throw outOfRange(key, text, expected: "1 to 64 letters, digits, '-', '_' and '.'")
        }
        return text
    }

    /// `path:line:column` of a field's value, or of the mapping.
    func place(of key: String? = nil) -> String { place(key.map { node($0).mark } ?? mark) }

    private func node(_ key: String) -> Node {
        guard let field = fields[key] else { preconditionFailure("\(key) is not among the keys of \(name)") }
        return field.value
    }

    private func plainText(_ key: String, expected: String) throws -> String {
        guard case .scalar(let scalar) = node(key), scalar.style == .plain else { throw wrongType(node(key), of: key, expected: expected) }
        return scalar.string
    }

    private func qualified(_ key: String) -> String { name.isEmpty || key == name ? key : "\(name).\(key)" }

    private func place(_ mark: Mark?) -> String { mark.map { "\(path):\($0.line):\($0.column)" } ?? path }

    private func wrongType(_ node: Node, of key: String, expected: String) -> Diagnostic {
        let found =
            switch node {
            case .scalar(let scalar) where scalar.style == .plain: scalar.string.isEmpty ? "nothing" : "'\(scalar.string.prefix(40))'"
            case .scalar(let scalar): "the text \"\(scalar.string.prefix(40))\""
            case .mapping: "a mapping"
            case .sequence: "a list"
            case .alias: "an alias"
            }
        return Diagnostic(
            .machineWrongType, at: place(node.mark), found: "\(key.isEmpty ? "the file" : qualified(key)) is \(found)", expected: expected,
            remedy: "write \(expected)")
    }

    private func outOfRange(_ key: String, _ text: String, expected: String, meant: String? = nil) -> Diagnostic {
        Diagnostic(
            .machineValueOutOfRange, at: place(of: key), found: "\(qualified(key)) is \(text.isEmpty ? "empty" : String(text.prefix(40)))", expected: expected,
            remedy: meant.map { "did you mean \($0)?" } ?? "use a value in that range")
    }
}

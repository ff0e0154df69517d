import Diagnostics
import Yams

/// One mapping of a YAML document, read strictly: every key is known, every required key is there, and a diagnostic names line and column.
struct YAMLFields {
    private let path: String
    private let mapping: Node.Mapping
    private let mark: Mark?

    /// The document's root mapping.
    init(document: String, path: String, keys: [String]) throws(Diagnostic) {
        let root: Node?
        do {
            root = try Yams.compose(yaml: document)
        } catch YamlError.duplicatedKeysInMapping(let duplicates, let context) {
            throw Diagnostic(
                .scheduleDuplicateName, at: path + context.mark.suffix, found: "a key '\(duplicates.sorted().joined(separator: ", "))' a second time",
                expected: "each key once", remedy: "remove one of the two")
        } catch {
            throw Diagnostic(
                .scheduleSyntax, at: path, found: "not YAML: \(error)", expected: "a YAML document", remedy: "correct the text at the line and column named")
        }
        guard let root else {
            throw Diagnostic(.scheduleSyntax, at: path, found: "an empty document", expected: "a schedule", remedy: "write one with `intaglio schedule`")
        }
        try self.init(root, path: path, keys: keys, optional: [], what: "the document")
    }

    private init(_ node: Node, path: String, keys: [String], optional: [String], what: String) throws(Diagnostic) {
        guard let mapping = node.mapping else {
            throw Diagnostic(
                .scheduleWrongValue, at: path + node.mark.suffix, found: "\(what) is not a mapping", expected: "keys \((keys + optional).joined(separator: ", "))",
                remedy: "write `key: value` pairs")
        }
        self.path = path
        self.mapping = mapping
        self.mark = node.mark
        try requireKnown(keys + optional)
        for key in keys where !has(key) {
            throw Diagnostic(
                .scheduleMissingKey, at: path + mark.suffix, found: "no key '\(key)' in \(what)", expected: "keys \(keys.joined(separator: ", "))",
                remedy: "add \(key)")
        }
    }

    private func requireKnown(_ known: [String]) throws(Diagnostic) {
        for (key, _) in mapping {
            let name = key.string ?? "(not a word)"
            guard known.contains(name) else {
                let nearest = name.nearest(in: known)
                throw Diagnostic(
                    .scheduleUnknownKey, at: path + key.mark.suffix, found: "unknown key '\(name)'", expected: "one of \(known.joined(separator: ", "))",
                    remedy: nearest.map { "did you mean '\($0)'?" } ?? "remove it")
            }
        }
    }

    func has(_ key: String) -> Bool { mapping[Node(key)] != nil }

    /// `path:line:column` of a key's value.
    func place(_ key: String) -> String { path + (mapping[Node(key)]?.mark ?? mark).suffix }

    private func node(_ key: String) -> Node {
        guard let node = mapping[Node(key)] else { preconditionFailure("key \(key) was not required") }
        return node
    }

    private func wrong(_ key: String, _ node: Node, expected: String) -> Diagnostic {
        let found = node.string.map { "'\($0)'" } ?? (node.sequence != nil ? "a sequence" : "a mapping")
        return Diagnostic(
            .scheduleWrongValue, at: path + node.mark.suffix, found: "\(key) is \(found)", expected: expected, remedy: "correct the value of \(key)")
    }

    func string(_ key: String) throws(Diagnostic) -> String {
        let node = node(key)
        guard let string = node.string else { throw wrong(key, node, expected: "a word") }
        return string
    }

    func integer(_ key: String, in range: ClosedRange<Int>) throws(Diagnostic) -> Int { try integer(key, node(key), in: range) }

    private func integer(_ key: String, _ node: Node, in range: ClosedRange<Int>) throws(Diagnostic) -> Int {
        guard let text = node.string, let value = Int(text), range.contains(value) else {
            throw wrong(key, node, expected: "an integer in \(range.lowerBound)...\(range.upperBound)")
        }
        return value
    }

    func integers(_ key: String, in range: ClosedRange<Int>) throws(Diagnostic) -> [Int] {
        let node = node(key)
        guard let sequence = node.sequence else { throw wrong(key, node, expected: "a sequence of integers") }
        var values: [Int] = []
        for element in sequence { values.append(try integer(key, element, in: range)) }
        return values
    }

    func word<Word: RawRepresentable & CaseIterable>(_ key: String, of: Word.Type) throws(Diagnostic) -> Word where Word.RawValue == String {
        let text = try string(key)
        guard let word = Word(rawValue: text) else {
            let words = Word.allCases.map(\.rawValue)
            let nearest = text.nearest(in: words)
            throw Diagnostic(
                .scheduleUnknownWord, at: place(key), found: "\(key) '\(text)'", expected: "one of \(words.joined(separator: ", "))",
                remedy: nearest.map { "did you mean '\($0)'?" } ?? "choose one of them")
        }
        return word
    }

    func mapping(_ key: String, keys: [String], optional: [String] = []) throws(Diagnostic) -> YAMLFields {
        try YAMLFields(node(key), path: path, keys: keys, optional: optional, what: key)
    }

    func mappings(_ key: String, keys: [String]) throws(Diagnostic) -> [YAMLFields] {
        let node = node(key)
        guard let sequence = node.sequence else { throw wrong(key, node, expected: "a sequence") }
        var fields: [YAMLFields] = []
        for element in sequence { fields.append(try YAMLFields(element, path: path, keys: keys, optional: [], what: "an element of \(key)")) }
        return fields
    }
}

extension Mark {
    fileprivate var suffix: String { ":\(line):\(column)" }
}

extension Mark? {
    fileprivate var suffix: String { self?.suffix ?? "" }
}

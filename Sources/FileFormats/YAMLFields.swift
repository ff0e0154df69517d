package import Diagnostics
import Text

/// Which diagnostics a kind of YAML file gives.
package struct YAMLCodes: Sendable {
    let syntax: DiagnosticCode
    let unknownKey: DiagnosticCode
    let missingKey: DiagnosticCode
    let wrongType: DiagnosticCode
    let outOfRange: DiagnosticCode
    let unknownWord: DiagnosticCode
    let duplicateKey: DiagnosticCode
    let notPlainName: DiagnosticCode
    /// How to come to a right file, for remedies.
    let example: String

    package init(
        syntax: DiagnosticCode, unknownKey: DiagnosticCode, missingKey: DiagnosticCode, wrongType: DiagnosticCode,
        outOfRange: DiagnosticCode,
        unknownWord: DiagnosticCode, duplicateKey: DiagnosticCode, notPlainName: DiagnosticCode, example: String
    ) {
        self.syntax = syntax
        self.unknownKey = unknownKey
        self.missingKey = missingKey
        self.wrongType = wrongType
        self.outOfRange = outOfRange
        self.unknownWord = unknownWord
        self.duplicateKey = duplicateKey
        self.notPlainName = notPlainName
        self.example = example
    }
}

/// A YAML mapping that is read field by field and forgives nothing: every key is known, every required key is there,
/// and each problem is a diagnostic with line and column.
///
/// A scalar counts by its text, in quotes or not: `4`, `"4"`, `4e0` are one number, `true` and `"true"` one boolean.
package struct YAMLFields {
    private let path: String
    /// Of the mapping inside the file; empty at the top.
    private let name: String
    private let mappingPlace: YAMLPlace
    private let codes: YAMLCodes
    private var values: [String: YAMLNode] = [:]

    /// The document's root.
    ///
    /// - Parameter path: names the file in messages.
    package init(
        document text: String, path: String, codes: YAMLCodes, keys: [String], optional: [String] = []
    ) throws(Diagnostic) {
        try self.init(Self.root(text, path, codes), path: path, name: "", codes: codes, keys: keys, optional: optional)
    }

    /// The document's root; unknown and missing keys are added to `refusals`. A key that is nearly one of those that
    /// are missing is read as that one.
    ///
    /// - Throws: where there are no fields at all.
    package init(
        document text: String, path: String, codes: YAMLCodes, keys: [String], optional: [String],
        refusals: inout Refusals
    ) throws(Diagnostic) {
        try self.init(
            Self.root(text, path, codes), path: path, name: "", codes: codes, keys: keys, optional: optional,
            refusals: &refusals)
    }

    private static func root(_ text: String, _ path: String, _ codes: YAMLCodes) throws(Diagnostic) -> YAMLNode {
        let root: YAMLNode?
        do {
            root = try YAMLParser.parse(text)
        } catch {
            throw Diagnostic(
                error.isDuplicateKey ? codes.duplicateKey : codes.syntax, at: error.place.text(in: path),
                found: error.found,
                expected: error.isDuplicateKey
                    ? "each key once"
                    : "one YAML document without anchors, aliases, tags and merge keys, whose keys are words",
                remedy: error.isDuplicateKey ? "remove one of the two" : "correct the line; \(codes.example)")
        }
        guard let root else {
            throw Diagnostic(
                codes.syntax, at: "\(path):1:1", found: "the file has no YAML document", expected: "one",
                remedy: codes.example)
        }
        return root
    }

    /// The first refusal is thrown.
    private init(
        _ node: YAMLNode, path: String, name: String, codes: YAMLCodes, keys: [String], optional: [String]
    ) throws(Diagnostic) {
        var refusals = Refusals()
        try self.init(
            node, path: path, name: name, codes: codes, keys: keys, optional: optional, refusals: &refusals)
        if let first = refusals.diagnostics.first { throw first }
    }

    private init(
        _ node: YAMLNode, path: String, name: String, codes: YAMLCodes, keys: [String], optional: [String],
        refusals: inout Refusals
    ) throws(Diagnostic) {
        (self.path, self.name, self.codes, mappingPlace) = (path, name, codes, node.place)
        let known = keys + optional
        guard case .mapping(let entries) = node.content else {
            throw wrongType(node, of: name, expected: "fields, one a line: \(known.joined(separator: ", "))")
        }
        let given = Set(entries.map(\.key))
        for entry in entries {
            if known.contains(entry.key) {
                values[entry.key] = entry.value
                continue
            }
            // Beyond those that are kept nobody reads what was meant.
            let meant =
                refusals.count < Refusals.mostKept ? closestName(to: String(entry.key.prefix(80)), among: known) : nil
            refusals.add(
                Diagnostic(
                    codes.unknownKey, at: entry.keyPlace.text(in: path),
                    found: "unknown key \(qualified(String(entry.key.prefix(80))))",
                    expected: "one of \(known.joined(separator: ", "))",
                    remedy: meant.map { "did you mean \($0)?" } ?? "remove the line"))
            if let meant, !given.contains(meant), values[meant] == nil { values[meant] = entry.value }
        }
        for key in keys where values[key] == nil {
            refusals.add(
                Diagnostic(
                    codes.missingKey, at: mappingPlace.text(in: path), found: "\(qualified(key)) is missing",
                    expected: "at least \(keys.joined(separator: ", "))",
                    remedy: "add a line \(key): ..."))
        }
    }

    /// Whether an optional field is there.
    package func has(_ key: String) -> Bool { values[key] != nil }

    /// `path:line:column` of a field's value, or of the mapping.
    package func place(of key: String? = nil) -> String { (key.map { node($0).place } ?? mappingPlace).text(in: path) }

    /// A field that is itself a mapping.
    package func mapping(_ key: String, keys: [String], optional: [String] = []) throws(Diagnostic) -> YAMLFields {
        try YAMLFields(node(key), path: path, name: key, codes: codes, keys: keys, optional: optional)
    }

    /// The same; unknown and missing keys are added to `refusals`.
    package func mapping(
        _ key: String, keys: [String], optional: [String], refusals: inout Refusals
    ) throws(Diagnostic) -> YAMLFields {
        try YAMLFields(
            node(key), path: path, name: qualified(key), codes: codes, keys: keys, optional: optional,
            refusals: &refusals)
    }

    /// A field that is a list of mappings.
    package func mappings(
        _ key: String, keys: [String], optional: [String] = []
    ) throws(Diagnostic) -> [YAMLFields] {
        var fields: [YAMLFields] = []
        for element in try elements(key, expected: "a list of mappings") {
            fields.append(try YAMLFields(element, path: path, name: key, codes: codes, keys: keys, optional: optional))
        }
        return fields
    }

    /// A whole number within `range`.
    package func integer(_ key: String, in range: ClosedRange<Int>) throws(Diagnostic) -> Int {
        try integer(key, node(key), in: range)
    }

    /// A list of whole numbers within `range`.
    package func integers(_ key: String, in range: ClosedRange<Int>) throws(Diagnostic) -> [Int] {
        var integers: [Int] = []
        for element in try elements(key, expected: "a list of whole numbers") {
            integers.append(try integer(key, element, in: range))
        }
        return integers
    }

    /// A number, with or without a fraction, within `range`.
    package func number(_ key: String, in range: ClosedRange<Double>) throws(Diagnostic) -> Double {
        let text = try scalar(key, node(key), expected: "a number")
        guard let number = DecimalNumber(text) else { throw wrongType(node(key), of: key, expected: "a number") }
        guard let value = number.real, range.contains(value) else {
            throw outOfRange(key, node(key), text, expected: "\(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }

    /// A size within `range`, in bytes: a whole number of them, or a number with one of the units of `ByteCountText`.
    package func bytes(_ key: String, in range: ClosedRange<Int>) throws(Diagnostic) -> Int {
        let node = node(key)
        let text = try scalar(key, node, expected: ByteCountText.form)
        guard let quantity = QuantityText(text) else { throw wrongType(node, of: key, expected: ByteCountText.form) }
        guard let factor = ByteCountText.factor(of: quantity.unit) else {
            throw unknownUnit(
                key, node, text, expected: ByteCountText.form, remedy: ByteCountText.remedy(for: quantity))
        }
        switch quantity.number.product(with: factor, in: range) {
        case .whole(let bytes): return bytes
        case .fraction: throw wrongType(node, of: key, expected: "a whole number of bytes")
        case .outside: throw outOfRange(key, node, text, expected: ByteCountText.range(range))
        }
    }

    /// A clock within `range`, in MHz: a number of them, or a number with `MHz` or `GHz`.
    package func megahertz(_ key: String, in range: ClosedRange<Double>) throws(Diagnostic) -> Double {
        let node = node(key)
        let text = try scalar(key, node, expected: ClockText.form)
        guard let quantity = QuantityText(text) else { throw wrongType(node, of: key, expected: ClockText.form) }
        guard let power = ClockText.power(of: quantity.unit) else {
            throw unknownUnit(key, node, text, expected: ClockText.form, remedy: ClockText.remedy(for: quantity))
        }
        guard let value = quantity.number.real(timesTenToThe: power), range.contains(value) else {
            let (lower, upper) = (Int(range.lowerBound), Int(range.upperBound))
            throw outOfRange(key, node, text, expected: "\(lower) to \(upper) (MHz)")
        }
        return value
    }

    /// `true` or `false`.
    package func boolean(_ key: String) throws(Diagnostic) -> Bool {
        switch try scalar(key, node(key), expected: "true or false") {
        case "true": return true
        case "false": return false
        default: throw wrongType(node(key), of: key, expected: "true or false")
        }
    }

    /// A fraction of whole numbers above 0 and at most 1, `15/16`, or `1`, each of plain digits; the denominator is at
    /// most `largest`.
    package func fraction(
        _ key: String, denominatorsUpTo largest: Int
    ) throws(Diagnostic) -> (numerator: Int, denominator: Int) {
        let form = "a fraction of whole numbers like 15/16, or 1"
        let text = try scalar(key, node(key), expected: form)
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        // A sign is none of a fraction's, but what it makes is out of range, not of another form.
        guard parts.count <= 2, parts.allSatisfy({ isPlainInteger($0.hasPrefix("-") ? $0.dropFirst() : $0) }) else {
            throw wrongType(node(key), of: key, expected: form)
        }
        let (numerator, denominator) = (Int(parts[0]), parts.count == 2 ? Int(parts[1]) : 1)
        guard let numerator, let denominator, 1...largest ~= denominator, 1...denominator ~= numerator else {
            throw outOfRange(
                key, node(key), text, expected: "above 0 and at most 1, with a denominator of at most \(largest)")
        }
        return (numerator, denominator)
    }

    /// The word of one of an enumeration's cases.
    package func word<Word: RawRepresentable & CaseIterable>(
        _ key: String, as type: Word.Type
    ) throws(Diagnostic) -> Word where Word.RawValue == String {
        let words = Word.allCases.map(\.rawValue)
        let text = try scalar(key, node(key), expected: words.joined(separator: " or "))
        guard let word = Word(rawValue: text) else {
            let meant = closestName(to: text, among: words)
            throw Diagnostic(
                codes.unknownWord, at: place(of: key), found: "\(qualified(key)) is \(shown(text))",
                expected: words.joined(separator: " or "),
                remedy: meant.map { "did you mean \($0)?" } ?? "choose one of them")
        }
        return word
    }

    /// A plain name.
    package func name(_ key: String) throws(Diagnostic) -> String { try name(key, node(key)) }

    private func name(_ key: String, _ node: YAMLNode) throws(Diagnostic) -> String {
        let text = try scalar(key, node, expected: "a word")
        guard PlainName.accepts(text) else {
            throw Diagnostic(
                codes.notPlainName, at: node.place.text(in: path), found: "\(qualified(key)) is \(shown(text))",
                expected: PlainName.rule,
                remedy: text.isEmpty ? "write a name" : "write \(PlainName.mapped(text))")
        }
        return text
    }

    /// A list of plain names.
    package func names(_ key: String) throws(Diagnostic) -> [String] {
        var names: [String] = []
        for element in try elements(key, expected: "a list of names") {
            names.append(try name(key, element))
        }
        return names
    }

    /// Digits without sign, point, exponent and leading zeros.
    private func isPlainInteger(_ text: Substring) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { (0x30...0x39).contains($0) } && (text.count == 1 || text.first != "0")
    }

    private func node(_ key: String) -> YAMLNode {
        guard let node = values[key] else { preconditionFailure("\(key) is not among the keys of \(name)") }
        return node
    }

    private func elements(_ key: String, expected: String) throws(Diagnostic) -> [YAMLNode] {
        guard case .sequence(let elements) = node(key).content else {
            throw wrongType(node(key), of: key, expected: expected)
        }
        return elements
    }

    private func scalar(_ key: String, _ node: YAMLNode, expected: String) throws(Diagnostic) -> String {
        guard case .scalar(let text, let isPlain) = node.content, !(text.isEmpty && isPlain) else {
            throw wrongType(node, of: key, expected: expected)
        }
        return text
    }

    private func integer(_ key: String, _ node: YAMLNode, in range: ClosedRange<Int>) throws(Diagnostic) -> Int {
        let text = try scalar(key, node, expected: "a whole number")
        guard let number = DecimalNumber(text), number.isWhole else {
            throw wrongType(node, of: key, expected: "a whole number")
        }
        guard let value = number.integer, range.contains(value) else {
            throw outOfRange(key, node, text, expected: "\(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }

    private func qualified(_ key: String) -> String { name.isEmpty || key == name ? key : "\(name).\(key)" }

    private func shown(_ text: String) -> String { text.isEmpty ? "empty" : String(text.prefix(40)) }

    private func wrongType(_ node: YAMLNode, of key: String, expected: String) -> Diagnostic {
        let found =
            switch node.content {
            case .scalar(let text, isPlain: true): text.isEmpty ? "nothing" : "'\(text.prefix(40))'"
            case .scalar(let text, isPlain: false): "the text \"\(text.prefix(40))\""
            case .mapping: "a mapping"
            case .sequence: "a list"
            }
        return Diagnostic(
            codes.wrongType, at: node.place.text(in: path),
            found: "\(key.isEmpty ? "the file" : qualified(key)) is \(found)", expected: expected,
            remedy: "write \(expected)")
    }

    private func unknownUnit(
        _ key: String, _ node: YAMLNode, _ text: String, expected: String, remedy: String
    ) -> Diagnostic {
        Diagnostic(
            codes.unknownWord, at: node.place.text(in: path), found: "\(qualified(key)) is \(shown(text))",
            expected: expected, remedy: remedy)
    }

    private func outOfRange(_ key: String, _ node: YAMLNode, _ text: String, expected: String) -> Diagnostic {
        Diagnostic(
            codes.outOfRange, at: node.place.text(in: path), found: "\(qualified(key)) is \(shown(text))",
            expected: expected, remedy: "use a value in that range")
    }
}

package import Diagnostics

/// Typed access to the members of a JSON object; every failure names the place and the field.
package struct JSONFields {
    package let place: String
    private let value: JSONValue

    package init(_ value: JSONValue, at place: String) throws(Diagnostic) {
        guard case .object = value else { throw Self.invalid(place, found: "no object", expected: "an object") }
        self.value = value
        self.place = place
    }

    package static func invalid(_ place: String, found: String, expected: String) -> Diagnostic {
        Diagnostic(.networkFieldInvalid, at: place, found: found, expected: expected, remedy: "correct the field, or write the file again from its source")
    }

    package func has(_ name: String) -> Bool { value[name] != nil }

    package func string(_ name: String) throws(Diagnostic) -> String {
        guard case .string(let string)? = value[name] else { throw wrong(name, expected: "a string") }
        return string
    }

    package func integer(_ name: String, in range: ClosedRange<Int> = Int.min...Int.max) throws(Diagnostic) -> Int {
        guard case .integer(let integer)? = value[name], range.contains(integer) else {
            throw wrong(name, expected: "an integer in \(range.lowerBound)...\(range.upperBound)")
        }
        return integer
    }

    package func real(_ name: String) throws(Diagnostic) -> Double {
        switch value[name] {
        case .real(let real)?: return real
        case .integer(let integer)?: return Double(integer)
        default: throw wrong(name, expected: "a number")
        }
    }

    package func boolean(_ name: String) throws(Diagnostic) -> Bool {
        guard case .boolean(let boolean)? = value[name] else { throw wrong(name, expected: "true or false") }
        return boolean
    }

    package func strings(_ name: String) throws(Diagnostic) -> [String] {
        var strings: [String] = []
        for element in try elements(name) {
            guard case .string(let string) = element else { throw wrong(name, expected: "an array of strings") }
            strings.append(string)
        }
        return strings
    }

    package func objects(_ name: String) throws(Diagnostic) -> [JSONFields] {
        var objects: [JSONFields] = []
        for (index, element) in try elements(name).enumerated() { objects.append(try JSONFields(element, at: "\(place), \(name) \(index)")) }
        return objects
    }

    package func object(_ name: String) throws(Diagnostic) -> JSONFields {
        guard let member = value[name] else { throw wrong(name, expected: "an object") }
        return try JSONFields(member, at: "\(place), \(name)")
    }

    /// The word of one of an enumeration's cases.
    package func word<Word: RawRepresentable & CaseIterable>(_ name: String, as type: Word.Type) throws(Diagnostic) -> Word where Word.RawValue == String {
        guard let word = Word(rawValue: try string(name)) else {
            throw wrong(name, expected: "one of \(Word.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return word
    }

    private func elements(_ name: String) throws(Diagnostic) -> [JSONValue] {
        guard case .array(let elements)? = value[name] else { throw wrong(name, expected: "an array") }
        return elements
    }

    private func wrong(_ name: String, expected: String) -> Diagnostic {
        Self.invalid(place, found: value[name].map { "\(name) is \($0.text)" } ?? "no \(name)", expected: "\(name): \(expected)")
    }
}

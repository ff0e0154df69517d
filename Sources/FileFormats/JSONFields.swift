package import Diagnostics
import Text

/// Which diagnostics a kind of JSON file gives.
package struct JSONCodes: Sendable {
    let malformed: DiagnosticCode
    let invalid: DiagnosticCode
    let unknownMember: DiagnosticCode
    let notPlainName: DiagnosticCode
    let remedy: String

    package init(
        malformed: DiagnosticCode, invalid: DiagnosticCode, unknownMember: DiagnosticCode, notPlainName: DiagnosticCode,
        remedy: String
    ) {
        self.malformed = malformed
        self.invalid = invalid
        self.unknownMember = unknownMember
        self.notPlainName = notPlainName
        self.remedy = remedy
    }

    /// Of network files.
    package static let network = JSONCodes(
        malformed: .networkHeaderMalformed, invalid: .networkFieldInvalid, unknownMember: .networkUnknownField,
        notPlainName: .networkNameNotPlain,
        remedy: "correct the field, or write the file again from its source")
}

/// Typed access to the members of a JSON object; every failure names the place and the field.
///
/// It remembers which members were asked for, `has` included, and those of the objects inside: when all has been read,
/// `requireAllTaken` refuses what nobody asked for.
package struct JSONFields {
    package let place: String
    private let members: [JSONValue.Member]
    private let indices: [String: Int]
    private let codes: JSONCodes
    private let memory = Memory()

    /// What was asked for: names in the order of the first questions.
    private final class Memory {
        var names: [String] = []
        var isAsked: Set<String> = []
        var objects: [JSONFields] = []
    }

    package init(_ value: JSONValue, at place: String, codes: JSONCodes = .network) throws(Diagnostic) {
        guard case .object(let members) = value else {
            throw Diagnostic(codes.invalid, at: place, found: "no object", expected: "an object", remedy: codes.remedy)
        }
        self.members = members
        indices = Dictionary(members.enumerated().map { ($0.element.name, $0.offset) }) { first, _ in first }
        self.place = place
        self.codes = codes
    }

    /// A document of its own.
    package init(document bytes: [UInt8], at place: String, codes: JSONCodes = .network) throws(Diagnostic) {
        try self.init(try JSONParser.parse(bytes, at: place, code: codes.malformed), at: place, codes: codes)
    }

    package static func invalid(_ place: String, found: String, expected: String) -> Diagnostic {
        Diagnostic(.networkFieldInvalid, at: place, found: found, expected: expected, remedy: JSONCodes.network.remedy)
    }

    package func invalid(found: String, expected: String) -> Diagnostic {
        Diagnostic(codes.invalid, at: place, found: found, expected: expected, remedy: codes.remedy)
    }

    /// Refuses members that nobody asked for, here and in every object that was taken from here.
    package func requireAllTaken() throws(Diagnostic) {
        if let surplus = members.first(where: { !memory.isAsked.contains($0.name) }) {
            let meant = closestName(to: surplus.name, among: memory.names.filter { indices[$0] == nil })
            throw Diagnostic(
                codes.unknownMember, at: place,
                found: "a key '\(surplus.name.prefix(80))' that nothing here has a use for",
                expected: "no key but \(memory.names.prefix(40).joined(separator: ", "))",
                remedy: meant.map { "did you mean '\($0)'?" } ?? "remove the key: what it says would not be done")
        }
        for object in memory.objects { try object.requireAllTaken() }
    }

    /// All names, each of them asked for from now on.
    package var allNames: [String] {
        for member in members { _ = self[member.name] }
        return members.map(\.name)
    }

    private subscript(name: String) -> JSONValue? {
        if memory.isAsked.insert(name).inserted { memory.names.append(name) }
        return indices[name].map { members[$0].value }
    }

    package func has(_ name: String) -> Bool { self[name] != nil }

    package func isNull(_ name: String) -> Bool { self[name] == .null }

    package func isArray(_ name: String) -> Bool {
        if case .array? = self[name] { true } else { false }
    }

    package func string(_ name: String) throws(Diagnostic) -> String {
        guard case .string(let string)? = self[name] else { throw wrong(name, expected: "a string") }
        return string
    }

    /// A plain name, which may become a file's.
    package func plainName(_ name: String) throws(Diagnostic) -> String {
        let found = try string(name)
        guard PlainName.accepts(found) else {
            throw Diagnostic(
                codes.notPlainName, at: place, found: "\(name) '\(found.prefix(160))'", expected: PlainName.rule,
                remedy: found.isEmpty
                    ? "give it a name" : "call it \(PlainName.mapped(found)), here and wherever the file names it")
        }
        return found
    }

    package func integer(_ name: String, in range: ClosedRange<Int> = Int.min...Int.max) throws(Diagnostic) -> Int {
        guard case .integer(let integer)? = self[name], range.contains(integer) else {
            throw wrong(name, expected: "an integer in \(range.lowerBound)...\(range.upperBound)")
        }
        return integer
    }

    package func real(_ name: String) throws(Diagnostic) -> Double {
        switch self[name] {
        case .real(let real)?: return real
        case .integer(let integer)?: return Double(integer)
        default: throw wrong(name, expected: "a number")
        }
    }

    package func boolean(_ name: String) throws(Diagnostic) -> Bool {
        guard case .boolean(let boolean)? = self[name] else { throw wrong(name, expected: "true or false") }
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

    /// Strings of which none stands twice.
    package func distinctStrings(_ name: String) throws(Diagnostic) -> [String] {
        let strings = try strings(name)
        var seen: Set<String> = []
        for string in strings where !seen.insert(string).inserted {
            throw invalid(found: "'\(string)' twice in \(name)", expected: "\(name): each name once")
        }
        return strings
    }

    package func integers(_ name: String, in range: ClosedRange<Int> = Int.min...Int.max) throws(Diagnostic) -> [Int] {
        let elements = try elements(name)
        var integers: [Int] = []
        integers.reserveCapacity(elements.count)
        for (index, element) in elements.enumerated() {
            guard case .integer(let integer) = element, range.contains(integer) else {
                throw invalid(
                    found: "\(name)[\(index)] is \(element.shortText)",
                    expected: "\(name): integers in \(range.lowerBound)...\(range.upperBound)")
            }
            integers.append(integer)
        }
        return integers
    }

    package func reals(_ name: String) throws(Diagnostic) -> [Double] {
        var reals: [Double] = []
        for (index, element) in try elements(name).enumerated() {
            switch element {
            case .real(let real): reals.append(real)
            case .integer(let integer): reals.append(Double(integer))
            default: throw invalid(found: "\(name)[\(index)] is \(element.shortText)", expected: "\(name): numbers")
            }
        }
        return reals
    }

    package func objects(_ name: String) throws(Diagnostic) -> [JSONFields] {
        var objects: [JSONFields] = []
        for (index, element) in try elements(name).enumerated() {
            objects.append(try child(element, at: "\(place), \(name) \(index)"))
        }
        return objects
    }

    package func object(_ name: String) throws(Diagnostic) -> JSONFields {
        guard let member = self[name] else { throw wrong(name, expected: "an object") }
        return try child(member, at: "\(place), \(name)")
    }

    /// The word of one of an enumeration's cases.
    package func word<Word: RawRepresentable & CaseIterable>(
        _ name: String, as type: Word.Type
    ) throws(Diagnostic) -> Word where Word.RawValue == String {
        guard let word = Word(rawValue: try string(name)) else {
            throw wrong(name, expected: "one of \(Word.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return word
    }

    private func child(_ value: JSONValue, at place: String) throws(Diagnostic) -> JSONFields {
        let object = try JSONFields(value, at: place, codes: codes)
        memory.objects.append(object)
        return object
    }

    private func elements(_ name: String) throws(Diagnostic) -> [JSONValue] {
        guard case .array(let elements)? = self[name] else { throw wrong(name, expected: "an array") }
        return elements
    }

    private func wrong(_ name: String, expected: String) -> Diagnostic {
        let meant = self[name] == nil ? closestName(to: name, among: members.prefix(100).map(\.name)) : nil
        return invalid(
            found: self[name].map { "\(name) is \($0.shortText)" } ?? "no \(name)"
                + (meant.map { " but a key '\($0)'" } ?? ""), expected: "\(name): \(expected)")
    }
}

extension JSONValue {
    /// The text of a value where that is short, a description where it is not.
    fileprivate var shortText: String {
        switch self {
        case .array(let elements) where elements.count > 8: "an array of \(elements.count)"
        case .object(let members): "an object of \(members.count) members"
        case .string(let string) where string.utf8.count > 80: "\"\(string.prefix(80))...\""
        default: text
        }
    }
}

import Diagnostics
import FileFormats

/// Reads the fields of a machine file by their paths (`dma.burstBytes`) and goes on after a refusal.
///
/// A field that is refused, or that follows from one that is, has no known value: checks that need it are left out.
struct MachineFileReader {
    /// The blocks of a file with the fields that must be there and those that need not.
    struct Block {
        let name: String
        let required: [String]
        let optional: [String]
    }

    private(set) var refusals = Refusals()
    /// By block; the file's own fields under the empty name.
    private var blocks: [String: YAMLFields] = [:]
    /// Fields and blocks whose value is not known.
    private var unknown: Set<String> = []

    /// - Parameter blocks: the first, with an empty name, has the file's own fields.
    init(_ text: String, path: String, codes: YAMLCodes, blocks: [Block]) throws(Diagnostic) {
        let (own, inner) = (blocks[0], blocks.dropFirst())
        let top = try YAMLFields(
            document: text, path: path, codes: codes,
            keys: own.required + inner.filter { !$0.required.isEmpty && !$0.isWhollyOptional }.map(\.name),
            optional: own.optional + inner.filter { $0.required.isEmpty || $0.isWhollyOptional }.map(\.name),
            refusals: &refusals)
        self.blocks[own.name] = top
        for block in inner {
            guard top.has(block.name) else {
                if !block.required.isEmpty { unknown.insert(block.name) }
                continue
            }
            do {
                self.blocks[block.name] = try top.mapping(
                    block.name, keys: block.required, optional: block.optional, refusals: &refusals)
            } catch {
                refusals.add(error)
                unknown.insert(block.name)
            }
        }
    }

    func has(_ block: String) -> Bool { blocks[block] != nil }

    /// Whether the file has the field, so that its value does not follow from others.
    func states(_ field: String) -> Bool {
        let (name, key) = Self.split(field)
        return blocks[name]?.has(key) ?? false
    }

    /// - Parameters:
    ///   - standard: the value where the field is left out; nil where it must be there.
    ///   - sources: the fields that `standard` follows from.
    mutating func integer(
        _ field: String, in range: ClosedRange<Int>, default standard: Int? = nil, from sources: [String] = []
    ) -> Int {
        value(field, range.lowerBound, standard, sources) { fields, key throws(Diagnostic) in
            try fields.integer(key, in: range)
        }
    }

    /// A size; see `integer`.
    mutating func bytes(
        _ field: String, in range: ClosedRange<Int>, default standard: Int? = nil, from sources: [String] = []
    ) -> Int {
        value(field, range.lowerBound, standard, sources) { fields, key throws(Diagnostic) in
            try fields.bytes(key, in: range)
        }
    }

    mutating func megahertz(_ field: String, in range: ClosedRange<Double>) -> Double {
        value(field, range.lowerBound, nil, []) { fields, key throws(Diagnostic) in
            try fields.megahertz(key, in: range)
        }
    }

    mutating func boolean(_ field: String, default standard: Bool) -> Bool {
        value(field, standard, standard, []) { fields, key throws(Diagnostic) in try fields.boolean(key) }
    }

    mutating func word<Word: RawRepresentable & CaseIterable>(
        _ field: String, default standard: Word?, otherwise placeholder: Word
    ) -> Word where Word.RawValue == String {
        value(field, placeholder, standard, []) { fields, key throws(Diagnostic) in
            try fields.word(key, as: Word.self)
        }
    }

    mutating func name(_ field: String) -> String {
        value(field, "unnamed", nil, []) { fields, key throws(Diagnostic) in try fields.name(key) }
    }

    /// Refuses fields that are each in range but contradict each other.
    ///
    /// - Parameters:
    ///   - used: the fields that the relation needs; nothing is said where one of them is not known.
    ///   - field: whose place is named.
    mutating func require(
        _ holds: Bool, using used: [String], at field: String, _ code: DiagnosticCode = .machineInconsistent,
        found: @autoclosure () -> String, expected: @autoclosure () -> String, remedy: String
    ) {
        guard !holds, !used.contains(where: isUnknown) else { return }
        let place = place(of: field)
        refusals.add(Diagnostic(code, at: place, found: found(), expected: expected(), remedy: remedy))
    }

    private func isUnknown(_ field: String) -> Bool {
        unknown.contains(field) || unknown.contains(Self.split(field).block)
    }

    /// Of the field where it is there, or of its block, or of the file.
    private func place(of field: String) -> String {
        let (name, key) = Self.split(field)
        guard let block = blocks[name] else { return blocks[""]!.place() }
        return block.place(of: block.has(key) ? key : nil)
    }

    private mutating func value<Value>(
        _ field: String, _ placeholder: Value, _ standard: Value?, _ sources: [String],
        _ read: (YAMLFields, String) throws(Diagnostic) -> Value
    ) -> Value {
        let (name, key) = Self.split(field)
        guard !unknown.contains(name) else { return placeholder }
        guard let block = blocks[name], block.has(key) else {
            // Left out; or missing, which is said already.
            if standard == nil || sources.contains(where: isUnknown) { unknown.insert(field) }
            return standard ?? placeholder
        }
        do {
            return try read(block, key)
        } catch {
            refusals.add(error)
            unknown.insert(field)
            return placeholder
        }
    }

    private static func split(_ field: String) -> (block: String, key: String) {
        let parts = field.split(separator: ".", maxSplits: 1).map(String.init)
        return parts.count == 2 ? (parts[0], parts[1]) : ("", field)
    }
}

extension MachineFileReader.Block {
    /// An optional unit has fields that it cannot do without, but a machine can do without the unit.
    fileprivate var isWhollyOptional: Bool { name == "weightDecoder" }
}

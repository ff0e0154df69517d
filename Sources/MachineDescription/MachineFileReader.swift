import Diagnostics
import FileFormats

/// Reads the fields of a machine file by their paths (`memory.burstBytes`) and goes on after a refusal.
///
/// A field that is refused, or that follows from one that is, has no known value: checks that need it are left out.
struct MachineFileReader {
    /// The blocks of a file with the fields that must be there and those that need not.
    struct Block {
        /// `memory.read` is a block inside `memory`, which stands before it.
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
        let outer = inner.filter { !$0.name.contains(".") }
        let top = try YAMLFields(
            document: text, path: path, codes: codes,
            keys: own.required + outer.filter { !$0.required.isEmpty && !$0.isWhollyOptional }.map(\.name),
            optional: own.optional + outer.filter { $0.required.isEmpty || $0.isWhollyOptional }.map(\.name),
            refusals: &refusals)
        self.blocks[own.name] = top
        for block in inner {
            let (parent, key) = Self.split(block.name)
            guard let fields = self.blocks[parent], fields.has(key) else {
                if !block.required.isEmpty { unknown.insert(block.name) }
                continue
            }
            do {
                self.blocks[block.name] = try fields.mapping(
                    key, keys: block.required, optional: block.optional, refusals: &refusals)
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

    mutating func efficiency(_ field: String) -> MemoryEfficiency {
        value(field, .full, .full, []) { fields, key throws(Diagnostic) in
            let fraction = try fields.fraction(key, denominatorsUpTo: MemoryEfficiency.mostCycles)
            return MemoryEfficiency(beats: fraction.numerator, cycles: fraction.denominator)
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

    /// Refuses a file that has neither or both of two blocks, the second of which is the older form of the first.
    mutating func requireOne(_ block: String, older: String, remedy: String) {
        let fields = blocks[""]!
        switch (fields.has(block), fields.has(older)) {
        case (true, false), (false, true): return
        case (false, false):
            refusals.add(
                Diagnostic(
                    .machineMissingField, at: fields.place(), found: "\(block) is missing",
                    expected: "a block \(block)", remedy: remedy))
        case (true, true):
            refusals.add(
                Diagnostic(
                    .machineInconsistent, at: fields.place(of: older), found: "\(block) and \(older) are both there",
                    expected: "\(block); \(older) is its older form", remedy: "remove \(older)"))
        }
    }

    private func isUnknown(_ field: String) -> Bool {
        let block = Self.split(field).block
        return unknown.contains(field) || unknown.contains(block) || unknown.contains(Self.split(block).block)
    }

    /// Of the field where it is there, or of the block around it, or of the file.
    private func place(of field: String) -> String {
        let (name, key) = Self.split(field)
        guard let block = blocks[name] else { return name.isEmpty ? blocks[""]!.place() : place(of: name) }
        return block.place(of: block.has(key) ? key : nil)
    }

    private mutating func value<Value>(
        _ field: String, _ placeholder: Value, _ standard: Value?, _ sources: [String],
        _ read: (YAMLFields, String) throws(Diagnostic) -> Value
    ) -> Value {
        let (name, key) = Self.split(field)
        guard !unknown.contains(name), !unknown.contains(Self.split(name).block) else { return placeholder }
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
        guard let point = field.lastIndex(of: ".") else { return ("", field) }
        return (String(field[..<point]), String(field[field.index(after: point)...]))
    }
}

extension MachineFileReader.Block {
    /// An optional unit has fields that it cannot do without, but a machine can do without the unit. Of `memory` and
    /// its older form a file has one (`requireOne`).
    fileprivate var isWhollyOptional: Bool { ["weightDecoder", "memory", "dma"].contains(name) }
}

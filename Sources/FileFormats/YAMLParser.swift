internal import CYaml

/// Reads one YAML document, event by event, so that what could grow without an end never begins to: aliases, keys that
/// are no scalars and deep nesting are refused where they stand.
package struct YAMLParser: ~Copyable {
    /// Mappings and sequences in one another, at most.
    package static let deepestLevel = 64

    /// Why a text is not read.
    package struct Problem: Error, Equatable, Sendable {
        package let found: String
        package let place: YAMLPlace
        /// Whether the problem is a key that stands twice in one mapping.
        package let isDuplicateKey: Bool
    }

    /// It holds a pointer to itself, so it must not move.
    private let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
    private let bytes: UnsafeBufferPointer<UInt8>

    /// The document's root, or nil where the text holds no document.
    package static func parse(_ text: String) throws(Problem) -> YAMLNode? {
        let bytes = Array(text.utf8)
        let result: Result<YAMLNode?, Problem> = bytes.withUnsafeBufferPointer { buffer in
            do throws(Problem) {
                let parser = YAMLParser(buffer)
                return .success(try parser.document())
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    private init(_ bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
        precondition(yaml_parser_initialize(parser) == 1, "libyaml has no memory")
        yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        yaml_parser_set_input_string(parser, bytes.baseAddress, bytes.count)
    }

    deinit {
        yaml_parser_delete(parser)
        parser.deallocate()
    }

    private func document() throws(Problem) -> YAMLNode? {
        _ = try next()
        guard try next().kind != .streamEnd else { return nil }
        let root = try node(next(), level: 0)
        _ = try next()
        let end = try next()
        guard end.kind == .streamEnd else { throw problem("another document", at: end.place) }
        return root
    }

    private func node(_ event: Event, level: Int) throws(Problem) -> YAMLNode {
        guard level < Self.deepestLevel else {
            throw problem("more than \(Self.deepestLevel) levels of nesting", at: event.place)
        }
        if event.kind == .alias { throw problem("an alias *\(event.text)", at: event.place) }
        if let anchor = event.anchor { throw problem("an anchor &\(anchor)", at: event.place) }
        if let tag = event.tag { throw problem("a tag \(tag)", at: event.place) }
        switch event.kind {
        case .scalar(let isPlain): return YAMLNode(place: event.place, content: .scalar(event.text, isPlain: isPlain))
        case .sequenceStart: return YAMLNode(place: event.place, content: .sequence(try elements(level: level + 1)))
        case .mappingStart: return YAMLNode(place: event.place, content: .mapping(try entries(level: level + 1)))
        default: throw problem("no value", at: event.place)
        }
    }

    private func elements(level: Int) throws(Problem) -> [YAMLNode] {
        var elements: [YAMLNode] = []
        while true {
            let event = try next()
            if event.kind == .sequenceEnd { return elements }
            elements.append(try node(event, level: level))
        }
    }

    private func entries(level: Int) throws(Problem) -> [YAMLNode.Entry] {
        var entries: [YAMLNode.Entry] = []
        var firstPlaces: [String: YAMLPlace] = [:]
        while true {
            let event = try next()
            if event.kind == .mappingEnd { return entries }
            guard case .scalar(let key, let isPlain) = try node(keyEvent(event), level: level).content else {
                throw problem("a key that is no word", at: event.place)
            }
            if key == "<<" && isPlain { throw problem("a merge key <<", at: event.place) }
            if let first = firstPlaces.updateValue(event.place, forKey: key) {
                throw Problem(found: "twice in one mapping: \(key.prefix(80))", place: first, isDuplicateKey: true)
            }
            entries.append(.init(key: key, keyPlace: event.place, value: try node(next(), level: level)))
        }
    }

    /// A key's event, unless a mapping or a sequence begins with it, which would be read for nothing.
    private func keyEvent(_ event: Event) throws(Problem) -> Event {
        guard event.kind != .mappingStart, event.kind != .sequenceStart else {
            throw problem("a key that is no word", at: event.place)
        }
        return event
    }

    private func problem(_ found: String, at place: YAMLPlace) -> Problem {
        Problem(found: found, place: place, isDuplicateKey: false)
    }
}

extension YAMLParser {
    /// What libyaml says of the next piece of the text.
    private struct Event {
        enum Kind: Equatable {
            case streamEnd, alias, sequenceStart, sequenceEnd, mappingStart, mappingEnd, other
            case scalar(isPlain: Bool)
        }

        let kind: Kind
        let place: YAMLPlace
        /// Of a scalar; the name of an alias.
        let text: String
        let anchor: String?
        let tag: String?
    }

    private func next() throws(Problem) -> Event {
        var event = yaml_event_t()
        guard yaml_parser_parse(parser, &event) == 1 else { throw failure() }
        defer { yaml_event_delete(&event) }
        let place = YAMLPlace(line: event.start_mark.line + 1, column: event.start_mark.column + 1)
        switch event.type {
        case YAML_SCALAR_EVENT:
            let scalar = event.data.scalar
            let text = String(decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
            return Event(
                kind: .scalar(isPlain: scalar.style == YAML_PLAIN_SCALAR_STYLE), place: place, text: text,
                anchor: Self.string(scalar.anchor),
                tag: Self.string(scalar.tag))
        case YAML_ALIAS_EVENT:
            return Event(
                kind: .alias, place: place, text: Self.string(event.data.alias.anchor) ?? "", anchor: nil, tag: nil)
        case YAML_SEQUENCE_START_EVENT:
            let start = event.data.sequence_start
            return Event(
                kind: .sequenceStart, place: place, text: "", anchor: Self.string(start.anchor),
                tag: Self.string(start.tag))
        case YAML_MAPPING_START_EVENT:
            let start = event.data.mapping_start
            return Event(
                kind: .mappingStart, place: place, text: "", anchor: Self.string(start.anchor),
                tag: Self.string(start.tag))
        case YAML_SEQUENCE_END_EVENT: return Event(kind: .sequenceEnd, place: place, text: "", anchor: nil, tag: nil)
        case YAML_MAPPING_END_EVENT: return Event(kind: .mappingEnd, place: place, text: "", anchor: nil, tag: nil)
        case YAML_STREAM_END_EVENT: return Event(kind: .streamEnd, place: place, text: "", anchor: nil, tag: nil)
        default: return Event(kind: .other, place: place, text: "", anchor: nil, tag: nil)
        }
    }

    private static func string(_ characters: UnsafeMutablePointer<UInt8>?) -> String? {
        characters.map { String(decoding: UnsafeBufferPointer(start: $0, count: strlen($0)), as: UTF8.self) }
    }

    private static func strlen(_ characters: UnsafeMutablePointer<UInt8>) -> Int {
        var count = 0
        while characters[count] != 0 { count += 1 }
        return count
    }

    /// The parser's own problem, at the character that it names.
    private func failure() -> Problem {
        let parser = parser.pointee
        let found = parser.problem.map { String(cString: $0) } ?? "no YAML"
        guard parser.error == YAML_READER_ERROR else {
            return problem(
                found, at: YAMLPlace(line: parser.problem_mark.line + 1, column: parser.problem_mark.column + 1))
        }
        let before = bytes.prefix(Int(parser.problem_offset))
        let lineStart = before.lastIndex(of: 0x0A).map { before.index(after: $0) } ?? before.startIndex
        let column = String(decoding: before[lineStart...], as: UTF8.self).unicodeScalars.count + 1
        return problem(found, at: YAMLPlace(line: before.count { $0 == 0x0A } + 1, column: column))
    }
}

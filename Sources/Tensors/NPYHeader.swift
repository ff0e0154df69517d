/// The dictionary before the elements, `{'descr': '<i2', 'fortran_order': False, 'shape': (8, 8, 3), }`: a literal of
/// Python's, its keys in any order and its spaces and quotes as they come.
struct NPYHeader {
    let type: NPYArray.ElementType
    let isBigEndian: Bool
    let shape: [Int]

    init(_ text: String) throws(NPYArray.Refusal) {
        let values = try Self.values(text)
        guard let description = values["descr"], !description.isEmpty else {
            throw NPYArray.Refusal(found: "a header without 'descr'", expected: "one plain element type")
        }
        let word = Self.string(description) ?? ""
        let types = NPYArray.ElementType.allCases
        guard let order = word.first, "<>|=".contains(order),
            let type = types.first(where: { $0.rawValue == word.dropFirst() })
        else {
            throw NPYArray.Refusal(
                found: "elements of type \(description)",
                expected: "\(types.dropLast().map(\.name).joined(separator: ", ")) or \(types.last!.name)")
        }
        switch values["fortran_order"] {
        case "False": break
        case "True": throw NPYArray.Refusal(found: "Fortran order", expected: "C order: numpy.ascontiguousarray")
        case nil: throw NPYArray.Refusal(found: "a header without 'fortran_order'", expected: "True or False")
        case let other?: throw NPYArray.Refusal(found: "'fortran_order' \(other)", expected: "True or False")
        }
        guard let tuple = values["shape"] else {
            throw NPYArray.Refusal(found: "a header without 'shape'", expected: "a tuple of extents")
        }
        guard let shape = Self.extents(tuple) else {
            throw NPYArray.Refusal(found: "shape \(tuple)", expected: "a tuple of extents")
        }
        (self.type, self.isBigEndian, self.shape) = (type, order == ">", shape)
    }

    /// The text of each value by its key.
    private static func values(_ text: String) throws(NPYArray.Refusal) -> [String: String] {
        let text = text.trimmed
        guard text.first == "{", text.last == "}", text.count >= 2 else {
            throw NPYArray.Refusal(found: "a header without 'descr'", expected: "one plain element type")
        }
        var values: [String: String] = [:]
        var items = parts(of: text.dropFirst().dropLast(), at: ",")
        // A comma may stand behind the last.
        if items.last?.trimmed.isEmpty ?? false { items.removeLast() }
        for item in items {
            let sides = parts(of: item, at: ":")
            guard sides.count == 2, let key = string(String(sides[0].trimmed)) else {
                throw NPYArray.Refusal(
                    found: "'\(item.trimmed.prefix(60))' in the header", expected: "a key in quotes, a colon, a value")
            }
            guard values.updateValue(String(sides[1].trimmed), forKey: key) == nil else {
                throw NPYArray.Refusal(found: "a header with '\(key)' twice", expected: "each key once")
            }
        }
        return values
    }

    /// Between separators that stand in no quotes and no brackets.
    private static func parts(of text: Substring, at separator: Character) -> [Substring] {
        var parts: [Substring] = []
        var (start, depth) = (text.startIndex, 0)
        var quote: Character?
        for index in text.indices {
            let character = text[index]
            if quote != nil {
                if character == quote { quote = nil }
                continue
            }
            switch character {
            case "'", "\"": quote = character
            case "(", "[", "{": depth += 1
            case ")", "]", "}": depth -= 1
            case separator where depth == 0:
                parts.append(text[start..<index])
                start = text.index(after: index)
            default: break
            }
        }
        return parts + [text[start...]]
    }

    /// What stands between quotes of either kind; nil where there are none.
    private static func string(_ text: String) -> String? {
        guard text.count >= 2, let quote = text.first, quote == "'" || quote == "\"", text.last == quote else {
            return nil
        }
        let inner = text.dropFirst().dropLast()
        return inner.contains(quote) ? nil : String(inner)
    }

    /// `(8, 8, 3)`, `(8,)`, `()`; nil for anything else.
    private static func extents(_ tuple: String) -> [Int]? {
        guard tuple.first == "(", tuple.last == ")", tuple.count >= 2 else { return nil }
        var words = tuple.dropFirst().dropLast().split(separator: ",", omittingEmptySubsequences: false)
            .map { String($0.trimmed) }
        if words.last == "" { words.removeLast() }
        let extents = words.map { word in
            word.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int(word) : nil
        }
        return extents.contains(nil) ? nil : extents.compactMap(\.self)
    }
}

extension StringProtocol {
    /// Without blanks around it.
    fileprivate var trimmed: Substring {
        let start = Substring(self).drop { $0.isWhitespace }
        return start.lastIndex { !$0.isWhitespace }.map { start[...$0] } ?? ""
    }
}

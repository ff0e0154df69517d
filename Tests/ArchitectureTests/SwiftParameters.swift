/// The argument labels of a declaration, read from its parentheses.
struct SwiftParameters {
    private(set) var labels: [String] = []
    /// Every parameter has a default, so that empty parentheses are a call.
    private(set) var mayBeLeftOut = true
    /// The token behind the closing parenthesis.
    private(set) var end: Int

    /// - Parameter open: the index of the opening parenthesis.
    init(_ tokens: [Token], from open: Int, ofSubscript isSubscript: Bool) {
        let list = Self.list(tokens, from: open)
        end = list.end
        for parameter in list.parts {
            labels.append(Self.label(parameter, ofSubscript: isSubscript))
            if !parameter.contains(where: { $0.isSign("=") }) { mayBeLeftOut = false }
        }
    }

    func signature(_ name: String) -> String { name + "(" + labels.map { $0 + ":" }.joined() + ")" }

    /// What stands between the commas of a bracketed list, and the token behind it. Commas in angle brackets separate
    /// nothing.
    static func list(_ tokens: [Token], from open: Int) -> (parts: [[Token]], end: Int) {
        var parts: [[Token]] = []
        var part: [Token] = []
        var depth = 0
        var angles = 0
        var index = open
        while index < tokens.count {
            let token = tokens[index]
            if token.kind == .sign {
                if ["(", "[", "{"].contains(token.text) { depth += 1 }
                if [")", "]", "}"].contains(token.text) { depth -= 1 }
                if token.text == "<", index > 0, tokens[index - 1].kind == .name { angles += 1 }
                if token.text == ">", angles > 0, !tokens[index - 1].isSign("-") { angles -= 1 }
            }
            if depth == 0 { break }
            if depth == 1 && angles == 0 && token.isSign(",") {
                parts.append(part)
                part = []
            } else if index > open {
                part.append(token)
            }
            index += 1
        }
        if !part.isEmpty { parts.append(part) }
        return (parts, index + 1)
    }

    private static func label(_ parameter: [Token], ofSubscript isSubscript: Bool) -> String {
        var place = 0
        while place + 1 < parameter.count, parameter[place].isSign("@") { place += 2 }
        let names = parameter[place...].prefix { $0.kind == .name }
        guard let label = names.first, names.endIndex < parameter.count, parameter[names.endIndex].isSign(":")
        else { return "_" }
        return isSubscript && names.count == 1 ? "_" : label.text
    }
}

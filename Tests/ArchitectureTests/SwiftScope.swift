/// Where each token of a Swift source stands: what is declared in a type's own braces is its member.
enum SwiftScope: Equatable {
    /// Outside of all braces.
    case file
    /// In the braces of a type or extension of this name, and in none inside.
    case members(of: String)
    /// In a function, a closure, a switch, ...
    case body

    var type: String? {
        if case .members(let name) = self { return name }
        return nil
    }

    static let keywords: Set<String> = ["struct", "class", "enum", "protocol", "actor", "extension"]

    /// One a token.
    static func scopes(of tokens: [Token]) -> [SwiftScope] {
        var scopes: [SwiftScope] = []
        var braces: [SwiftScope] = [.file]
        var declared: String?
        for index in tokens.indices {
            scopes.append(braces[braces.count - 1])
            if let name = declaredType(tokens, at: index) {
                declared = name.text
            } else if tokens[index].isSign("{") {
                braces.append(declared.map { SwiftScope.members(of: $0) } ?? .body)
                declared = nil
            } else if tokens[index].isSign("}"), braces.count > 1 {
                braces.removeLast()
            }
        }
        return scopes
    }

    /// The name that a type or extension is declared with at a keyword: the last of `A.B.C`, and whether the
    /// declaration makes the type.
    static func declaredType(_ tokens: [Token], at index: Int) -> (text: String, isNew: Bool)? {
        guard tokens[index].kind == .name, keywords.contains(tokens[index].text),
            index + 1 < tokens.count, tokens[index + 1].kind == .name,
            !["func", "var", "let", "subscript"].contains(tokens[index + 1].text)
        else { return nil }
        if index > 0, tokens[index - 1].isSign(".") || tokens[index - 1].isName("import") { return nil }
        var last = index + 1
        while last + 2 < tokens.count, tokens[last + 1].isSign("."), tokens[last + 2].kind == .name { last += 2 }
        return (tokens[last].text, !tokens[index].isName("extension"))
    }
}

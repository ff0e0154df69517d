/// What Swift sources declare: types, their members, functions with their argument labels.
struct SwiftDeclarations {
    private(set) var types: Set<String> = []
    private(set) var protocols: Set<String> = []
    /// Names of types, functions, properties, cases; not of local variables.
    private(set) var names: Set<String> = []
    /// By type, extensions included: the names of its members, and its functions with their labels.
    private(set) var members: [String: Set<String>] = [:]
    /// Functions, initializers, subscripts and cases with values: the name, and the labels with colons in parentheses.
    private(set) var signatures: Set<String> = []
    private(set) var functions: Set<String> = []

    mutating func add(_ tokens: [Token], _ scopes: [SwiftScope]) {
        for index in tokens.indices where tokens[index].kind == .name {
            let scope = scopes[index]
            if let type = SwiftScope.declaredType(tokens, at: index) {
                guard type.isNew else { continue }
                types.insert(type.text)
                if tokens[index].isName("protocol") { protocols.insert(type.text) }
                add(type.text, to: scope)
                continue
            }
            guard index == 0 || !tokens[index - 1].isSign(".") else { continue }
            switch tokens[index].text {
            case "func", "init", "subscript": addFunction(tokens, at: index, scope)
            case "var" where scope != .body, "let" where scope != .body: addNames(tokens, behind: index, scope)
            case "typealias", "associatedtype": addNames(tokens, behind: index, scope)
            case "case" where scope.type != nil: addCases(tokens, behind: index, scope)
            default: break
            }
        }
    }

    /// Whether a type has the member, by itself or by a protocol that it may have.
    func has(_ member: String, in type: String) -> Bool {
        members[type, default: []].contains(member) || protocols.contains { members[$0, default: []].contains(member) }
    }

    private mutating func add(_ name: String, to scope: SwiftScope) {
        names.insert(name)
        if let type = scope.type { members[type, default: []].insert(name) }
    }

    private mutating func add(_ name: String, _ parameters: SwiftParameters, to scope: SwiftScope) {
        functions.insert(name)
        add(name, to: scope)
        var forms = [parameters.signature(name)]
        if parameters.mayBeLeftOut { forms.append(name + "()") }
        for form in forms {
            signatures.insert(form)
            guard let type = scope.type else { continue }
            members[type, default: []].insert(form)
            if name == "init" { signatures.insert("\(type)\(form.dropFirst(name.count))") }
        }
    }

    private mutating func addFunction(_ tokens: [Token], at index: Int, _ scope: SwiftScope) {
        var place = index + 1
        var name = tokens[index].text
        if name == "func" {
            guard place < tokens.count, tokens[place].kind == .name else { return }
            name = tokens[place].text
            place += 1
        }
        while place < tokens.count, tokens[place].isSign("?") || tokens[place].isSign("!") { place += 1 }
        if place < tokens.count, tokens[place].isSign("<") {
            while place < tokens.count, !tokens[place].isSign("(") { place += 1 }
        }
        guard place < tokens.count, tokens[place].isSign("(") else { return }
        add(name, SwiftParameters(tokens, from: place, ofSubscript: name == "subscript"), to: scope)
    }

    /// `let a, b: Int` and `let (a, b) = ...` too.
    private mutating func addNames(_ tokens: [Token], behind index: Int, _ scope: SwiftScope) {
        var place = index + 1
        let isTuple = place < tokens.count && tokens[place].isSign("(")
        if isTuple { place += 1 }
        while place < tokens.count, tokens[place].kind == .name {
            add(tokens[place].text, to: scope)
            guard place + 1 < tokens.count, tokens[place + 1].isSign(",") else { return }
            place += 2
        }
    }

    private mutating func addCases(_ tokens: [Token], behind index: Int, _ scope: SwiftScope) {
        var place = index + 1
        while place < tokens.count, tokens[place].kind == .name {
            let name = tokens[place].text
            place += 1
            add(name, to: scope)
            if place < tokens.count, tokens[place].isSign("(") {
                let values = SwiftParameters(tokens, from: place, ofSubscript: false)
                add(name, values, to: scope)
                place = values.end
            }
            if place < tokens.count, tokens[place].isSign("=") {
                place += 1
                if place < tokens.count, tokens[place].isSign("-") { place += 1 }
                place += 1
            }
            guard place < tokens.count, tokens[place].isSign(",") else { return }
            place += 1
        }
    }
}

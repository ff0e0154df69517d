/// The files and folders of the repository, and the names of files that its code writes.
struct PathIndex {
    /// From the root.
    private(set) var files: Set<String> = []
    private(set) var folders: Set<String> = []
    /// Every file and folder by each of its endings from a slash on; Swift files without their extension too.
    private var endings: Set<String> = []
    /// What stands behind a plus sign in the names of Swift files, with the sign.
    private var parts: Set<String> = []
    /// The names of Swift files without their extension.
    private(set) var stems: Set<String> = []

    init(_ paths: [String]) {
        for path in paths {
            files.insert(path)
            addEndings(of: path)
            let components = path.split(separator: "/").map(String.init)
            for count in 1..<max(components.count, 1) {
                let folder = components[..<count].joined(separator: "/")
                if folders.insert(folder).inserted { addEndings(of: folder) }
            }
            guard path.hasSuffix(".swift"), let name = components.last?.dropLast(6) else { continue }
            addEndings(of: String(path.dropLast(6)))
            stems.insert(String(name))
            for part in name.split(separator: "+").dropFirst() { parts.insert("+\(part)") }
        }
    }

    private mutating func addEndings(of path: String) {
        let components = path.split(separator: "/")
        for first in components.indices { endings.insert(components[first...].joined(separator: "/")) }
    }

    /// A file or folder by its end, an extension, what a file's name has behind a plus sign, or a name with stars and
    /// placeholders.
    func has(_ written: String) -> Bool {
        var path = written
        if path.hasPrefix("./") { path.removeFirst(2) }
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        if endings.contains(path) { return true }
        if path.hasPrefix("."), endings.contains(where: { $0.hasSuffix(path) }) { return true }
        if path.hasPrefix("+") { return path.split(separator: "+").allSatisfy { parts.contains("+\($0)") } }
        let pattern = Self.pattern(of: path)
        guard pattern.contains("*") else { return false }
        let isOnlyPlaceholders = pattern.prefix { $0 != "." }.allSatisfy { "*+-/".contains($0) }
        return isOnlyPlaceholders || endings.contains { Self.matches(pattern, $0) }
    }

    /// Placeholders as stars, without those that stand for leading folders: `DIR/report.json` -> `report.json`.
    static func pattern(of path: String) -> String {
        var pattern = ""
        var run = ""
        func close(before next: Character?) {
            let isWord = run.count >= 4 || !(pattern.last?.isLetter ?? false)
            let isPlaceholder = !run.isEmpty && isWord && !(next?.isLowercase ?? false)
            pattern += isPlaceholder ? "*" : run
            run = ""
        }
        for character in path {
            if character.isUppercase {
                run.append(character)
            } else {
                close(before: character)
                pattern.append(character)
            }
        }
        close(before: nil)
        while pattern.hasPrefix("*/") { pattern.removeFirst(2) }
        return pattern
    }

    /// Whether a text is a pattern with every star replaced by signs other than slashes.
    static func matches(_ pattern: String, _ text: String) -> Bool {
        let pieces = pattern.split(separator: "*", omittingEmptySubsequences: false)
        guard let first = pieces.first, let last = pieces.last, pieces.count > 1 else { return pattern == text }
        guard text.hasPrefix(first), text.hasSuffix(last), text.utf8.count >= first.utf8.count + last.utf8.count
        else { return false }
        var rest = text.dropFirst(first.count).dropLast(last.count)
        for piece in pieces.dropFirst().dropLast() where !piece.isEmpty {
            guard let found = rest.firstRange(of: piece), !rest[..<found.lowerBound].contains("/") else { return false }
            rest = rest[found.upperBound...]
        }
        return !rest.contains("/")
    }
}

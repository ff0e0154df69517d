/// Finds what comments and pages name and what is not there.
struct DeadNames {
    private struct Source {
        let path: String
        let isPage: Bool
        let mentions: [Mention]
    }

    private let index: NameIndex
    private let names: NameCheck
    private let sources: [Source]

    init(_ files: [SourceFile], paths: [String]) {
        let index = NameIndex(files, paths: paths)
        self.index = index
        names = NameCheck(index)
        sources = files.map { file in
            let page = index.pages[file.path]
            let lines = page?.current ?? index.comments[file.path, default: []]
            let mentions = Mention.mentions(in: lines, ofPage: page != nil)
            return Source(path: file.path, isPage: page != nil, mentions: mentions)
        }
    }

    /// A line a dead name: `path:line: what is dead in what is said`.
    func found() -> [String] {
        sources.flatMap { source -> [String] in
            let own = source.isPage ? Self.ownFiles(source.mentions) : []
            return source.mentions.compactMap { mention -> String? in
                guard let dead = fault(in: mention, of: source.path) else { return nil }
                if mention.kind == .span && own.contains(dead) { return nil }
                let context = dead == mention.text ? "" : " in \"\(mention.text)\""
                return "\(source.path):\(mention.line): `\(dead)`" + context
            }
        }
    }

    /// Foreign words that nothing says any more.
    func unsaidForeignWords() -> [String] {
        let said = sources.flatMap(\.mentions).map(\.text)
        return ForeignWords.reasons.keys.filter { word in !said.contains { $0.contains(word) } }.sorted()
    }

    private func fault(in mention: Mention, of path: String) -> String? {
        let text = mention.text
        switch mention.kind {
        case .span: return names.fault(in: text, of: path)
        case .path: return index.paths.has(text) ? nil : text
        case .code: return names.faultInCode(text)
        case .command: return names.faultInLine(text, of: path)
        case .link: return faultInLink(text, of: path)
        case .section(let name):
            let pages = index.pages.filter { $0.key == name || $0.key.hasSuffix("/" + name) }.values
            return pages.contains { $0.headings.contains(text) } ? nil : text
        case .parameter: return index.has(text, inLines: mention.line...(mention.line + 25), of: path) ? nil : text
        }
    }

    /// A relative link: the file or folder, and the heading behind a number sign.
    private func faultInLink(_ target: String, of path: String) -> String? {
        guard !target.contains(":") else { return nil }
        let parts = target.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        var folders = path.split(separator: "/").dropLast().map(String.init)
        for part in parts[0].split(separator: "/") {
            switch part {
            case ".": break
            case "..": if folders.popLast() == nil { return target }
            default: folders.append(String(part))
            }
        }
        let place = parts[0].isEmpty ? path : folders.joined(separator: "/")
        guard index.paths.files.contains(place) || index.paths.folders.contains(place) else { return target }
        guard parts.count > 1, let page = index.pages[place] else { return nil }
        return page.anchors.contains(parts[1]) ? nil : target
    }

    /// The reader's own files: all that a page's commands name, and what a span writes with `-o`, `--output` or `>`.
    private static func ownFiles(_ mentions: [Mention]) -> Set<String> {
        var files: Set<String> = []
        for mention in mentions {
            let words = mention.text.split(separator: " ").map(String.init)
            if mention.kind == .command { files.formUnion(words) }
            guard mention.kind == .span else { continue }
            for (mark, file) in zip(words, words.dropFirst()) where ["-o", "--output", ">"].contains(mark) {
                files.insert(file)
            }
        }
        return files.filter { file in
            file.contains(".") && !file.hasPrefix("-") && !Repository.folders.contains { file.hasPrefix($0 + "/") }
        }
    }
}

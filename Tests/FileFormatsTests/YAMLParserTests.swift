import FileFormats
import Testing

@Suite struct YAMLParserTests {
    private func problem(_ text: String) -> YAMLParser.Problem? {
        do {
            _ = try YAMLParser.parse(text)
            return nil
        } catch { return error }
    }

    @Test("Scalars, sequences and mappings with their places, in block and flow style")
    func tree() throws {
        let root = try #require(try YAMLParser.parse("a: [1, 'two']\nb:\n  c: \"3\"\n"))
        guard case .mapping(let entries) = root.content, case .sequence(let list) = entries[0].value.content,
            case .mapping(let inner) = entries[1].value.content
        else {
            Issue.record("\(root)")
            return
        }
        #expect(entries.map(\.key) == ["a", "b"])
        #expect(list.map(\.content) == [.scalar("1", isPlain: true), .scalar("two", isPlain: false)])
        #expect(list[1].place == YAMLPlace(line: 1, column: 8))
        #expect(inner[0].key == "c" && inner[0].value.content == .scalar("3", isPlain: false))
        #expect(inner[0].keyPlace.text(in: "f") == "f:3:3")
        #expect(try YAMLParser.parse("") == nil)
        #expect(try YAMLParser.parse("# nothing\n") == nil)
        #expect(try YAMLParser.parse("--- 5\n...\n")?.content == .scalar("5", isPlain: true))
    }

    /// Each refusal, at the line and column of what is refused.
    @Test(arguments: [
        ("a: &x 1\n", "an anchor &x", 1, 4),
        ("a: 1\nb: *x\n", "an alias *x", 2, 4),
        ("a: 1\n*x : 1\n", "an alias *x", 2, 1),
        ("? [a, b]\n: 1\n", "a key that is no word", 1, 3),
        ("{{a: b}: 1}\n", "a key that is no word", 1, 2),
        ("a: 1\n<<: {b: 2}\n", "a merge key <<", 2, 1),
        ("a: !!str 5\n", "a tag tag:yaml.org,2002:str", 1, 4),
        ("!mine {a: 1}\n", "a tag !mine", 1, 1),
        ("a: 1\n--- \nb: 2\n", "another document", 2, 1),
        ("a: 1\nb: 2\na: 3\n", "twice in one mapping: a", 1, 1),
    ])
    func refused(_ text: String, _ found: String, _ line: Int, _ column: Int) {
        #expect(problem(text)?.found == found)
        #expect(problem(text)?.place == YAMLPlace(line: line, column: column))
        #expect(problem(text)?.isDuplicateKey == found.hasPrefix("twice"))
    }

    @Test("What libyaml refuses has its place, counted in characters")
    func syntax() {
        #expect(problem("größe: \u{1}\n")?.place == YAMLPlace(line: 1, column: 8))
        #expect(problem("a: [1\n") != nil)
        #expect(problem("a: 1\n\tb: 2\n")?.place.line == 2)
        #expect(problem("a: \u{0}\n")?.place == YAMLPlace(line: 1, column: 4))
    }

    /// Nine aliases of nine aliases ...: 9^9 elements if they were expanded, and once more to compare the key.
    @Test("Aliases that would grow without an end are refused where the first anchor stands", .timeLimit(.minutes(1)))
    func growth() {
        var text = "a0: &a0 [x,x,x,x,x,x,x,x,x]\n"
        for level in 1...9 {
            text +=
                "a\(level): &a\(level) [" + Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ",") + "]\n"
        }
        #expect(problem(text + "? *a9\n: 1\n")?.place == YAMLPlace(line: 1, column: 5))
    }

    @Test("Nesting ends at 64 levels, and much of it ends soon", .timeLimit(.minutes(1)))
    func depth() throws {
        func nested(_ levels: Int) -> String {
            String(repeating: "[", count: levels) + "1" + String(repeating: "]", count: levels)
        }
        #expect(try YAMLParser.parse(nested(63)) != nil)
        #expect(problem(nested(64))?.found == "more than 64 levels of nesting")
        for piece in ["[", "{a: ", "- ", "? ", "{", "a:\n  "] {
            #expect(problem(String(repeating: piece, count: 200_000)) != nil, "\(piece)")
        }
    }
}

import Testing

@Suite struct DeadNameTests {
    @Test("Comments and pages name only what is there")
    func repository() throws {
        let names = DeadNames(try Repository.sources(), paths: Repository.paths())
        for dead in names.found() { Issue.record("\(dead)") }
        #expect(names.unsaidForeignWords() == [], "ForeignWords has words that no comment and no page says")
    }

    @Test("Names that are there are found: types, members, labels, parameters, keys, words of other languages")
    func alive() {
        let comment = """
            `Layer`, `Layer.extent`, `Layer.Kind.plain`, `extent`, `Layer.shape(of:padding:)`, `shape(of:padding:)`, \
            `.plain`,
            `init(height:)`, `Layer(height:)`, `names.extent`, `clear()`, `Layer.allCases`, `layerTooLarge`,
            `head_valid`, `read_rows`, `weightShape`.
            """
        #expect(Planted.found(comment: comment) == [])
        let formulas = "`x_i = 2 n_i`, `a[i] b`, `LAYER.extent`, `WxH`, `extentK`, `first ? 0 : sum`"
        #expect(Planted.found(comment: formulas) == [])
        let paths = "`Layer.swift`, `Graph/Layer`, `+Shapes`, `docs/page.md`, `docs/*.md`, `DIR/out.json`, `.swift`"
        #expect(Planted.found(comment: paths) == [])
        let sections = "RUN-001 and `RUN-001`: docs/page.md, \"Two words\"; docs/page.md (\"Two words\")"
        #expect(Planted.found(comment: sections) == [])
    }

    @Test(
        "A dead name is found",
        arguments: [
            ("`Layers`", "Layers"), ("`Layer.width`", "width"), ("`Layer.brief`", "Layer.brief"),
            ("`Layer.Kind.other`", "other"), ("`shape(of:)`", "shape(of:)"),
            ("`Layer.shape(of:)`", "Layer.shape(of:)"), ("`clear(all:)`", "clear(all:)"), ("`shape()`", "shape()"),
            ("``Layers``", "Layers"), ("`tail_valid`", "tail_valid"), ("`2 rowPitch + 1`", "rowPitch"),
            ("`hidden`", "hidden"),
        ])
    func deadName(_ comment: String, _ name: String) {
        let found = Planted.found(comment: comment)
        let isNamed = found.first?.hasPrefix("Sources/Graph/New.swift:2: `\(name)`") ?? false
        #expect(found.count == 1 && isNamed, "\(found)")
    }

    @Test(
        "A dead file, code, section, command or option is found",
        arguments: [
            "`docs/gone.md`", "docs/gone.md", "`Gone.swift`", "`Graph/Gone`", "`+Gone`", "`docs/*.txt`", "`gone.json`",
            "RUN-002", "`RUN-002`", "docs/page.md, \"Three words\"", "docs/page.md (\"Three words\")",
            "`intaglio gone`",
            "`intaglio run --gone`", "`run --gone`", "`./intaglio study gone`", "`--gone`", "`[--gone]`",
            "`INTAGLIO_GONE=1 ./intaglio run`", "`swift test --filter gone`", "`train --gone`",
            "`python -m intaglio_training gone`", "    intaglio run --gone",
        ])
    func deadMention(_ comment: String) {
        #expect(Planted.found(comment: comment).count == 1, "\(Planted.found(comment: comment))")
    }

    @Test("Commands that are there are found")
    func commands() {
        let comment = """
            `intaglio run`, `./intaglio run --image FILE -o DIR`, `run --image`, `study weights --brief`, `--image`,
            `intaglio COMMAND --help`, `--no-bias`, `--float`, `INTAGLIO_LEVEL=1 ./intaglio run`, `train --batch-size \
            8`,
            `swift test --filter shape`, `python -m intaglio_training`.
                intaglio run --image a.png | tee a.txt; ./intaglio study weights
            """
        #expect(Planted.found(comment: comment) == [])
    }

    @Test("A parameter that is documented and not declared is found")
    func parameters() {
        func found(_ comment: String) -> Int {
            let text = comment + "\nfunc grow(by rows: Int, and columns: Int) {}\n"
            return Planted.found(SourceFile(path: "Sources/Graph/New.swift", text: text)).count
        }
        #expect(found("/// - Parameter rows: how many.") == 0)
        #expect(found("/// - Parameter lines: how many.") == 1)
        #expect(found("/// - Parameters:\n///   - rows: how many.\n///   - lines: how many.") == 1)
    }

    @Test("Links and headings of pages")
    func links() {
        func found(_ text: String) -> Int { Planted.found(SourceFile(path: "docs/new.md", text: text)).count }
        #expect(found("[a](page.md), [b](page.md#two-words), [c](../docs/page.md)") == 0)
        #expect(found("[d](https://example.org/#x)\n# Here\n[e](#here)") == 0)
        #expect(found("[a](gone.md)") == 1)
        #expect(found("[a](page.md#three-words)") == 1)
        #expect(found("[a](#there)") == 1)
        #expect(found("[a](../../page.md)") == 1)
        #expect(MarkdownPage.anchor(of: "Table `a_b`, and more: 2 things") == "table-a_b-and-more-2-things")
    }

    @Test("A page may name the files that its own commands write; what stands in other fences is an example")
    func ownFiles() {
        func found(_ text: String) -> Int { Planted.found(SourceFile(path: "docs/new.md", text: text)).count }
        #expect(found("`mine.json`") == 1)
        #expect(found("    intaglio run -o mine.json\n\n`mine.json`") == 0)
        #expect(found("`intaglio run -o mine.json` writes `mine.json`") == 0)
        #expect(found("```sh\nintaglio run -o mine.json\n```\n`mine.json`") == 0)
        #expect(found("```sh\nintaglio run \\\n    --gone\n```") == 1)
        #expect(found("```swift\nlet a = `Gone.b`\n```") == 0)
    }
}

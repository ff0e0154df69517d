import Testing
import Text

@Suite struct FittedTableTests {
    private var table: FittedTable {
        var table = FittedTable([
            .init("layer", isLeft: true, shortest: 6), .init("cycles"), .init("SRAM", expendability: 1),
            .init("bytes", expendability: 2),
        ])
        table.append(["reconstruction", "57,465", "9", "884,800"])
        table.append(["y8", "30,043", "10", "449,896"])
        return table
    }

    @Test("Without a width nothing is shortened or left out")
    func whole() {
        #expect(
            table.text(width: nil) == """
                layer           cycles  SRAM    bytes
                --------------  ------  ----  -------
                reconstruction  57,465     9  884,800
                y8              30,043    10  449,896

                """)
    }

    @Test("Names are shortened first, then the column of the highest number goes")
    func narrow() {
        #expect(
            table.text(width: 33) == """
                layer       cycles  SRAM    bytes
                ----------  ------  ----  -------
                reconstru…  57,465     9  884,800
                y8          30,043    10  449,896

                """)
        #expect(
            table.text(width: 20) == """
                layer   cycles  SRAM
                ------  ------  ----
                recon…  57,465     9
                y8      30,043    10

                """)
        for width in 14...60 {
            let lines = table.text(width: width).split(separator: "\n")
            #expect(lines.allSatisfy { $0.count <= width }, "\(width)")
        }
    }

    @Test("A colour takes no room, and text is cut between words")
    func styles() {
        let style = TextStyle(width: 20, isTerminal: true, usesColour: true)
        #expect(style.coloured("a", .red) == "\u{1B}[31ma\u{1B}[0m" && TextStyle.plain.coloured("a", .red) == "a")
        #expect(style.wrapped("one two three four five six", indent: 4) == "one two three four\n    five six")
        #expect(style.wrapped("time        1 ms a picture", indent: 12) == "time        1 ms a\n            picture")
        var plain = style
        plain.width = nil
        #expect(plain.wrapped("one two three four five six", indent: 4) == "one two three four five six")
    }

    @Test("What would move a cursor is written out, in headers and in cells")
    func escapes() {
        var table = FittedTable([.init("a\u{1B}[2J"), .init("b\n")])
        table.append(["\u{1B}]0;x", "1\r2"])
        let text = table.text(width: nil)
        #expect(!text.contains("\u{1B}") && !text.contains("\r") && text.split(separator: "\n").count == 3)
    }

    @Test("Lengths without terminal: 100 characters, no colour")
    func files() { #expect(TextStyle(of: -1) == TextStyle(width: 100, isTerminal: false, usesColour: false)) }

    @Test("Groups of columns that a line does not hold stand in tables below, each with the first column")
    func groups() {
        let groups = [1..<2, 2..<4]
        #expect(table.text(width: 37, inGroups: groups) == table.text(width: nil))
        #expect(
            table.text(width: 30, inGroups: groups) == """
                layer           cycles
                --------------  ------
                reconstruction  57,465
                y8              30,043

                layer           SRAM    bytes
                --------------  ----  -------
                reconstruction     9  884,800
                y8                10  449,896

                """)
        for width in 21...60 {
            let lines = table.text(width: width, inGroups: groups).split(separator: "\n")
            #expect(lines.allSatisfy { $0.count <= width }, "\(width)")
        }
    }
}

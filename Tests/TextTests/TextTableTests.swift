import Testing
import Text

@Suite struct TextTableTests {
    static let rows = [["first", "1,000", "0.5"], ["a longer one", "7", ""]]

    @Test("The first column to the left, the others to the right, no blanks at the end of a line")
    func text() {
        var table = TextTable(header: ["choice", "B", "loss"])
        for row in Self.rows { table.append(row) }
        #expect(
            table.text == """
                choice            B  loss
                ------------  -----  ----
                first         1,000   0.5
                a longer one      7

                """)
    }

    @Test("Rows that come one by one make the same text where the widest fields were known")
    func growing() {
        var table = TextTable(header: ["choice", "B", "loss"])
        for row in Self.rows { table.append(row) }
        let growing = GrowingTable(header: ["choice", "B", "loss"], expected: [["a longer one"], ["", "9,999"]])
        #expect(growing.heading + Self.rows.map(growing.text).joined() == table.text)
    }

    @Test("Numbers that 64 bits do not hold with their digits, infinities and NaN are printed as they are")
    func numbers() {
        #expect(
            [1.25, -0.5, 1e300, -1e18, .infinity, -.infinity, .nan, -.nan].map { $0.fixed(2) } == [
                "1.25", "-0.50", "1e+300", "-1e+18", "inf", "-inf", "NaN", "NaN",
            ])
        #expect(9e16.fixed(2) == "90000000000000000.00")
    }

    @Test("What is counted is in the singular where it is one")
    func counts() {
        #expect([0, 1, 2, 1200].map { $0.counted("layer") } == ["0 layers", "1 layer", "2 layers", "1200 layers"])
        #expect([1, 1200].map { $0.groupedCount("byte") } == ["1 byte", "1,200 bytes"])
    }

    @Test("Numbers of options are decimal")
    func decimals() {
        for (text, value) in [("0", 0), ("-1.5", -1.5), (".5", 0.5), ("+2e3", 2000), ("1E-2", 0.01)]
            as [(String, Double)]
        {
            #expect(Double(decimal: text) == value, "\(text)")
        }
        for text in ["", "nan", "inf", "-infinity", "0x10", "0x1p4", "1e400", "1.2.3", "1 ", "e", "1_000", "１"] {
            #expect(Double(decimal: text) == nil, "\(text)")
        }
    }

    @Test("A field that is wider than was expected, or beyond the header, is printed whole")
    func overflow() {
        let growing = GrowingTable(header: ["choice", "B"], expected: [["", "9"]])
        #expect(growing.text(of: ["a longer one", "12", "more"]) == "a longer one  12  more\n")
        #expect(growing.text(of: ["a", "1"]) == "a       1\n")
    }

    @Test("Where a line does not hold the widest row, the first column goes on below")
    func fitted() {
        let row = ["outputChannel, uniform 8, clipped", "1,000"]
        let growing = GrowingTable(header: ["choice", "B"], expected: [row], width: 24)
        #expect(
            growing.heading + growing.text(of: row) + growing.text(of: ["plain", "7"]) == """
                choice                 B
                -----------------  -----
                outputChannel,     1,000
                  uniform 8,
                  clipped
                plain                  7

                """)
        #expect(GrowingTable(header: ["choice", "B"], expected: [row], width: 40).text(of: row).count == 41)
    }

    @Test("Words of a header one below the other stand on the rule")
    func broken() {
        let growing = GrowingTable(header: ["choice", "entropy\nbits", "\nworst"], expected: [["", "", "-0.10"]])
        #expect(
            growing.heading == """
                        entropy
                choice     bits  worst
                ------  -------  -----

                """)
    }
}

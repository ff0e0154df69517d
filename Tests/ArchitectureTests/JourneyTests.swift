import Testing

/// Whether the tables of `docs/journeys.md` can be followed from row to row.
@Suite struct JourneyTests {
    /// One row of a table.
    struct Stop: Equatable {
        /// From `Sources`.
        let file: String
        /// A name of this file that a neighbour uses; nil where a command begins.
        let name: String?
    }

    static let page = "docs/journeys.md"

    /// The tables by the headings that they stand under.
    static func journeys(in text: String) -> [(heading: String, stops: [Stop])] {
        text.split(separator: "\n## ").dropFirst().map { section in
            let heading = String(section.prefix { $0 != "\n" })
            let stops = section.matches(of: /(?m)^\| `([^`]+)` \| (?:`([^`]+)` )?\| [^|]+ \|$/).map {
                Stop(file: String($0.output.1), name: $0.output.2.map(String.init))
            }
            return (heading, stops)
        }
    }

    /// A file may prepare for one that uses it so many rows below.
    static let rowsAhead = 3

    /// What is wrong with a journey.
    ///
    /// - Parameter code: a file's text without comments; nil where there is no such file.
    static func faults(of stops: [Stop], code: (String) -> String?) -> [String] {
        var faults: [String] = []
        let words = stops.map { stop in code(stop.file).map(Self.words) }
        for (row, stop) in stops.enumerated() {
            if stops[..<row].contains(where: { $0.file == stop.file }) { faults.append("\(stop.file) stands twice") }
            guard let own = words[row] else {
                faults.append("\(stop.file) is not there")
                continue
            }
            if let name = stop.name {
                let users = words[..<row] + words.dropFirst(row + 1).prefix(Self.rowsAhead)
                if name == "init" { faults.append("\(stop.file): init leads nowhere") }
                if !users.contains(where: { $0?.contains(name) ?? false }) {
                    faults.append("no file above \(stop.file), nor right below, uses \(name)")
                }
                if !name.hasSuffix(".h"), !own.contains(name) { faults.append("\(stop.file) has no \(name)") }
                if name.hasSuffix(".h"), !stop.file.hasSuffix("/\(name)") {
                    faults.append("\(stop.file) is no \(name)")
                }
            } else if !stop.file.hasSuffix("Command.swift") {
                faults.append("\(stop.file) is reached by nothing")
            }
        }
        return faults
    }

    private static func words(of text: String) -> Set<String> {
        Set(
            Words.pieces(of: text) { Words.isNameByte($0) || $0 == UInt8(ascii: ".") }.flatMap { piece in
                [piece] + piece.split(separator: ".").map(String.init)
            })
    }

    @Test("Each file of a journey is there, stands once and is reached from one above it or right below")
    func repository() throws {
        let text = try Repository.text(Self.page)
        let journeys = Self.journeys(in: text)
        #expect(journeys.count == 3)
        let files = Set(Repository.files(in: "Sources"))
        for (heading, stops) in journeys {
            #expect(stops.count > 20, "\(heading)")
            let faults = Self.faults(of: stops) { file in
                files.contains("Sources/\(file)") ? try? Self.code("Sources/\(file)") : nil
            }
            #expect(faults == [], "\(heading)")
        }
        let rows = text.split(separator: "\n").count { $0.hasPrefix("| ") }
        #expect(journeys.reduce(0) { $0 + $1.stops.count } == rows - journeys.count, "a row is not read")
    }

    private static func code(_ path: String) throws -> String {
        try Repository.text(path).split(separator: "\n").filter {
            let line = $0.drop { $0 == " " }
            return !line.hasPrefix("//") && !line.hasPrefix("/*") && !line.hasPrefix("* ")
        }.joined(separator: "\n")
    }

    @Test("Faults of a journey are found")
    func planted() {
        let code = ["a/RunCommand.swift": "Reader.read(path)", "a/Reader.swift": "enum Reader { func read() {} }"]
        func faults(_ stops: [(String, String?)]) -> Int {
            Self.faults(of: stops.map { Stop(file: $0.0, name: $0.1) }) { code[$0] }.count
        }
        #expect(faults([("a/RunCommand.swift", nil), ("a/Reader.swift", "Reader")]) == 0)
        #expect(faults([("a/RunCommand.swift", nil), ("a/Reader.swift", nil)]) == 1)
        #expect(faults([("a/RunCommand.swift", nil), ("a/Reader.swift", "path")]) == 1)
        #expect(faults([("a/Reader.swift", "Reader")]) == 1)
        #expect(faults([("a/Reader.swift", "Reader"), ("a/RunCommand.swift", nil)]) == 0)
        let between = ["b", "c", "d"].map { ("a/\($0).swift", String?("Reader")) }
        #expect(
            faults([("a/Reader.swift", "Reader")] + between + [("a/RunCommand.swift", nil)]) == 1 + between.count)
        #expect(faults([("a/RunCommand.swift", nil), ("a/Gone.swift", "Reader")]) == 1)
        #expect(
            faults([("a/RunCommand.swift", nil), ("a/Reader.swift", "Reader"), ("a/Reader.swift", "Reader")]) == 1)
    }

    @Test("Rows of a table are read")
    func rows() {
        let head = "# P\n\n## A\n\n| file | reached by | what |\n|---|---|---|\n"
        let text = head + "| `a/B.swift` | | c |\n| `a/D.h` | `D.h` | e |\n"
        let journeys = Self.journeys(in: text)
        #expect(journeys.count == 1 && journeys[0].heading == "A")
        #expect(journeys[0].stops == [Stop(file: "a/B.swift", name: nil), Stop(file: "a/D.h", name: "D.h")])
    }
}

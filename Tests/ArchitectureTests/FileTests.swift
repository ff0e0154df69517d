import Foundation
import Testing

@Suite struct FileTests {
    static let longestFile = 450
    static let longestLine = 120
    static let longestSystemVerilogLine = 100
    static let bannedWords: Set<String> = [
        "data", "info", "helper", "helpers", "manager", "util", "utils", "cfg", "tmp", "misc", "common",
    ]

    @Test("No Swift file under Sources is longer than 450 lines")
    func lengths() throws {
        for path in Repository.files(in: "Sources", withExtension: "swift") {
            let lines = try Repository.text(path).split(separator: "\n", omittingEmptySubsequences: false).count
            #expect(lines <= Self.longestFile, "\(path) has \(lines) lines")
        }
    }

    @Test("No line of Swift or C is longer than 120 characters", arguments: ["swift", "c", "h"])
    func lineLengths(fileExtension: String) throws {
        for folder in ["Sources", "Tests"] {
            let paths = Repository.files(in: folder, withExtension: fileExtension)
            #expect(!paths.isEmpty)
            for path in paths {
                let lines = try Repository.text(path).split(separator: "\n", omittingEmptySubsequences: false)
                for (number, line) in lines.enumerated() where line.count > Self.longestLine {
                    Issue.record("\(path):\(number + 1) has \(line.count) characters")
                }
            }
        }
    }

    @Test("No line of SystemVerilog under Sources is longer than 100 characters")
    func systemVerilogLineLengths() throws {
        for path in Repository.files(in: "Sources", withExtension: "sv") {
            let lines = try Repository.text(path).split(separator: "\n", omittingEmptySubsequences: false)
            for (number, line) in lines.enumerated() where line.count > Self.longestSystemVerilogLine {
                Issue.record("\(path):\(number + 1) has \(line.count) characters")
            }
        }
    }

    @Test("No file or folder is named with a banned word")
    func names() {
        for path in Repository.files(in: "Sources") + Repository.files(in: "Tests") {
            let words = path.split(separator: "/").flatMap { Self.words(in: $0) }
            #expect(Self.bannedWords.isDisjoint(with: words), "\(path)")
        }
    }

    @Test("Names are cut into words at capitals and signs")
    func wordsOfNames() {
        #expect(Self.words(in: "TileInfo+Helpers.swift") == ["tile", "info", "helpers", "swift"])
        #expect(Self.words(in: "CDatapathKernels") == ["cdatapath", "kernels"])
        #expect(Self.words(in: "memory_data.hex") == ["memory", "data", "hex"])
        #expect(Self.words(in: "Metadata.swift") == ["metadata", "swift"])
    }

    /// The lower-case words of a name; a run of capitals belongs to the word that follows.
    static func words(in name: Substring) -> [String] {
        var words: [String] = [""]
        var previousIsLower = false
        for character in name {
            if !character.isLetter || (character.isUppercase && previousIsLower) { words.append("") }
            if character.isLetter { words[words.count - 1] += character.lowercased() }
            previousIsLower = character.isLowercase
        }
        return words.filter { !$0.isEmpty }
    }
}

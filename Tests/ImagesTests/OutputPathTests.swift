import Diagnostics
import Foundation
import Images
import TestSupport
import Testing
import Text

/// Where a name becomes a path, it cannot lead elsewhere.
@Suite struct OutputPathTests {
    private func code(_ body: () throws -> Void) -> DiagnosticCode? {
        do {
            try body()
            return nil
        } catch { return (error as? Diagnostic)?.code }
    }

    @Test(arguments: [
        "", ".", "..", "../x", "a/b", "/etc/x", ".hidden", "a\u{0}b", "a\nb", "a\u{1B}[31mb", "a\u{7F}", "a\u{85}",
        String(repeating: "x", count: 256),
        String(repeating: "ü", count: 128),
    ])
    func refused(_ name: String) { #expect(code { _ = try OutputFolder.path("out", name) } == .outputNameNotAllowed) }

    @Test(arguments: ["a", "g_a.0.npy", "größe.png", "a b", "x..y", String(repeating: "x", count: 255)])
    func accepted(_ name: String) throws { #expect(try OutputFolder.path("some/where", name) == "some/where/" + name) }

    @Test func subfolders() throws {
        #expect(try OutputFolder.path("out", "a/b/c.npy", inSubfolders: true) == "out/a/b/c.npy")
        for name in ["a//b", "/a", "a/", "a/../b", "../a", "a/.b", "a/b\u{0}c"] {
            #expect(
                code { _ = try OutputFolder.path("out", name, inSubfolders: true) } == .outputNameNotAllowed, "\(name)")
        }
    }

    @Test("A NUL does not end a path: nothing is written under the shorter name")
    func nul() throws {
        try withFolder { folder in
            #expect(code { try AtomicFile.write("x", to: folder + "/a\u{0}.npy") } == .outputNameNotAllowed)
            #expect(code { try OutputFolder.create(at: folder + "/b\u{0}c") } == .outputNameNotAllowed)
            #expect(
                code {
                    try PNGWriter.write(RGBImage(width: 1, height: 1, samples: [1, 2, 3]), to: folder + "/c\u{0}.png")
                } == .outputNameNotAllowed)
            let names = try FileManager.default.contentsOfDirectory(atPath: folder)
            #expect(names == [])
        }
    }

    @Test("Pipes, devices and folders are no pictures")
    func pictures() throws {
        try withFolder { folder in
            #expect(mkfifo(folder + "/p.png", 0o600) == 0)
            for path in [folder + "/p.png", "/dev/zero", folder] {
                #expect(code { _ = try PNGReader.read(path: path) } == .imageUnreadable, "\(path)")
            }
            #expect(code { _ = try PNGReader.read(path: folder + "/none.png") } == .imageMissing)
        }
    }

    @Test("What reaches a terminal moves no cursor and breaks no line of a table")
    func printable() {
        #expect("a\u{1B}[2Jb\n".printableDocument == "a\\u001B[2Jb\n")
        #expect("\u{2028}\u{9B}\u{202E}".printableDocument == "\\u2028\\u009B\\u202E")
        #expect("a\nb\tc\u{1B}\r\n".printableWord == "a\\nb\\tc\\u{1B}\\u{D}\\n")
    }
}

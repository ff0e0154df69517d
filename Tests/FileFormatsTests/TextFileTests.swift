import Diagnostics
import FileFormats
import Foundation
import TestSupport
import Testing

@Suite struct TextFileTests {
    private func read(_ bytes: [UInt8]) throws(TextFile.Refusal) -> String { try TextFile.text(of: bytes) }

    @Test("A byte order mark is dropped, CR LF becomes LF, the rest stays")
    func text() throws {
        #expect(try read([0xEF, 0xBB, 0xBF] + Array("a\r\nb\rc\n\r\n".utf8)) == "a\nb\rc\n\n")
        #expect(try read([]) == "")
        #expect(try read(Array("größe".utf8)) == "größe")
    }

    @Test("Bytes that are no UTF-8 are refused with their line")
    func notUTF8() {
        #expect(throws: TextFile.Refusal.notUTF8(line: 3)) { try read(Array("a\r\nb\n".utf8) + [0xFF, 0xFE]) }
        #expect(throws: TextFile.Refusal.notUTF8(line: 1)) { try read([0xC3]) }
    }

    @Test("Only regular files of at most 1 MiB are read")
    func files() throws {
        let scratch = try ScratchFolder()
        defer { scratch.remove() }
        let folder = scratch.url.path
        try AtomicFile.write(Array(repeating: 0x23, count: 1 << 20), to: folder + "/most")
        try AtomicFile.write(Array(repeating: 0x23, count: (1 << 20) + 1), to: folder + "/more")
        #expect(mkfifo(folder + "/pipe", 0o600) == 0)
        #expect(try TextFile.read(folder + "/most").utf8.count == 1 << 20)
        #expect(throws: TextFile.Refusal.file(.tooLarge(byteCount: (1 << 20) + 1, limit: 1 << 20))) {
            try TextFile.read(folder + "/more")
        }
        #expect(throws: TextFile.Refusal.file(.special)) { try TextFile.read(folder + "/pipe") }
        #expect(throws: TextFile.Refusal.file(.special)) { try TextFile.read("/dev/zero") }
        #expect(throws: TextFile.Refusal.file(.folder)) { try TextFile.read(folder) }
        #expect(throws: TextFile.Refusal.file(.missing)) { try TextFile.read(folder + "/most\u{0}") }
    }
}

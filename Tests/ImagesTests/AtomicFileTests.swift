import Diagnostics
import Foundation
import TestSupport
import Testing

@Suite struct AtomicFileTests {
    func code(_ body: () throws(Diagnostic) -> Void) -> DiagnosticCode? {
        do throws(Diagnostic) {
            try body()
            return nil
        } catch { return error.code }
    }

    func contents(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }
    func names(_ folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    }

    @Test("A file appears whole at the commit and not before")
    func appears() throws {
        try withFolder { folder in
            try AtomicFile.write("old", to: folder + "/a")
            var file = try AtomicFile(path: folder + "/a")
            try file.append("new ")
            try file.append("text")
            #expect(try contents(folder + "/a") == "old")
            try file.commit()
            #expect(try contents(folder + "/a") == "new text")
            #expect(try names(folder) == ["a"])
        }
    }

    @Test("A file that is dropped leaves what was there")
    func dropped() throws {
        try withFolder { folder in
            try AtomicFile.write("old", to: folder + "/a")
            do {
                var file = try AtomicFile(path: folder + "/a")
                try file.append("new")
            }
            #expect(try contents(folder + "/a") == "old")
            #expect(try names(folder) == ["a"])
        }
    }

    @Test("Permissions are kept and symbolic links are followed")
    func keepsWhatWasThere() throws {
        try withFolder { folder in
            try AtomicFile.write("old", to: folder + "/a")
            chmod(folder + "/a", 0o640)
            symlink("a", folder + "/link")
            try AtomicFile.write("new", to: folder + "/link")
            #expect(try contents(folder + "/a") == "new")
            #expect(try FileManager.default.destinationOfSymbolicLink(atPath: folder + "/link") == "a")
            #expect(try FileManager.default.attributesOfItem(atPath: folder + "/a")[.posixPermissions] as? Int == 0o640)
            symlink("nothing", folder + "/dangling")
            #expect(
                code { () throws(Diagnostic) in try AtomicFile.write("x", to: folder + "/dangling") }
                    == .outputUnwritable)
            #expect(try names(folder) == ["a", "dangling", "link"])
        }
    }

    @Test("Names of up to 255 bytes work")
    func longName() throws {
        try withFolder { folder in
            let name = String(repeating: "n", count: 255)
            try AtomicFile.write("x", to: folder + "/" + name)
            #expect(try names(folder) == [name])
        }
    }

    @Test("A missing folder, a folder in the file's place and a file in a folder's place are OUTPUT-001")
    func unwritable() throws {
        try withFolder { folder in
            try AtomicFile.write("x", to: folder + "/file")
            for path in [folder + "/missing/a", folder, folder + "/file/a", folder + "/a/", ""] {
                #expect(
                    code { () throws(Diagnostic) in try AtomicFile.write("x", to: path) } == .outputUnwritable,
                    "\(path)")
            }
            #expect(try names(folder) == ["file"])
        }
    }

    @Test("/dev/full is full, /dev/null takes everything, and both stay what they are")
    func devices() throws {
        #expect(code { () throws(Diagnostic) in try AtomicFile.write("x", to: "/dev/full") } == .outputDeviceFull)
        #expect(code { () throws(Diagnostic) in try AtomicFile.write("x", to: "/dev/null") } == nil)
        var status = stat()
        #expect(stat("/dev/null", &status) == 0 && status.st_mode & S_IFMT == S_IFCHR)
    }

    @Test("A pipe is written in place")
    func pipe() throws {
        try withFolder { folder in
            let path = folder + "/pipe"
            #expect(mkfifo(path, 0o600) == 0)
            let reader = open(path, O_RDONLY | O_NONBLOCK)
            defer { close(reader) }
            try AtomicFile.write("through", to: path)
            var bytes = [UInt8](repeating: 0, count: 16)
            #expect(read(reader, &bytes, 16) == 7)
            #expect(bytes.starts(with: Array("through".utf8)))
            #expect(try names(folder) == ["pipe"])
        }
    }

    @Test(
        "A full device gives OUTPUT-002 and leaves nothing behind",
        .enabled(if: getuid() == 0, "mounting a small file system needs root"))
    func fullDevice() throws {
        try withFolder { folder in
            guard mount("tmpfs", folder, "tmpfs", 0, "size=64k") == 0 else {
                print("skipped: no file system can be mounted here")
                return
            }
            defer { umount2(folder, Int32(MNT_DETACH)) }
            try AtomicFile.write("old", to: folder + "/a")
            let large = [UInt8](repeating: 1, count: 1 << 20)
            #expect(
                code { () throws(Diagnostic) in try AtomicFile.write(large, to: folder + "/a") } == .outputDeviceFull)
            #expect(try contents(folder + "/a") == "old")
            #expect(try names(folder) == ["a"])
        }
    }

    @Test("A folder is made with those above it; a file in its way is OUTPUT-001")
    func folders() throws {
        try withFolder { folder in
            try OutputFolder.create(at: folder + "/a/b/c")
            try OutputFolder.create(at: folder + "/a/b/c")
            try AtomicFile.write("x", to: folder + "/a/b/c/file")
            #expect(
                code { () throws(Diagnostic) in try OutputFolder.create(at: folder + "/a/b/c/file") }
                    == .outputUnwritable)
            #expect(
                code { () throws(Diagnostic) in try OutputFolder.create(at: folder + "/a/b/c/file/d") }
                    == .outputUnwritable)
            #expect(code { () throws(Diagnostic) in try OutputFolder.create(at: "") } == .outputUnwritable)
        }
    }
}

import Glibc

/// A folder for files of this run alone, removed when a signal ends the program.
public struct TemporaryFolder: Sendable {
    public let path: String

    /// In `TMPDIR`, or `/tmp`. Throws `OUTPUT-001` where none can be made there.
    public init(named name: String) throws(Diagnostic) {
        let place = getenv("TMPDIR").map { String(cString: $0) } ?? ""
        var template = Array(((place.isEmpty ? "/tmp" : place) + "/\(name)-XXXXXX").utf8CString)
        guard mkdtemp(&template) != nil else { throw .unwritable(place.isEmpty ? "/tmp" : place, errorNumber: errno) }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        Interruption.add(folder: path)
    }

    /// With everything in it.
    public func remove() {
        Self.removeAll(below: path)
        Interruption.remove(folder: path)
    }

    /// Tried again for a moment where a program that was just killed still writes there.
    static func removeAll(below path: String) {
        for _ in 0..<10 {
            removeOnce(path)
            if access(path, F_OK) != 0 { return }
            usleep(20_000)
        }
    }

    /// Links are not followed.
    private static func removeOnce(_ path: String) {
        var status = stat()
        guard lstat(path, &status) == 0 else { return }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            unlink(path)
            return
        }
        for name in InputFolder.names(in: path) ?? [] { removeOnce(path + "/" + name) }
        rmdir(path)
    }
}

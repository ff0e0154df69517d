import Glibc

/// The folder that results go to.
public enum OutputFolder {
    /// Makes the folder, and those above it, where they are missing. Throws `OUTPUT-001` when that is impossible, for example because a file has the name.
    public static func create(at path: String) throws(Diagnostic) {
        var partial = path.hasPrefix("/") ? "/" : ""
        for component in path.split(separator: "/") {
            partial += component
            if mkdir(partial, 0o777) != 0 {
                let errorNumber = errno
                guard isFolder(partial) else { throw .folderUnwritable(path, at: partial, errorNumber: errorNumber) }
            }
            partial += "/"
        }
        guard !path.isEmpty else { throw .folderUnwritable(path, at: path, errorNumber: ENOENT) }
    }

    private static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }
}

extension Diagnostic {
    fileprivate static func folderUnwritable(_ path: String, at partial: String, errorNumber: Int32) -> Diagnostic {
        let full = [ENOSPC, EDQUOT].contains(errorNumber)
        return Diagnostic(
            full ? .outputDeviceFull : .outputUnwritable, at: path,
            found: errorNumber == EEXIST ? "\(partial) is a file" : "folder \(partial) cannot be made: \(String(cString: strerror(errorNumber)))",
            expected: "a folder, or a place where one can be made", remedy: "choose another folder or change the permissions")
    }
}

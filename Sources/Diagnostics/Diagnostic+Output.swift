import Glibc

extension Diagnostic {
    /// The diagnostic of a file that could not be written, from the system's error number: `OUTPUT-002` when there is
    /// no room, `OUTPUT-001` otherwise.
    static func unwritable(_ path: String, errorNumber: Int32) -> Diagnostic {
        let found = "cannot be written: \(String(cString: strerror(errorNumber)))"
        switch errorNumber {
        case ENOSPC, EDQUOT, EFBIG:
            return Diagnostic(
                .outputDeviceFull, at: path, found: found, expected: "room for the whole file on its device",
                remedy: "make room there or write to another device; nothing was left behind")
        case ENOENT, ENOTDIR:
            return Diagnostic(
                .outputUnwritable, at: path, found: found, expected: "a file name in a folder that exists",
                remedy: "make the folder first or correct the path")
        case EISDIR:
            return Diagnostic(
                .outputUnwritable, at: path, found: "is a folder", expected: "the name of a file",
                remedy: "add a file name to the path")
        default:
            return Diagnostic(
                .outputUnwritable, at: path, found: found, expected: "a place that may be written to",
                remedy: "choose another place or change the permissions")
        }
    }

    /// The diagnostic of a path that holds a NUL, at which the system would end it.
    static func withoutEnd(_ path: String) -> Diagnostic {
        Diagnostic(
            .outputNameNotAllowed, at: path, found: "a path that holds a NUL",
            expected: "a path without control characters", remedy: "rename what it was made from")
    }
}
